import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { as, call, OLD_PATH_MESSAGE as CHARACTERS, startGitLab } from './api-fixture.ts';

const PROJECT_FORMAT =
  "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'";
const TAKEN = ['has already been taken'];

describe('POST /projects (GL-120 to GL-127)', () => {
  it('creates project and bare repository with HEAD on the wanted branch', async () => {
    const gitlab = await startGitLab();
    const group = gitlab.addGroup({ path: 'team' });
    const { status, body } = await as(gitlab, gitlab.token('root')).post('/projects', {
      name: 'My App',
      path: 'app',
      namespace_id: group.id,
      description: 'Text',
      default_branch: 'refs/heads/develop',
      topics: ['one', 'two'],
      wiki_access_level: 'disabled',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'My App',
      path: 'app',
      path_with_namespace: 'team/app',
      description: 'Text',
      visibility: 'private',
      empty_repo: true,
      default_branch: 'main',
      archived: false,
      import_status: 'none',
      creator_id: 1,
      namespace: { id: group.id, kind: 'group', full_path: 'team' },
      http_url_to_repo: `${gitlab.url}/team/app.git`,
      topics: ['one', 'two'],
      wiki_enabled: false,
      marked_for_deletion_on: null,
    });
    expect(Object.keys(body)).not.toContain('owner');
    const head = readFileSync(join(gitlab.gitDir('team/app'), 'HEAD'), 'utf8');
    expect(head).toBe('ref: refs/heads/develop\n');
  });

  it('puts HEAD on the group’s or the instance’s preferred branch by default', async () => {
    const gitlab = await startGitLab({ settings: { defaultBranchName: 'trunk' } });
    gitlab.addGroup({ path: 'own', attributes: { default_branch: 'develop' } });
    gitlab.addGroup({ path: 'plain' });
    const root = as(gitlab, gitlab.token('root'));
    gitlab.addProject({ namespace: 'own', path: 'app' });
    gitlab.addProject({ namespace: 'plain', path: 'app' });
    expect((await root.get('/projects/own%2Fapp')).body.default_branch).toBe('develop');
    expect((await root.get('/projects/plain%2Fapp')).body.default_branch).toBe('trunk');
    expect(readFileSync(join(gitlab.gitDir('plain/app'), 'HEAD'), 'utf8')).toBe('ref: refs/heads/trunk\n');
  });

  it('shows no default branch for an empty repository on 15', async () => {
    const gitlab = await startGitLab({ version: '15.11.0' });
    const { body } = await as(gitlab, gitlab.token('root')).post('/projects', { name: 'app' });
    expect(body.default_branch).toBeNull();
  });

  it('derives the missing one of name and path', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.post('/projects', { name: 'Größe Ding+' })).body).toMatchObject({
      path: 'grosse-ding',
    });
    expect((await root.post('/projects', { path: 'only-path' })).body).toMatchObject({ name: 'only-path' });
    expect((await root.post('/projects', { name: 'Kept.Case' })).body).toMatchObject({ path: 'Kept.Case' });
  });

  it('lands in the personal namespace of the caller without a namespace', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const api = as(gitlab, gitlab.token('alice'));
    const { body } = await api.post('/projects', { name: 'app' });
    expect(body).toMatchObject({
      path_with_namespace: 'alice/app',
      namespace: { id: alice.namespaceId, kind: 'user' },
      owner: { username: 'alice' },
    });
    const again = await api.post(`/projects/${body.id}/members`, { user_id: alice.id, access_level: 50 });
    expect([again.status, again.text]).toEqual([409, '{"message":"Member already exists"}']);
  });

  it.each([
    ['.github', [CHARACTERS]],
    ['c++', [CHARACTERS, PROJECT_FORMAT]],
    ['a--b', [CHARACTERS]],
    ['foo_', [CHARACTERS]],
    ['x.git', [PROJECT_FORMAT]],
    ['wikis', ['wikis is a reserved name']],
    ['Blob', ['Blob is a reserved name']],
  ])('refuses the path %s under two keys', async (path, messages) => {
    const gitlab = await startGitLab();
    const { status, body } = await as(gitlab, gitlab.token('root')).post('/projects', { name: 'Name', path });
    expect(status).toBe(400);
    expect(body).toEqual({ message: { 'project_namespace.path': messages, path: messages } });
  });

  it('takes one-letter paths and the names of top-level routes', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    for (const path of ['x', 'admin', 'api'])
      expect((await root.post('/projects', { path })).status).toBe(201);
  });

  it('reserves pairs such as environments/folders', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'team' });
    const parent = gitlab.addGroup({ path: 'environments', parent: 'team' });
    const { body } = await as(gitlab, gitlab.token('root')).post('/projects', {
      path: 'folders',
      namespace_id: parent.id,
    });
    expect(body.message.path).toEqual(['folders is a reserved name']);
  });

  it('reports what is taken: name and path, path alone, name alone', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    await root.post('/projects', { name: 'App', path: 'app' });
    const both = await root.post('/projects', { name: 'App', path: 'app' });
    expect(both.status).toBe(400);
    expect(both.text).toBe(
      '{"message":{"project_namespace.name":["has already been taken"],"name":["has already been taken"],"path":["has already been taken"]}}',
    );
    expect((await root.post('/projects', { name: 'Other', path: 'APP' })).body.message).toEqual({
      path: TAKEN,
    });
    expect((await root.post('/projects', { name: 'App', path: 'other' })).body.message).toEqual({
      'project_namespace.name': TAKEN,
      name: TAKEN,
    });
    expect((await root.post('/projects', { name: 'app', path: 'lower-name' })).status).toBe(201);
  });

  it('shares one table of paths with subgroups', async () => {
    const gitlab = await startGitLab();
    const team = gitlab.addGroup({ path: 'team' });
    gitlab.addGroup({ path: 'sub', parent: 'team' });
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const project = await root.post('/projects', { name: 'New', path: 'Sub', namespace_id: team.id });
    expect(project.body.message).toEqual({ path: TAKEN });
    const group = await root.post('/groups', { name: 'New', path: 'App', parent_id: team.id });
    expect(group.body.message).toBe('Failed to save group {:path=>["has already been taken"]}');
  });

  it('refuses long descriptions and paths whose full length exceeds 255', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const long = await root.post('/projects', { name: 'x', description: 'ä'.repeat(2001) });
    expect(long.text).toBe('{"message":{"description":["is too long (maximum is 2000 characters)"]}}');
    expect((await root.post('/projects', { name: 'x', description: '😀'.repeat(2000) })).status).toBe(201);
    const path = await root.post('/projects', { name: 'y', path: 'y'.repeat(252) });
    expect(path.body.message.path).toEqual(['is too long (maximum is 255 characters)']);
  });

  it('refuses names outside of the rule', async () => {
    const gitlab = await startGitLab();
    const { body } = await as(gitlab, gitlab.token('root')).post('/projects', { name: 'a/b', path: 'ab' });
    expect(body.message.name).toEqual([
      "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a letter, digit, emoji, or '_'.",
    ]);
    expect(body.message['project_namespace.name']).toEqual(body.message.name);
  });

  it('lowers a visibility above that of the group without a word', async () => {
    const gitlab = await startGitLab();
    const group = gitlab.addGroup({ path: 'team', visibility: 'internal' });
    const answer = await as(gitlab, gitlab.token('root')).post('/projects', {
      name: 'app',
      namespace_id: group.id,
      visibility: 'public',
    });
    expect([answer.status, answer.body.visibility]).toEqual([201, 'internal']);
  });

  it('refuses a restricted visibility to everybody but administrators', async () => {
    const gitlab = await startGitLab({ settings: { restrictedVisibilities: ['public'] } });
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const body = { name: 'app', visibility: 'public' };
    const refused = await as(gitlab, gitlab.token('alice')).post('/projects', body);
    expect(refused.status).toBe(400);
    expect(refused.text).toBe(
      '{"message":{"visibility_level":["public has been restricted by your GitLab administrator"]}}',
    );
    expect((await as(gitlab, gitlab.token('root')).post('/projects', body)).body.visibility).toBe('public');
  });

  it('knows no namespace by the number of a user, and none without rights', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const group = gitlab.addGroup({ path: 'team', visibility: 'public' });
    const api = as(gitlab, gitlab.token('alice'));
    const noNamespace = '{"message":{"base":["undefined method `organization_id\' for nil"]}}';
    const answers = new Map([
      [alice.id, noNamespace],
      [99_999, noNamespace],
      [group.id, '{"message":{"namespace":["is not valid"]}}'],
    ]);
    for (const [namespace_id, text] of answers) {
      const answer = await api.post('/projects', { name: 'app', namespace_id });
      expect([answer.status, answer.text]).toEqual([400, text]);
    }
  });

  it('obeys the group’s project creation level', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const level = (project_creation_level: string, path: string) =>
      gitlab.addGroup({ path, attributes: { project_creation_level } }).id;
    const ids = {
      developer: level('developer', 'dev'),
      maintainer: level('maintainer', 'main'),
      noone: level('noone', 'none'),
    };
    for (const path of ['dev', 'main', 'none']) gitlab.addMember(path, 'alice', 30);
    const api = as(gitlab, gitlab.token('alice'));
    const create = async (namespace_id: number) =>
      (await api.post('/projects', { name: 'app', namespace_id })).status;
    expect(await create(ids.developer)).toBe(201);
    expect(await create(ids.maintainer)).toBe(400);
    expect(await create(ids.noone)).toBe(400);
  });

  it('answers the personal project limit with 403 and an array', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'one', email: '1@example.com', projectsLimit: 1 });
    gitlab.addUser({ username: 'none', email: '0@example.com', projectsLimit: 0 });
    const one = as(gitlab, gitlab.token('one'));
    await one.post('/projects', { name: 'first' });
    const second = await one.post('/projects', { name: 'second' });
    expect([second.status, second.text]).toEqual([
      403,
      `{"error":["You've reached your limit of 1 projects created. Contact your GitLab administrator."]}`,
    ]);
    const none = await as(gitlab, gitlab.token('none')).post('/projects', { name: 'first' });
    expect(none.body.error).toEqual([
      'You cannot create projects in your personal namespace. Contact your GitLab administrator.',
    ]);
  });

  it('makes a first commit on request, whose branch becomes protected', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const { body } = await root.post('/projects', { name: 'app', initialize_with_readme: true });
    expect(body).toMatchObject({ empty_repo: false, default_branch: 'main' });
    await gitlab.settle();
    expect(gitlab.protectedBranches('root/app').map((each) => each.name)).toEqual(['main']);
  });

  it('copies the instance’s label templates', async () => {
    const gitlab = await startGitLab({ settings: { labelTemplates: [{ name: 'bug', color: '#FF0000' }] } });
    const root = as(gitlab, gitlab.token('root'));
    const { body } = await root.post('/projects', { name: 'app' });
    expect((await root.get(`/projects/${body.id}/labels`)).body).toMatchObject([{ name: 'bug' }]);
    const again = await root.post(`/projects/${body.id}/labels`, { name: 'bug', color: '#00FF00' });
    expect([again.status, again.text]).toEqual([409, '{"message":"Label already exists"}']);
  });

  it('has importing by URL closed', async () => {
    const gitlab = await startGitLab();
    const answer = await as(gitlab, gitlab.token('root')).post('/projects', {
      name: 'app',
      import_url: 'https://git.example.com/a.git',
    });
    expect([answer.status, answer.text]).toEqual([403, '{"message":"403 Forbidden"}']);
  });

  it('makes a repository that git itself takes for an empty one', async () => {
    const gitlab = await startGitLab();
    gitlab.addProject({ namespace: 'root', path: 'app' });
    const git = (...args: string[]) =>
      execFileSync('git', ['--git-dir', gitlab.gitDir('root/app'), ...args], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    expect(git('rev-parse', '--is-bare-repository').toString()).toBe('true\n');
    expect(git('fsck', '--full', '--strict').toString()).toBe('');
    expect(git('for-each-ref').toString()).toBe('');
  });
});

describe('POST /projects/user/:id (GL-131)', () => {
  it('creates in the namespace of that user, for administrators only', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const root = as(gitlab, gitlab.token('root'));
    const made = await root.post(`/projects/user/${alice.id}`, { name: 'app' });
    expect(made.body).toMatchObject({ path_with_namespace: 'alice/app', creator_id: alice.id });
    expect((await root.get(`/projects/${made.body.id}/members/all`)).body).toMatchObject([
      { username: 'alice' },
    ]);
    expect((await root.post('/projects/user/999', { name: 'app' })).text).toBe(
      '{"message":"404 User Not Found"}',
    );
    expect((await root.post(`/projects/user/${alice.id}`, { path: 'x' })).text).toBe(
      '{"error":"name is missing"}',
    );
    const own = await as(gitlab, gitlab.token('alice')).post(`/projects/user/${alice.id}`, { name: 'x' });
    expect(own.status).toBe(403);
  });

  it('cannot for blocked users and users without projects, and names a reached limit', async () => {
    const gitlab = await startGitLab();
    const blocked = gitlab.addUser({ username: 'gone', email: 'g@example.com', state: 'blocked' });
    const none = gitlab.addUser({ username: 'none', email: 'n@example.com', projectsLimit: 0 });
    const one = gitlab.addUser({ username: 'one', email: 'o@example.com', projectsLimit: 1 });
    const root = as(gitlab, gitlab.token('root'));
    for (const { id } of [blocked, none]) {
      expect((await root.post(`/projects/user/${id}`, { name: 'app' })).text).toBe(
        '{"message":{"namespace":["is not valid"]}}',
      );
    }
    await root.post(`/projects/user/${one.id}`, { name: 'app' });
    const second = await root.post(`/projects/user/${one.id}`, { name: 'app2' });
    expect(second.status).toBe(400);
    expect(Object.keys(second.body.message)).toEqual(['limit_reached']);
  });
});

describe('GET /projects (GL-133)', () => {
  it('finds by number and by encoded path, ignoring case, and not by a bare name', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'Team' });
    const { id } = gitlab.addProject({ namespace: 'Team', path: 'App' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get(`/projects/${id}`)).body.path_with_namespace).toBe('Team/App');
    expect((await root.get('/projects/team%2Fapp')).body.path_with_namespace).toBe('Team/App');
    expect((await root.get('/projects/app')).text).toBe('{"message":"404 Project Not Found"}');
    expect((await root.get('/projects/Team/App')).text).toBe('{"error":"404 Not Found"}');
  });

  it('hides what the caller may not see', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addUser({ username: 'extern', email: 'e@example.com', external: true });
    gitlab.addGroup({ path: 'team', visibility: 'public' });
    for (const visibility of ['private', 'internal', 'public'] as const) {
      gitlab.addProject({ namespace: 'team', path: visibility, visibility });
    }
    const seen = async (token: string | undefined) =>
      (await as(gitlab, token).get('/projects?order_by=path&sort=asc')).body.map(
        (p: { path: string }) => p.path,
      );
    expect(await seen(undefined)).toEqual(['public']);
    expect(await seen(gitlab.token('extern'))).toEqual(['public']);
    expect(await seen(gitlab.token('alice'))).toEqual(['internal', 'public']);
    expect(await seen(gitlab.token('root'))).toEqual(['internal', 'private', 'public']);
    gitlab.addMember('team', 'alice', 10);
    expect(await seen(gitlab.token('alice'))).toEqual(['internal', 'private', 'public']);
  });

  it('filters by membership, level, name and number', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'team', visibility: 'public' });
    const open = gitlab.addProject({ namespace: 'team', path: 'open-app', visibility: 'public' });
    const own = gitlab.addProject({ namespace: 'alice', path: 'own-app' });
    const api = as(gitlab, gitlab.token('alice'));
    const ids = async (query: string) =>
      (await api.get(`/projects?${query}`)).body.map((project: { id: number }) => project.id);
    expect(await ids('')).toEqual([own.id, open.id]);
    expect(await ids('membership=true')).toEqual([own.id]);
    expect(await ids('owned=true')).toEqual([own.id]);
    expect(await ids('min_access_level=40')).toEqual([own.id]);
    expect(await ids('search=OPEN')).toEqual([open.id]);
    expect(await ids('search=op')).toEqual([]);
    expect(await ids(`id_after=${open.id}`)).toEqual([own.id]);
    expect((await api.get('/users/2/projects')).body).toMatchObject([{ id: own.id }]);
    expect((await api.get('/groups/team/projects')).body).toMatchObject([{ id: open.id }]);
  });

  it('shows strangers less', async () => {
    const gitlab = await startGitLab();
    gitlab.addProject({ namespace: 'root', path: 'app', visibility: 'public' });
    const stranger = await call(gitlab, 'GET', '/projects/root%2Fapp');
    expect(stranger.body.path_with_namespace).toBe('root/app');
    expect(Object.keys(stranger.body)).not.toContain('empty_repo');
  });
});

describe('PUT /projects (GL-137)', () => {
  it('redirects the old path: 301 with plain text on GET, 405 on writes', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'old' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.put(`/projects/${id}`, { path: 'next' })).body.path_with_namespace).toBe('root/next');
    const got = await root.get('/projects/root%2Fold');
    const location = `${gitlab.url}/api/v4/projects/${id}`;
    expect(got.status).toBe(301);
    expect(got.headers.get('location')).toBe(location);
    expect(got.text).toBe(`This resource has been moved permanently to ${location}`);
    expect(got.headers.get('content-type')).toMatch(/^text\/plain/);
    const put = await root.put('/projects/root%2Fold', { description: 'x' });
    expect([put.status, put.text]).toEqual([
      405,
      '{"message":"Non GET methods are not allowed for moved projects"}',
    ]);
  });

  it('hands the old path over to a new project', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'old' });
    const root = as(gitlab, gitlab.token('root'));
    await root.put(`/projects/${id}`, { path: 'next', name: 'next' });
    const next = await root.post('/projects', { name: 'old' });
    expect(next.status).toBe(201);
    expect((await root.get('/projects/root%2Fold')).body.id).toBe(next.body.id);
  });

  it('refuses a visibility above that of the group, other than creation', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'team' });
    const { id } = gitlab.addProject({ namespace: 'team', path: 'app' });
    const { status, text } = await as(gitlab, gitlab.token('root')).put(`/projects/${id}`, {
      visibility: 'public',
    });
    expect([status, text]).toEqual([
      400,
      '{"message":{"visibility_level":["public is not allowed in a private namespace."]}}',
    ]);
  });

  it('needs a maintainer, for visibility and mails an owner', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'dev', email: 'd@example.com' });
    gitlab.addUser({ username: 'main', email: 'm@example.com' });
    gitlab.addGroup({ path: 'team', visibility: 'public' });
    const { id } = gitlab.addProject({ namespace: 'team', path: 'app', visibility: 'public' });
    gitlab.addMember('team/app', 'dev', 30);
    gitlab.addMember('team/app', 'main', 40);
    const change = (name: string, body: object) =>
      as(gitlab, gitlab.token(name)).put(`/projects/${id}`, body);
    expect((await change('dev', { description: 'x' })).text).toBe('{"message":"403 Forbidden"}');
    expect((await change('main', { description: 'x' })).body.description).toBe('x');
    expect((await change('main', { visibility: 'private' })).status).toBe(403);
    expect((await change('main', { emails_enabled: false })).body.emails_enabled).toBe(true);
    expect((await change('root', { emails_enabled: false })).body.emails_enabled).toBe(false);
  });

  it('wants at least one parameter that it knows', async () => {
    const gitlab = await startGitLab();
    const { id } = gitlab.addProject({ namespace: 'root', path: 'app' });
    const { status, body } = await as(gitlab, gitlab.token('root')).put(`/projects/${id}`, {
      archived: true,
    });
    expect(status).toBe(400);
    expect(body.error).toMatch(/ are missing, at least one parameter must be provided$/);
  });
});
