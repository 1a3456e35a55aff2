import { afterEach, beforeEach, expect, test } from 'vitest';
import { addDeployKey, addHook, addStatus } from '../../../sandbox/gitbucket.ts';
import { commit, startTrackerServer, TRACKER, userJson, type TrackerServer } from './tracker-setup.ts';

let server: TrackerServer;
beforeEach(async () => {
  server = await startTrackerServer();
});
afterEach(() => server.close());

test('hooks are listed by URL to anybody who can read, without secret and with a wrong address', async () => {
  const { context, url } = server.gitbucket;
  addHook(context, 'team-a/tracker', {
    url: 'http://127.0.0.1:1/hook-json',
    contentType: 'json',
    events: ['issues', 'pull_request', 'push'],
    secret: 's3cret',
  });
  addHook(context, 'team-a/tracker', { url: 'http://127.0.0.1:1/hook-form', events: ['push'] });
  addHook(context, 'team-a/tracker', { url: 'http://127.0.0.1:1/silent', events: [] });
  const answer = await server.api(`${TRACKER}/hooks`);
  expect(answer.text).toBe(
    JSON.stringify([
      {
        type: 'Repository',
        id: 2,
        name: 'web',
        active: true,
        events: ['push'],
        config: { content_type: 'form', url: 'http://127.0.0.1:1/hook-form' },
        url: `${url}/api/v3/team-a/tracker/hooks/2`,
      },
      {
        type: 'Repository',
        id: 1,
        name: 'web',
        active: true,
        events: ['issues', 'pull_request', 'push'],
        config: { content_type: 'json', url: 'http://127.0.0.1:1/hook-json' },
        url: `${url}/api/v3/team-a/tracker/hooks/1`,
      },
    ]),
  );
});

test('a hook is found under any repository that can be read; a number that is none is a server error', async () => {
  server.gitbucket.addRepository({ owner: 'alice', name: 'other' });
  const body = { config: { url: 'http://127.0.0.1:1/x' }, events: ['push'] };
  const made = await server.api(`${TRACKER}/hooks`, { as: 'bob', body });
  expect(made.status).toBe(200);
  expect((await server.api('/repos/alice/other/hooks/1')).json()).toEqual(made.json());
  expect((await server.api(`${TRACKER}/hooks/9`)).status).toBe(404);
  expect((await server.api(`${TRACKER}/hooks/abc`)).status).toBe(500);
  expect((await server.api(`${TRACKER}/hooks`, { as: 'dave', body })).status).toBe(401);
});

test('statuses are listed latest first, one per context, by id or branch', async () => {
  const { context, url } = server.gitbucket;
  const sha = commit(server.gitbucket.gitDir('team-a', 'tracker'), 'main', 'x\n');
  const common = { sha, targetUrl: 'http://ci.example/1', creator: 'root' };
  addStatus(context, 'team-a/tracker', {
    ...common,
    context: 'ci/build',
    state: 'pending',
    description: null,
  });
  addStatus(context, 'team-a/tracker', {
    ...common,
    context: 'ci/lint',
    state: 'failure',
    description: 'ci failure',
  });
  const stamp: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const answer = await server.api(`${TRACKER}/commits/${sha}/statuses`);
  expect((answer.json() as unknown[])[0]).toEqual({
    created_at: stamp,
    updated_at: stamp,
    state: 'failure',
    target_url: 'http://ci.example/1',
    description: 'ci failure',
    id: 2,
    context: 'ci/lint',
    creator: userJson(url, 'root'),
    url: `${url}/api/v3/repos/team-a/tracker/commits/${sha}/statuses`,
  });
  const posted = await server.api(`${TRACKER}/statuses/main`, {
    as: 'bob',
    body: { state: 'success', context: 'ci/lint' },
  });
  expect(posted.json()).toMatchObject({ id: 2, state: 'success' });
  const byBranch = await server.api(`${TRACKER}/commits/main/statuses`);
  expect(byBranch.json()).toMatchObject([{ context: 'ci/lint', state: 'success' }, { context: 'ci/build' }]);
  const combined = await server.api(`${TRACKER}/commits/${sha}/status`);
  expect(combined.json()).toMatchObject({ state: 'pending', sha, total_count: 2 });
  expect((await server.api(`${TRACKER}/commits/nope/statuses`)).status).toBe(404);
});

test('deploy keys are only in the database', async () => {
  const publicKey = 'ssh-ed25519 AAAA deploy';
  addDeployKey(server.gitbucket.context, 'team-a/tracker', { title: 'ci', publicKey, allowWrite: false });
  const sql = 'SELECT TITLE, CAST(PUBLIC_KEY AS VARCHAR) AS PUBLIC_KEY, ALLOW_WRITE FROM DEPLOY_KEY';
  const answer = await server.page('/admin/dbviewer/_query', {
    cookie: await server.signIn('root'),
    form: { query: sql },
  });
  expect(answer.json()).toMatchObject({
    rows: [{ TITLE: 'ci', PUBLIC_KEY: publicKey, ALLOW_WRITE: 'false' }],
  });
});
