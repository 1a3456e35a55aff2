import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { gb2gl, resultOf, smallServers } from '../helpers/small-server.ts';
import type { TestServers } from '../helpers/servers.ts';

const one = ['migrate', '--yes', '--repo', 'team-a/one', '--json'];

/** Servers with a second repository of the same owner, of which one is moved already; their logs are empty. */
async function settled(): Promise<TestServers> {
  const servers = await smallServers();
  const first = await gb2gl(servers, one);
  expect(first.code, first.stderr).toBe(0);
  await servers.gitlab.settle();
  for (const { server } of [servers.gitbucket, servers.gitlab]) server.requests.length = 0;
  return servers;
}

function paths(requests: readonly LoggedRequest[]): string[] {
  return requests.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`).sort();
}

test('an unchanged run of one repository asks both servers for no more than it needs, however much its owner has', async () => {
  const servers = await settled();
  const second = await gb2gl(servers, one);
  expect(second.code, second.stderr).toBe(0);
  expect(resultOf(second).items.map(({ id, state, changed }) => [id, state, changed])).toEqual([
    ['team-a', 'proven', false],
    ['team-a/one', 'proven', false],
  ]);
  expect(paths(servers.gitbucket.server.requests)).toEqual([
    'GET /api/v3/organizations',
    'GET /api/v3/repos/team-a/one',
    // Of its branches only the default one, though it has two.
    'GET /api/v3/repos/team-a/one/branches/main',
    'GET /api/v3/repos/team-a/one/collaborators',
    // Whether it has a tracker, open or closed, and what nothing in it uses.
    'GET /api/v3/repos/team-a/one/issues',
    'GET /api/v3/repos/team-a/one/issues',
    'GET /api/v3/repos/team-a/one/labels',
    'GET /api/v3/repos/team-a/one/milestones',
    'GET /api/v3/repos/team-a/one/pulls',
    'GET /api/v3/repos/team-a/one/pulls',
    'GET /api/v3/repos/team-a/one/releases',
    'GET /api/v3/user',
    // Without the token, which tells whether the server is open to everybody, and with it.
    'GET /api/v3/users',
    'GET /api/v3/users',
    'GET /api/v3/users/root/orgs',
    'GET /git/team-a/one.git/info/refs',
    'GET /git/team-a/one.wiki.git/info/refs',
    'GET /team-a',
    'GET /team-a/_avatar',
    'GET /team-a/one',
  ]);
  const group = servers.gitlab.context.state.groups.find(({ fullPath }) => fullPath === 'team-a')?.id;
  expect(paths(servers.gitlab.server.requests)).toEqual([
    'GET /api/v4/application/settings',
    `GET /api/v4/groups/${group}/projects`,
    `GET /api/v4/groups/${group}/subgroups`,
    'GET /api/v4/groups/team-a',
    'GET /api/v4/metadata',
    'GET /api/v4/personal_access_tokens/self',
    'GET /api/v4/projects/gb2gl-no-such-group%2Fno-such-project',
    'GET /api/v4/user',
    'GET /api/v4/users',
    'GET /gb2gl-no-such-group/no-such-project.git/info/refs',
    'GET /gb2gl-no-such-group/no-such-project.git/info/refs',
    'GET /team-a/one.git/info/refs',
  ]);
});

/** Lets each of these requests wait until all of them are there, which only happens when none waits for another. */
function meet(...expected: [TestServers['gitlab' | 'gitbucket'], RegExp][]): void {
  let missing = expected.length;
  const gate = new EventEmitter();
  const complete = once(gate, 'complete');
  const call = async (): Promise<void> => {
    missing -= 1;
    if (missing === 0) gate.emit('complete');
    await complete;
  };
  for (const [{ server }, url] of expected) server.faults.add({ url, action: { kind: 'notice', call } });
}

test('questions that do not need each other are asked side by side', async () => {
  const servers = await settled();
  const { gitbucket, gitlab } = servers;
  meet([gitbucket, /\/api\/v3\/user$/], [gitlab, /\/api\/v4\/user$/]);
  meet(
    [gitlab, /personal_access_tokens\/self/],
    [gitlab, /metadata/],
    [gitlab, /gb2gl-no-such-group%2F/],
    [gitlab, /no-such-project.git\/info\/refs\?service=git-upload-pack/],
    [gitlab, /no-such-project.git\/info\/refs\?service=git-receive-pack/],
  );
  meet([gitbucket, /\/users$/], [gitbucket, /\/organizations$/]);
  meet([gitlab, /application\/settings/], [gitlab, /groups\/team-a\?/], [gitbucket, /\/git\/.*info\/refs/]);
  meet([gitlab, /\/projects\?/], [gitlab, /\/subgroups\?/]);
  const second = await gb2gl(servers, one);
  expect(second.code, second.stderr).toBe(0);
});
