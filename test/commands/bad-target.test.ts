import { expect, test } from 'vitest';
import { refsIn, writesOf, type TestServers } from '../helpers/servers.ts';
import {
  expectMoved,
  itemOf,
  migrateAll,
  resultOf,
  smallRepositories,
  smallServers,
} from '../helpers/small-server.ts';

function projectPaths({ gitlab }: TestServers): string[] {
  return gitlab.context.state.projects.map(({ fullPath }) => fullPath).sort();
}

test('pushes answered with 500 or not at all are looked at and finished; one that always fails fails alone', async () => {
  const servers = await smallServers();
  const { faults } = servers.gitlab.server;
  const badGateway = { kind: 'status', status: 502, body: '<html><h1>502 Bad Gateway</h1></html>' } as const;
  faults.add({ url: /^\/team-a\/one\.git\/git-receive-pack/, times: Infinity, action: badGateway });
  faults.add({ url: /^\/team-a\/two\.git\/git-receive-pack/, action: { kind: 'status', status: 500 } });
  faults.add({ url: /^\/team-b\/three\.git\/git-receive-pack/, action: { kind: 'lost-answer' } });

  const first = await migrateAll(servers);
  expect(first.code, first.stderr).toBe(1);
  const result = resultOf(first);
  expectMoved(servers, result, ['team-a/two', 'team-b/three']);
  const { problem } = itemOf(result, 'team-a/one');
  expect(problem?.message).toContain('something between us and GitLab answers 502');
  expect(problem?.message).toContain('502');
  expect(problem?.fix).toContain('run the same command again');

  faults.clear();
  const second = await migrateAll(servers);
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second));
  expect(projectPaths(servers)).toEqual([...smallRepositories]);
});

test('groups and projects whose answer was lost after they were made exist exactly once', async () => {
  const servers = await smallServers();
  const { faults } = servers.gitlab.server;
  faults.add({ method: 'POST', url: /^\/api\/v4\/groups$/, action: { kind: 'lost-answer' } });
  faults.add({ method: 'POST', url: /^\/api\/v4\/projects$/, times: 2, action: { kind: 'lost-answer' } });
  faults.add({
    method: 'POST',
    url: /^\/api\/v4\/projects$/,
    action: { kind: 'status', status: 502, body: '<html>502</html>' },
  });

  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
  expect(projectPaths(servers)).toEqual([...smallRepositories]);
  expect(servers.gitlab.context.state.groups).toHaveLength(2);
});

test('429 with Retry-After pauses GitLab and is then done, for reads, writes and pushes', async () => {
  const servers = await smallServers();
  const { faults, requests } = servers.gitlab.server;
  const wait = {
    kind: 'status',
    status: 429,
    body: 'Retry later\n',
    headers: { 'retry-after': '1', 'content-type': 'text/plain' },
  } as const;
  faults.add({ method: 'GET', url: /^\/api\/v4\/groups\/team-a\?/, action: wait });
  faults.add({ method: 'POST', url: /^\/api\/v4\/projects$/, action: wait });
  faults.add({ url: /^\/team-a\/two\.git\/git-receive-pack/, action: wait });

  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
  expect(run.stderr).toContain('pausing requests to GitLab for 1.0 s');
  expect(projectPaths(servers)).toEqual([...smallRepositories]);
  const creations = requests.filter(({ method, url }) => method === 'POST' && url === '/api/v4/projects');
  const refused = creations.find(({ status }) => status === 429);
  expect(creations.filter(({ status }) => status === 201)).toHaveLength(3);
  expect((creations.at(-1)?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(900);
});

test.each([
  ['maintenance mode', { maintenanceMode: true }, 'is in maintenance mode'],
  ['a read-only copy', { readOnlyDatabase: true }, 'to a read-only GitLab instance'],
])('%s is recognised before anything is written', async (_what, settings, words) => {
  const servers = await smallServers({ gitlab: { settings } });
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(3);
  expect(run.stderr).toContain(words);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('maintenance that begins later: nothing is written, every item says so, and the same command finishes later', async () => {
  const servers = await smallServers();
  const begin = (): void => void (servers.gitlab.settings.maintenanceMode = true);
  servers.gitlab.server.faults.add({
    method: 'POST',
    url: /^\/api\/v4\/groups$/,
    action: { kind: 'notice', call: begin },
  });
  const first = await migrateAll(servers);

  expect(first.code, first.stderr).toBe(1);
  const { items } = resultOf(first);
  for (const { id, problem } of items.filter(({ kind }) => kind !== 'person')) {
    expect(problem?.code, id).toBe('maintenance');
    expect(problem?.fix, id).toContain('wait until the administrator turns it off');
  }
  expect(projectPaths(servers)).toEqual([]);

  servers.gitlab.settings.maintenanceMode = false;
  const second = await migrateAll(servers);
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second));
});

test('GitLab that breaks down before the first write ends the run with exit 3 and its own words', async () => {
  const servers = await smallServers();
  servers.gitlab.server.faults.add({
    url: /^\/api\/v4\/user$/,
    times: Infinity,
    // For a 502 it would wait, as the tests of HTTP show, ten times as long before it gives up.
    action: { kind: 'status', status: 500, body: '<html><h1>GitLab is not responding</h1></html>' },
  });
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(3);
  expect(run.stderr).toMatch(/GitLab responds with 500 to http\S+: GitLab is not responding/);
  expect(run.stderr).toContain('run the same command again later');
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('a project whose storage is being moved fails alone, with the words of GitLab', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  gitlab.addGroup({ path: 'team-a', visibility: 'public' });
  gitlab.addProject({ namespace: 'team-a', path: 'one', name: 'one', visibility: 'private' });
  gitlab.project('team-a/one').repositoryReadOnly = true;

  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(1);
  const result = resultOf(run);
  expectMoved(servers, result, ['team-a/two', 'team-b/three']);
  const { problem } = itemOf(result, 'team-a/one');
  expect(problem?.message).toContain('The repository is temporarily read-only');
  expect(refsIn(gitlab.gitDir('team-a/one'))).toEqual([]);
});
