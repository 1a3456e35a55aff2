import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { as, startGitLab } from './api-fixture.ts';
import { gitOk, makeRepository } from './git-server.ts';

describe('archiving (GL-136)', () => {
  it('answers 201 both ways, and 400 when it is archived already', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const first = await root.post(`/projects/${id}/archive`);
    expect([first.status, first.body.archived]).toEqual([201, true]);
    const second = await root.post(`/projects/${id}/archive`);
    expect([second.status, second.text]).toEqual([400, '{"message":"Project is already archived."}']);
    const back = await root.post(`/projects/${id}/unarchive`);
    expect([back.status, back.body.archived]).toEqual([201, false]);
  });

  it('is for owners', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'main', email: 'm@example.com' });
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    gitlab.addMember('root/app', 'main', 40);
    expect((await as(gitlab, gitlab.token('main')).post(`/projects/${id}/archive`)).status).toBe(403);
  });

  it('is refused below an archived group', async () => {
    const gitlab = await startGitLab();
    const group = gitlab.addGroup({ path: 'team' });
    const { id } = gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.post(`/groups/${group.id}/archive`)).status).toBe(200);
    expect((await root.post(`/groups/${group.id}/archive`)).status).toBe(422);
    expect((await root.post(`/projects/${id}/archive`)).body.message).toBe(
      'Cannot archive project since one of the ancestors is already archived.',
    );
  });
});

describe('DELETE /projects (GL-25, GL-150 to GL-152)', () => {
  it('renames on 18; the old path redirects until somebody takes it', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const gone = await root.delete(`/projects/${id}`);
    expect([gone.status, gone.text]).toEqual([202, '{"message":"202 Accepted"}']);
    const old = await root.get('/projects/root%2Fapp');
    expect([old.status, old.headers.get('location')]).toEqual([301, `${gitlab.url}/api/v4/projects/${id}`]);
    expect((await root.get(`/projects/${id}`)).body).toMatchObject({
      path_with_namespace: `root/app-deletion_scheduled-${id}`,
      archived: false,
      marked_for_deletion_on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    const next = await root.post('/projects', { name: 'app' });
    expect(next.status).toBe(201);
    expect((await root.get('/projects/root%2Fapp')).body.id).toBe(next.body.id);
  });

  it('leaves the project open to pushes and writes, by its old path in git too (GL-151)', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const work = await makeRepository(gitlab.context.dir);
    const remote = `${gitlab.url.replace('//', `//x:${gitlab.token('root')}@`)}/root/app.git`;
    await root.delete(`/projects/${id}`);
    expect((await root.put(`/projects/${id}`, { description: 'still open' })).status).toBe(200);
    const label = { name: 'bug', color: '#ff0000' };
    expect((await root.post(`/projects/${id}/labels`, label)).status).toBe(201);
    await gitOk(work, ['push', '-q', remote, 'main']);
    const marked = `root/app-deletion_scheduled-${id}`;
    expect(gitlab.pushes.at(-1)).toMatchObject({ projectId: id, fullPath: marked });
    // Whatever takes the path is found by git from then on.
    const next = gitlab.addProject({ namespace: 'root', path: 'app' });
    await gitOk(work, ['push', '-q', remote, 'main']);
    expect(gitlab.pushes.at(-1)?.projectId).toBe(next.id);
  });

  it('removes for good only what is marked, by its full path', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const remove = (path: string) => root.delete(`/projects/${id}?permanently_remove=true&full_path=${path}`);
    expect((await remove('root/app')).body.message).toBe('Project must be marked for deletion first.');
    await root.delete(`/projects/${id}`);
    expect((await remove('root/app')).body.message).toMatch(/^`full_path` is incorrect\./);
    const gitDir = gitlab.gitDir(`root/app-deletion_scheduled-${id}`);
    expect((await remove(`root/app-deletion_scheduled-${id}`)).status).toBe(202);
    await gitlab.settle();
    expect((await root.get(`/projects/${id}`)).status).toBe(404);
    expect(existsSync(gitDir)).toBe(false);
    gitlab.settings.permanentDeletion = false;
    const other = gitlab.addProject({ namespace: 'root', path: 'other' });
    expect((await root.delete(`/projects/${other.id}?permanently_remove=true`)).body.message).toBe(
      '`permanently_remove` option is not permitted on this instance.',
    );
  });

  it('restores under the old name, or beside it when it is taken', async () => {
    const gitlab = await startGitLab();
    const first = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    await root.delete(`/projects/${first.id}`);
    const restored = await root.post(`/projects/${first.id}/restore`);
    expect(restored.status).toBe(201);
    expect(restored.body).toMatchObject({
      path: 'app',
      name: 'app',
      archived: false,
      marked_for_deletion_on: null,
    });
    await root.delete(`/projects/${first.id}`);
    await root.post('/projects', { name: 'app' });
    expect((await root.post(`/projects/${first.id}/restore`)).body.path).toMatch(/^app-\w+$/);
  });

  it('is destroyed in the background up to 17, with its path still being deleted meanwhile', async () => {
    const gitlab = await startGitLab({ version: '16.11.0-ee', settings: { asyncDelayMs: 60_000 } });
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.delete(`/projects/${id}`)).status).toBe(202);
    expect((await root.get(`/projects/${id}`)).status).toBe(404);
    const again = await root.post('/projects', { name: 'app' });
    expect([again.status, again.text]).toEqual([
      400,
      '{"message":{"base":["The project is still being deleted. Please try again later."]}}',
    ]);
    await gitlab.settle();
    expect((await root.post('/projects', { name: 'app' })).status).toBe(201);
  });
});

describe('Premium before 18 (GL-153)', () => {
  it('marks without renaming, so that the path stays taken', async () => {
    const gitlab = await startGitLab({ version: '17.11.0-ee', settings: { deletion: 'marked' } });
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.delete(`/projects/${id}`)).status).toBe(202);
    expect((await root.get('/projects/root%2Fapp')).body).toMatchObject({
      id,
      marked_for_deletion_on: expect.any(String),
    });
    expect((await root.post('/projects', { name: 'app' })).body.message.path).toEqual([
      'has already been taken',
    ]);
    expect((await root.post(`/projects/${id}/restore`)).body).toMatchObject({ path: 'app', name: 'app' });
  });
});

describe('stars', () => {
  it('answer 304 the second time', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const first = await root.post(`/projects/${id}/star`);
    expect([first.status, first.body.star_count]).toEqual([201, 1]);
    expect((await root.post(`/projects/${id}/star`)).status).toBe(304);
    expect((await root.get('/projects?starred=true')).body).toHaveLength(1);
    expect((await root.post(`/projects/${id}/unstar`)).body.star_count).toBe(0);
  });
});

describe('fork relation, sharing, moving (GL-116, GL-138, GL-141, GL-144)', () => {
  it('links two existing projects once', async () => {
    const gitlab = await startGitLab();
    const source = gitlab.addProject({ namespace: 'root', path: 'source' });
    const fork = gitlab.addProject({ namespace: 'root', path: 'fork' });
    const root = as(gitlab, gitlab.token('root'));
    const linked = await root.post(`/projects/${fork.id}/fork/${source.id}`);
    expect([linked.status, linked.body.forked_from_project.id]).toEqual([201, source.id]);
    const again = await root.post(`/projects/${fork.id}/fork/root%2Fsource`);
    expect([again.status, again.text]).toEqual([409, '{"message":"Project already forked"}']);
    const self = await root.post(`/projects/${source.id}/fork/${source.id}`);
    expect([self.status, self.text]).toEqual([
      400,
      '{"message":"Target project cannot be equal to source project"}',
    ]);
    const wider = await root.put(`/projects/${fork.id}`, { visibility: 'public' });
    expect(wider.body.message.visibility_level).toEqual([
      'public is not allowed since the fork source project has lower visibility.',
    ]);
    expect((await root.delete(`/projects/${fork.id}/fork`)).status).toBe(204);
  });

  it('shares with a group, whose members then see the project', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const group = gitlab.addGroup({ path: 'guests' });
    gitlab.addMember('guests', 'alice', 40);
    const alice = as(gitlab, gitlab.token('alice'));
    expect((await alice.get(`/projects/${id}`)).status).toBe(404);
    const root = as(gitlab, gitlab.token('root'));
    const body = { group_id: group.id, group_access: 30 };
    expect((await root.post(`/projects/${id}/share`, body)).status).toBe(201);
    expect((await root.post(`/projects/${id}/share`, body)).status).toBe(409);
    expect((await alice.get(`/projects/${id}`)).status).toBe(200);
    expect((await alice.put(`/projects/${id}`, { description: 'x' })).status).toBe(403);
  });

  it('moves a project and leaves a redirect', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    gitlab.addGroup({ path: 'team' });
    gitlab.addProject({ namespace: 'team', path: 'other' });
    const root = as(gitlab, gitlab.token('root'));
    const unknown = await root.put(`/projects/${id}/transfer`, { namespace: 'nowhere' });
    expect([unknown.status, unknown.text]).toEqual([404, '{"message":"404 Namespace Not Found"}']);
    const moved = await root.put(`/projects/${id}/transfer`, { namespace: 'team' });
    expect([moved.status, moved.body.path_with_namespace]).toEqual([200, 'team/app']);
    expect((await root.get('/projects/root%2Fapp')).status).toBe(301);
    const twin = gitlab.addProject({ namespace: 'root', path: 'app' });
    expect((await root.put(`/projects/${twin.id}/transfer`, { namespace: 'team' })).body.message).toBe(
      'Failed to transfer project {:new_namespace=>["Project with same name or path in target namespace already exists"]}',
    );
  });
});
