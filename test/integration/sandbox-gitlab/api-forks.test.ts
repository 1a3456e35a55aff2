import { expect, it } from 'vitest';
import { commitOn, git } from '../../helpers/commits.ts';
import { refsIn } from '../../helpers/servers.ts';
import { as, startGitLab } from './api-fixture.ts';

it('demands an Owner of the fork and the right to fork the parent (GL-146, GL-148)', async () => {
  const gitlab = await startGitLab();
  gitlab.addUser({ username: 'alice', email: 'a@example.com' });
  gitlab.addGroup({ path: 'team' });
  gitlab.addGroup({ path: 'open', visibility: 'public' });
  const parent = gitlab.addProject({ namespace: 'open', path: 'app', visibility: 'public' });
  const hidden = gitlab.addProject({ namespace: 'open', path: 'hidden' });
  const fork = gitlab.addProject({ namespace: 'team', path: 'app' });
  gitlab.addMember('team', 'alice', 40);
  const alice = as(gitlab, gitlab.token('alice'));
  await gitlab.settle();

  expect((await alice.post(`/projects/${fork.id}/fork/${parent.id}`)).status).toBe(403);
  gitlab.addUser({ username: 'owner', email: 'o@example.com' });
  gitlab.addMember('team', 'owner', 50);
  await gitlab.settle();
  const owner = as(gitlab, gitlab.token('owner'));
  const unseen = await owner.post(`/projects/${fork.id}/fork/${hidden.id}`);
  expect([unseen.status, unseen.text]).toEqual([404, '{"message":"404 Project Not Found"}']);
  parent.attributes['forking_access_level'] = 'disabled';
  expect((await owner.post(`/projects/${fork.id}/fork/${parent.id}`)).status).toBe(403);
  delete parent.attributes['forking_access_level'];
  const group = gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'team');
  if (group) group.attributes['project_creation_level'] = 'noone';
  const closed = await owner.post(`/projects/${fork.id}/fork/${parent.id}`);
  expect([closed.status, closed.text]).toEqual([401, '{"message":"401 Unauthorized - Target Namespace"}']);
  if (group) delete group.attributes['project_creation_level'];
  expect((await owner.post(`/projects/${fork.id}/fork/${parent.id}`)).status).toBe(201);
});

it('does not tell of a parent that the caller cannot see (GL-149)', async () => {
  const gitlab = await startGitLab();
  gitlab.addUser({ username: 'alice', email: 'a@example.com' });
  const parent = gitlab.addProject({ namespace: 'root', path: 'hidden' });
  const fork = gitlab.addProject({ namespace: 'alice', path: 'app' });
  fork.forkedFromId = parent.id;
  const seen = await as(gitlab, gitlab.token('root')).get(`/projects/${fork.id}`);
  expect(seen.body.forked_from_project).toMatchObject({ id: parent.id, path_with_namespace: 'root/hidden' });
  const shown = await as(gitlab, gitlab.token('alice')).get(`/projects/${fork.id}`);
  expect(shown.body).not.toHaveProperty('forked_from_project');
});

it('copies a repository by a job, with the features of its parent and no more than its level (GL-145 to GL-147)', async () => {
  const gitlab = await startGitLab({ settings: { asyncDelayMs: 60_000 } });
  gitlab.addGroup({ path: 'open', visibility: 'public' });
  gitlab.addGroup({ path: 'inner', visibility: 'internal' });
  const parent = gitlab.addProject({ namespace: 'open', path: 'app', visibility: 'public' });
  const group = gitlab.context.state.groups.find(({ path }) => path === 'inner');
  parent.attributes['builds_access_level'] = 'disabled';
  const dir = gitlab.gitDir('open/app');
  commitOn(dir, 'main', 'first');
  commitOn(dir, 'topic', 'second');
  git(dir, 'tag', 'v1', 'main');
  const root = as(gitlab, gitlab.token('root'));

  const body = { namespace_id: group?.id, path: 'copy', name: 'Copy', description: '', branches: 'main' };
  const made = await root.post(`/projects/${parent.id}/fork`, body);
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    path_with_namespace: 'inner/copy',
    visibility: 'internal',
    import_status: 'scheduled',
    empty_repo: true,
    builds_access_level: 'disabled',
    forked_from_project: { id: parent.id },
  });
  const again = await root.post(`/projects/${parent.id}/fork`, body);
  expect(again.status).toBe(409);
  expect(again.body.message).toContain('Path has already been taken');
  await gitlab.settle();
  const copied = await root.get(`/projects/${made.body.id}`);
  expect(copied.body).toMatchObject({ import_status: 'finished', default_branch: 'main' });
  expect(refsIn(gitlab.gitDir('inner/copy')).map((line) => line.slice(41))).toEqual(['refs/heads/main']);
  const rules = await root.get(`/projects/${made.body.id}/protected_branches`);
  expect(rules.body.map(({ name }: { name: string }) => name)).toEqual(['main']);

  const whole = await root.post(`/projects/${parent.id}/fork`, {
    ...body,
    branches: '',
    path: 'all',
    name: 'All',
  });
  await gitlab.settle();
  expect(whole.status).toBe(201);
  expect(refsIn(gitlab.gitDir('inner/all'))).toEqual(refsIn(dir));
  const unknown = await root.post(`/projects/${parent.id}/fork`, { ...body, path: 'x', branches: 'nope' });
  expect([unknown.status, unknown.text]).toEqual([404, '{"message":"404 Source Branch Not Found"}']);
});
