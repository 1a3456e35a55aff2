import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EmbeddedGitBucket } from '../../../sandbox/gitbucket.ts';
import { ask, basic, logins, names, posting, start, type Running } from './core-server.ts';

let running: Running;
let gitbucket: EmbeddedGitBucket;

beforeEach(async () => {
  running = await start();
  gitbucket = running.gitbucket;
  for (const login of ['alice', 'bob', 'carol']) {
    gitbucket.addUser({ login, email: `${login}@example.com` });
  }
  gitbucket.addGroup({
    login: 'team-a',
    members: [
      { login: 'alice', manager: true },
      { login: 'carol', manager: false },
    ],
  });
  gitbucket.addGroup({ login: 'helpers', members: [{ login: 'bob', manager: true }] });
});

afterEach(() => running.stop());

function create(path: string, login: string, body: object): ReturnType<typeof ask> {
  return ask(gitbucket, path, { ...posting(body), token: gitbucket.token(login) });
}

it('lists an owner newest activity first, and each viewer sees only what it may read', async () => {
  const old = Date.UTC(2024, 0, 1);
  gitbucket.addRepository({ owner: 'team-a', name: 'open', createdAt: old });
  gitbucket.addRepository({ owner: 'team-a', name: 'closed', private: true, createdAt: old + 1000 });
  gitbucket.addRepository({
    owner: 'team-a',
    name: 'shared',
    private: true,
    createdAt: old + 2000,
    collaborators: [{ login: 'helpers', role: 'GUEST' }],
  });
  const seen = async (login?: string) =>
    names(
      await ask(
        gitbucket,
        '/api/v3/users/team-a/repos',
        login === undefined ? {} : { token: gitbucket.token(login) },
      ),
    );
  expect(await seen('root')).toEqual(['shared', 'closed', 'open']);
  expect(await seen('carol')).toEqual(['shared', 'closed', 'open']);
  expect(await seen('bob')).toEqual(['shared', 'open']);
  expect(await seen()).toEqual(['open']);
});

it('lists only repositories that the caller owns as its own', async () => {
  gitbucket.addRepository({ owner: 'team-a', name: 'of-the-group' });
  gitbucket.addRepository({ owner: 'alice', name: 'mine', private: true });
  expect(names(await ask(gitbucket, '/api/v3/user/repos', { token: gitbucket.token('alice') }))).toEqual([
    'mine',
  ]);
});

it('hides a disabled owner everywhere and forgets its memberships for good', async () => {
  gitbucket.addRepository({ owner: 'carol', name: 'legacy' });
  const token = gitbucket.token('carol');
  const root = gitbucket.token('root');
  const done = await ask(gitbucket, '/api/v3/users/carol/suspended', { method: 'PUT', token: root });
  expect(done.status).toBe(204);
  const upload = '/git/carol/legacy.git/info/refs?service=git-upload-pack';
  expect((await ask(gitbucket, '/api/v3/users/carol')).status).toBe(404);
  expect((await ask(gitbucket, '/api/v3/repos/carol/legacy', { token: root })).status).toBe(404);
  expect((await ask(gitbucket, '/api/v3/users/carol/repos', { token: root })).text).toBe('[]');
  expect((await ask(gitbucket, upload, { agent: 'git/2' })).status).toBe(404);
  expect((await ask(gitbucket, '/carol/legacy')).status).toBe(404);
  expect((await ask(gitbucket, '/api/v3/user', { token })).text).toBe('{ "message": "Bad credentials" }');
  expect((await ask(gitbucket, '/api/v3/repositories')).status).toBe(500);
  await ask(gitbucket, '/api/v3/users/carol/suspended', { method: 'DELETE', token: root });
  expect((await ask(gitbucket, '/api/v3/repos/carol/legacy')).status).toBe(200);
  expect((await ask(gitbucket, '/api/v3/repositories')).status).toBe(200);
  expect((await ask(gitbucket, '/api/v3/users/carol/orgs')).text).toBe('[]');
});

it('answers 401 to everybody who may not, signed in or not', async () => {
  gitbucket.addRepository({ owner: 'alice', name: 'secret', private: true });
  const stranger = await ask(gitbucket, '/api/v3/repos/alice/secret', { token: gitbucket.token('bob') });
  expect([stranger.status, stranger.text]).toEqual([401, '{"message":"Requires authentication"}']);
  const creating = posting({ login: 'new', password: 'p', email: 'n@example.com' });
  const notAdmin = await ask(gitbucket, '/api/v3/admin/users', {
    ...creating,
    token: gitbucket.token('alice'),
  });
  expect(notAdmin.status).toBe(401);
});

it('takes a password on the API, but not a token in its place', async () => {
  const withPassword = { headers: { authorization: basic('alice', 'alice') } };
  const withToken = { headers: { authorization: basic('alice', gitbucket.token('alice')) } };
  expect((await ask(gitbucket, '/api/v3/user', withPassword)).status).toBe(200);
  expect((await ask(gitbucket, '/api/v3/user', withToken)).text).toBe('{ "message": "Bad credentials" }');
});

it('takes a token as access_token and in any letter case of the scheme', async () => {
  const token = gitbucket.token('alice');
  const byQuery = await ask(gitbucket, `/api/v3/user?access_token=${token}`);
  expect(byQuery.status).toBe(200);
  for (const scheme of ['token', 'Token', 'Bearer', 'bearer']) {
    const headers = { authorization: `${scheme} ${token}` };
    expect((await ask(gitbucket, '/api/v3/user', { headers })).status).toBe(200);
  }
  expect((await ask(gitbucket, '/api/v3/user', { headers: { authorization: 'Digest x' } })).status).toBe(401);
});

it('creates users and groups without looking at their names, and fails on duplicates', async () => {
  const user = { login: 'we ird', password: 'p', email: 'w@example.com' };
  const group = { login: 'Grp', admin: 'we ird', profile_name: 'says' };
  expect((await create('/api/v3/admin/users', 'root', user)).status).toBe(200);
  expect((await create('/api/v3/admin/users', 'root', user)).status).toBe(500);
  expect((await create('/api/v3/admin/organizations', 'root', group)).json).toMatchObject({
    description: 'says',
  });
  expect(
    (await create('/api/v3/admin/organizations', 'root', { ...group, login: 'other', admin: 'nobody' }))
      .status,
  ).toBe(500);
  expect(logins(await ask(gitbucket, '/api/v3/users/we%20ird/orgs'))).toEqual(['Grp']);
});

it('sorts users and groups by login, capitals first, and never mixes them', async () => {
  gitbucket.addGroup({ login: 'Zoo', members: [] });
  gitbucket.addUser({ login: 'Zed', email: 'z@example.com' });
  expect(logins(await ask(gitbucket, '/api/v3/users'))).toEqual(['Zed', 'alice', 'bob', 'carol', 'root']);
  expect(logins(await ask(gitbucket, '/api/v3/organizations'))).toEqual(['Zoo', 'helpers', 'team-a']);
  expect((await ask(gitbucket, '/api/v3/orgs/alice')).status).toBe(404);
});

it('spoils the whole list of an owner with one damaged repository, whichever way it is damaged', async () => {
  gitbucket.addRepository({ owner: 'alice', name: 'fine' });
  gitbucket.addRepository({ owner: 'alice', name: 'empty-directory' });
  gitbucket.break('alice', 'empty-directory', 'empty');
  expect((await ask(gitbucket, '/api/v3/users/alice/repos')).status).toBe(500);
  expect((await ask(gitbucket, '/api/v3/repos/alice/empty-directory/branches')).status).toBe(500);
  expect((await ask(gitbucket, '/alice')).status).toBe(500);
  expect((await ask(gitbucket, '/api/v3/repos/alice/fine')).status).toBe(200);
  const refs = '/git/alice/empty-directory.git/info/refs?service=git-upload-pack';
  const headers = { authorization: basic('root', 'root') };
  expect((await ask(gitbucket, refs, { agent: 'git/2', headers })).status).toBe(401);
});

it('takes its time for every repository that a list opens, and for one alone (GB-156)', async () => {
  for (const name of ['one', 'two', 'three']) gitbucket.addRepository({ owner: 'alice', name });
  gitbucket = await running.restart({ openMs: 40 });
  const took = async (path: string): Promise<number> => {
    const before = performance.now();
    expect((await ask(gitbucket, path)).status).toBe(200);
    // A timer may fire a millisecond early.
    return performance.now() - before + 1;
  };
  expect(await took('/api/v3/users/alice/repos')).toBeGreaterThanOrEqual(120);
  expect(await took('/api/v3/repos/alice/one')).toBeGreaterThanOrEqual(40);
});

it('creates repositories for oneself, for groups of which one is a member, and as administrator for anybody', async () => {
  expect((await create('/api/v3/user/repos', 'bob', { name: 'own', private: true })).json).toMatchObject({
    full_name: 'bob/own',
    private: true,
    description: '',
  });
  expect((await create('/api/v3/orgs/team-a/repos', 'carol', { name: 'ours' })).status).toBe(200);
  expect((await create('/api/v3/orgs/bob/repos', 'root', { name: 'given' })).status).toBe(200);
  expect((await create('/api/v3/orgs/nobody/repos', 'root', { name: 'given' })).status).toBe(500);
  expect((await create('/api/v3/user/repos', 'bob', { name: '-bad' })).status).toBe(404);
  expect((await create('/api/v3/user/repos', 'bob', { name: 'own' })).json).toMatchObject({
    message: 'A repository with this name already exists on this account',
  });
});

it('forks with parent and refs, and pages the list of forks', async () => {
  gitbucket.addRepository({ owner: 'alice', name: 'tool' });
  const fork = await ask(gitbucket, '/api/v3/repos/alice/tool/forks', {
    ...posting({}),
    token: gitbucket.token('bob'),
  });
  expect([fork.status, (fork.json as { fork: boolean }).fork]).toEqual([202, true]);
  const list = (query: string) => ask(gitbucket, `/api/v3/repos/alice/tool/forks${query}`);
  expect(names(await list(''))).toEqual(['tool']);
  expect((await list('?per_page=1&page=2')).text).toBe('[]');
  expect((await list('?sort=stargazers')).status).toBe(501);
  expect((await list('?sort=zzz')).json).toMatchObject({ message: 'Invalid sort value: zzz' });
  expect((await ask(gitbucket, '/api/v3/repos/bob/tool/forks')).text).toBe('[]');
});
