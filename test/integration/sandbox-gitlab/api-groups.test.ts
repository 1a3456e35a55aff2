import { describe, expect, it } from 'vitest';
import { as, OLD_PATH_MESSAGE as CHARACTERS, startGitLab } from './api-fixture.ts';

const GROUP_FORMAT =
  "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', '.git' or '.atom'.";

describe('POST /groups (GL-90 to GL-95)', () => {
  it('creates a group, and its creator is Owner', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'alice@example.com' });
    const api = as(gitlab, gitlab.token('alice'));
    const { status, body } = await api.post('/groups', { name: 'Team A', path: 'team-a', description: 'We' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'Team A',
      path: 'team-a',
      full_path: 'team-a',
      full_name: 'Team A',
      description: 'We',
      visibility: 'private',
      parent_id: null,
      projects: [],
    });
    const members = await api.get('/groups/team-a/members');
    expect(members.body).toMatchObject([{ id: alice.id, access_level: 50 }]);
    expect((await api.post('/groups/team-a/members', { user_id: alice.id, access_level: 50 })).status).toBe(
      409,
    );
  });

  it('keeps declared settings and nests groups', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const parent = await root.post('/groups', {
      name: 'Top',
      path: 'top',
      project_creation_level: 'maintainer',
    });
    expect(parent.body.project_creation_level).toBe('maintainer');
    const child = await root.post('/groups', { name: 'Sub', path: 'sub', parent_id: parent.body.id });
    expect(child.body).toMatchObject({
      full_path: 'top/sub',
      full_name: 'Top / Sub',
      parent_id: parent.body.id,
    });
    expect((await root.get('/groups/top%2Fsub')).body.id).toBe(child.body.id);
    expect((await root.get('/groups/top/subgroups')).body).toHaveLength(1);
  });

  it.each([
    ['rocket', 'Failed to save group {:path=>["has already been taken"]}'],
    ['keyword', 'Failed to save group {path: ["has already been taken"]}'],
  ] as const)('reports a taken path inside a Ruby string (%s)', async (rubyInspect, message) => {
    const gitlab = await startGitLab({ settings: { rubyInspect } });
    const root = as(gitlab, gitlab.token('root'));
    await root.post('/groups', { name: 'Team', path: 'team' });
    const answer = await root.post('/groups', { name: 'Other', path: 'TEAM' });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ message });
  });

  it.each([
    ['c++', [CHARACTERS, GROUP_FORMAT]],
    ['.github', [CHARACTERS]],
    ['a--b', [CHARACTERS]],
    ['foo_', [CHARACTERS]],
    ['foo.', [CHARACTERS, GROUP_FORMAT]],
    ['x.git', [GROUP_FORMAT]],
    ['x.atom', [GROUP_FORMAT]],
    ['a', ['is too short (minimum is 2 characters)']],
    ['admin', ['admin is a reserved name']],
    ['API', ['API is a reserved name']],
    ['v2', ['v2 is a reserved name']],
  ])('refuses the path %s', async (path, messages) => {
    const gitlab = await startGitLab();
    const { status, body } = await as(gitlab, gitlab.token('root')).post('/groups', { name: 'Name', path });
    expect(status).toBe(400);
    const list = messages.map((message) => JSON.stringify(message)).join(', ');
    expect(body.message).toBe(`Failed to save group {:path=>[${list}]}`);
  });

  it('reserves blob, wikis and the like below a group, but not at the top', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const top = await root.post('/groups', { name: 'Wikis', path: 'wikis' });
    expect(top.status).toBe(201);
    const sub = await root.post('/groups', { name: 'Blob', path: 'blob', parent_id: top.body.id });
    expect(sub.body.message).toBe('Failed to save group {:path=>["blob is a reserved name"]}');
  });

  it('refuses names with characters outside of the rule, and too long ones', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const name = await root.post('/groups', { name: 'C++', path: 'cpp' });
    expect(name.body.message).toBe(
      `Failed to save group {:name=>["can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. It must start with letter, digit, emoji or '_'."]}`,
    );
    const long = await root.post('/groups', { name: 'ok', path: 'x'.repeat(256) });
    expect(long.body.message).toContain('is too long (maximum is 255 characters)');
    const text = await root.post('/groups', { name: 'ok', path: 'ok', description: 'd'.repeat(2001) });
    expect(text.body.message).toBe(
      'Failed to save group {:description=>["is too long (maximum is 2000 characters)"]}',
    );
  });

  it('lets names repeat at the top level but not among siblings', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const one = await root.post('/groups', { name: 'Same', path: 'one' });
    expect((await root.post('/groups', { name: 'Same', path: 'two' })).status).toBe(201);
    await root.post('/groups', { name: 'Child', path: 'c1', parent_id: one.body.id });
    const twin = await root.post('/groups', { name: 'Child', path: 'c2', parent_id: one.body.id });
    expect(twin.body.message).toBe('Failed to save group {:name=>["has already been taken"]}');
  });

  it('allows at most 20 ancestors', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    let parent: number | undefined;
    for (let level = 0; level <= 20; level += 1) {
      const made = await root.post('/groups', { name: `g${level}`, path: `g${level}`, parent_id: parent });
      expect(made.status).toBe(201);
      parent = made.body.id;
    }
    const tooDeep = await root.post('/groups', { name: 'deep', path: 'deep', parent_id: parent });
    expect(tooDeep.body.message).toBe('Failed to save group {:parent_id=>["has too deep level of nesting"]}');
  });

  it('is forbidden for users who may not create groups, externals and on GitLab.com', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'limited', email: 'l@example.com', canCreateGroup: false });
    gitlab.addUser({ username: 'external', email: 'e@example.com', external: true });
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const body = { name: 'Team', path: 'team' };
    for (const username of ['limited', 'external']) {
      const answer = await as(gitlab, gitlab.token(username)).post('/groups', body);
      expect([answer.status, answer.text]).toEqual([403, '{"message":"403 Forbidden"}']);
    }
    gitlab.settings.topLevelGroupsByApi = false;
    expect((await as(gitlab, gitlab.token('alice')).post('/groups', body)).status).toBe(403);
  });

  it('needs rights in the parent, which must be visible', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const shown = gitlab.addGroup({ path: 'shown', visibility: 'public' });
    const hidden = gitlab.addGroup({ path: 'hidden' });
    const api = as(gitlab, gitlab.token('alice'));
    const body = { name: 'Sub', path: 'sub' };
    expect((await api.post('/groups', { ...body, parent_id: shown.id })).text).toBe(
      '{"message":"403 Forbidden"}',
    );
    const unseen = await api.post('/groups', { ...body, parent_id: hidden.id });
    expect([unseen.status, unseen.text]).toEqual([404, '{"message":"404 Group Not Found"}']);
    gitlab.addMember('shown', 'alice', 40);
    expect((await api.post('/groups', { ...body, parent_id: shown.id })).status).toBe(201);
  });

  it('never makes a group wider than its parent, nor wider than the administrator allows', async () => {
    const gitlab = await startGitLab({ settings: { restrictedVisibilities: ['public'] } });
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const api = as(gitlab, gitlab.token('alice'));
    const parent = await api.post('/groups', { name: 'Top', path: 'top' });
    const wide = { name: 'Sub', path: 'sub', parent_id: parent.body.id, visibility: 'internal' };
    expect((await api.post('/groups', wide)).body.message).toBe(
      'Failed to save group {:visibility_level=>["internal is not allowed since the parent group has a private visibility."]}',
    );
    const open = { name: 'Open', path: 'open', visibility: 'public' };
    expect((await api.post('/groups', open)).body.message).toBe(
      'Failed to save group {:visibility_level=>["public has been restricted by your GitLab administrator"]}',
    );
    expect((await as(gitlab, gitlab.token('root')).post('/groups', open)).status).toBe(201);
  });

  it('uses the default visibility of the instance', async () => {
    const gitlab = await startGitLab({ settings: { defaultGroupVisibility: 'internal' } });
    const { body } = await as(gitlab, gitlab.token('root')).post('/groups', { name: 'Team', path: 'team' });
    expect(body.visibility).toBe('internal');
  });
});

describe('finding groups (GL-83, GL-96, GL-98)', () => {
  it('looks digits up as a number, never as a path', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: '12345' });
    const { status, text } = await as(gitlab, gitlab.token('root')).get('/groups/12345');
    expect([status, text]).toEqual([404, '{"message":"404 Group Not Found"}']);
  });

  it('ignores case and answers with the stored one', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'Team-A' });
    expect((await as(gitlab, gitlab.token('root')).get('/groups/TEAM-a')).body.full_path).toBe('Team-A');
  });

  it('does not find a user by a group address', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/groups/root')).status).toBe(404);
    expect((await root.post('/groups', { name: 'Root', path: 'root' })).body.message).toBe(
      'Failed to save group {:path=>["has already been taken"]}',
    );
  });

  it('embeds projects unless told not to', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'team' });
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/groups/team')).body.projects).toHaveLength(1);
    expect(Object.keys((await root.get('/groups/team?with_projects=false')).body)).not.toContain('projects');
  });

  it('lists by membership, level, name and depth', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'open', visibility: 'public' });
    gitlab.addGroup({ path: 'own', owner: 'alice' });
    gitlab.addGroup({ path: 'helped' });
    gitlab.addMember('helped', 'alice', 30);
    gitlab.addGroup({ path: 'inner', parent: 'own' });
    const api = as(gitlab, gitlab.token('alice'));
    const paths = async (query: string) =>
      (await api.get(`/groups${query}`)).body.map((group: { full_path: string }) => group.full_path);
    expect(await paths('')).toEqual(['helped', 'own/inner', 'own']);
    expect(await paths('?all_available=true')).toEqual(['helped', 'own/inner', 'open', 'own']);
    expect(await paths('?owned=true&top_level_only=true')).toEqual(['own']);
    expect(await paths('?min_access_level=30&search=HELP')).toEqual(['helped']);
  });

  it('finds namespaces of both kinds, for members and administrators', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'hidden', visibility: 'public' });
    const api = as(gitlab, gitlab.token('alice'));
    expect((await api.get('/namespaces/alice')).body).toMatchObject({ id: alice.namespaceId, kind: 'user' });
    expect((await api.get('/namespaces/hidden')).text).toBe('{"message":"404 Namespace Not Found"}');
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/namespaces/hidden')).body.kind).toBe('group');
    expect((await api.get('/namespaces')).body.map((each: { path: string }) => each.path)).toEqual(['alice']);
    expect((await api.get('/namespaces/hidden/exists')).body).toEqual({
      exists: true,
      suggests: ['hidden1'],
    });
    expect((await api.get('/namespaces/free/exists')).body).toEqual({ exists: false, suggests: [] });
  });
});

describe('renaming and moving groups (GL-85, GL-104)', () => {
  it('loses the old path of the group, but redirects the projects below', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'old' });
    const project = gitlab.addProject({ namespace: 'old', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.put('/groups/old', { path: 'new' })).body.full_path).toBe('new');
    expect((await root.get('/groups/old')).text).toBe('{"message":"404 Group Not Found"}');
    const moved = await root.get('/projects/old%2Fapp');
    expect(moved.status).toBe(301);
    expect(moved.headers.get('location')).toBe(`${gitlab.url}/api/v4/projects/${project.id}`);
    expect((await root.get('/projects/new%2Fapp')).body.id).toBe(project.id);
  });

  it('frees the old path, and a new owner of it ends the redirects', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'old' });
    gitlab.addProject({ namespace: 'old', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    await root.put('/groups/old', { path: 'new' });
    expect((await root.post('/groups', { name: 'Old', path: 'old' })).status).toBe(201);
    expect((await root.get('/projects/old%2Fapp')).status).toBe(404);
  });

  it('moves a group below another and says why it cannot', async () => {
    const gitlab = await startGitLab();
    const a = gitlab.addGroup({ path: 'aa' });
    const b = gitlab.addGroup({ path: 'bb' });
    gitlab.addProject({ namespace: 'aa', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const top = await root.post(`/groups/${a.id}/transfer`, {});
    expect([top.status, top.text]).toEqual([
      400,
      '{"message":"Transfer failed: Group is already a root group."}',
    ]);
    const moved = await root.post(`/groups/${a.id}/transfer`, { group_id: b.id });
    expect([moved.status, moved.body.full_path]).toEqual([201, 'bb/aa']);
    expect(gitlab.project('bb/aa/app').path).toBe('app');
  });

  it('refuses a visibility below that of the contents', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'open', visibility: 'public' });
    gitlab.addProject({ namespace: 'open', path: 'app', visibility: 'public' });
    const { status, body } = await as(gitlab, gitlab.token('root')).put('/groups/open', {
      visibility: 'private',
    });
    expect(status).toBe(400);
    expect(body.message.visibility_level[0]).toContain('private is not allowed');
  });
});

describe('DELETE /groups (GL-150, GL-155)', () => {
  it('renames and keeps on 18, so that the path is free at once', async () => {
    const gitlab = await startGitLab();
    const group = gitlab.addGroup({ path: 'team' });
    const root = as(gitlab, gitlab.token('root'));
    const gone = await root.delete('/groups/team');
    expect([gone.status, gone.text]).toEqual([202, '{"message":"202 Accepted"}']);
    expect((await root.get(`/groups/${group.id}`)).body).toMatchObject({
      full_path: `team-deletion_scheduled-${group.id}`,
      marked_for_deletion_on: expect.any(String),
    });
    expect((await root.delete(`/groups/${group.id}`)).text).toBe(
      '{"message":"Group has already been marked for deletion"}',
    );
    expect((await root.post('/groups', { name: 'Team', path: 'team' })).status).toBe(201);
  });

  it('removes subgroups for good in a second step only', async () => {
    const gitlab = await startGitLab();
    const top = gitlab.addGroup({ path: 'top' });
    const sub = gitlab.addGroup({ path: 'sub', parent: 'top' });
    const root = as(gitlab, gitlab.token('root'));
    const now = (id: number, fullPath: string) =>
      root.delete(`/groups/${id}?permanently_remove=true&full_path=${encodeURIComponent(fullPath)}`);
    expect((await now(top.id, 'top')).body.message).toBe(
      '`permanently_remove` option is only available for subgroups.',
    );
    expect((await now(sub.id, 'top/sub')).body.message).toBe('Group must be marked for deletion first.');
    await root.delete(`/groups/${sub.id}`);
    expect((await now(sub.id, 'top/sub')).body.message).toMatch(/^`full_path` is incorrect\./);
    expect((await now(sub.id, `top/sub-deletion_scheduled-${sub.id}`)).status).toBe(202);
    await gitlab.settle();
    expect((await root.get(`/groups/${sub.id}`)).status).toBe(404);
  });

  it('destroys in the background up to 17, the path stays taken meanwhile', async () => {
    const gitlab = await startGitLab({ version: '17.11.0', settings: { asyncDelayMs: 60_000 } });
    gitlab.addGroup({ path: 'team' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.delete('/groups/team')).status).toBe(202);
    expect((await root.post('/groups', { name: 'Team', path: 'team' })).body.message).toContain(
      'already been taken',
    );
    await gitlab.settle();
    expect((await root.post('/groups', { name: 'Team', path: 'team' })).status).toBe(201);
  });

  it('is for owners', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'team' });
    gitlab.addMember('team', 'alice', 40);
    expect((await as(gitlab, gitlab.token('alice')).delete('/groups/team')).text).toBe(
      '{"message":"403 Forbidden"}',
    );
  });
});
