import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GitBucketOptions, GitBucketVersion } from '../../sandbox/gitbucket.ts';
import { commitOn } from '../helpers/commits.ts';
import { examine, findingOf, codesIn, troubles } from '../helpers/doctor.ts';
import { otherHost } from '../helpers/hosts.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

/** A server with one private and one public repository of a group. */
async function furnished(gitbucket: Partial<GitBucketOptions> = {}): Promise<TestServers> {
  const servers = await testServers({ gitbucket });
  servers.gitbucket.addUser({ login: 'ada', email: 'ada@example.com' });
  servers.gitbucket.addGroup({ login: 'team-a', members: [{ login: 'ada', manager: true }] });
  for (const name of ['hidden', 'open']) {
    servers.gitbucket.addRepository({ owner: 'team-a', name, private: name === 'hidden' });
    commitOn(servers.gitbucket.gitDir('team-a', name), 'main', name);
  }
  return servers;
}

/** As GitBucket refuses (GB-104). */
const realm = { 'www-authenticate': 'BASIC realm="GitBucket"' };

test('a healthy GitBucket is ok on every surface, and the credentials are proven on a private repository', async () => {
  const servers = await furnished();
  const findings = await examine(servers);

  expect(codesIn('source', findings)).toEqual([
    'source-token',
    'source-administrator',
    'source-anonymous',
    'source-git',
    'source-ref-names',
    'source-wiki',
    'source-lfs',
    'source-version',
    'source-placeholders',
    'clock',
  ]);
  expect(findingOf('source-git', findings).object).toBe('team-a/hidden');
  expect(findingOf('source-version', findings).message).toBe('GitBucket 4.47 or later');
});

test('a refused token leaves what can be seen without one, and the whole of the other side', async () => {
  const servers = await furnished();
  const findings = await examine(servers, { source: { token: 'a'.repeat(40) } });

  expect(codesIn('source', findings)).toEqual(['token-refused', 'source-anonymous', 'clock']);
  expect(findingOf('token-refused', findings).fix).toContain('Account settings > Applications');
  expect(codesIn('target', findings)).toContain('target-git');

  const missing = await examine(servers, { source: { token: null } });
  expect(codesIn('source', missing)).toEqual(['token-missing']);
  expect(codesIn('target', missing)).toEqual(codesIn('target', findings));
});

test('a user who is not an administrator learns what is missing', async () => {
  const servers = await furnished();
  const findings = await examine(servers, { source: { token: servers.gitbucket.token('ada') } });

  expect(troubles(findings)).toEqual(['source-not-administrator']);
  expect(findingOf('source-git', findings).object).toBe('team-a/hidden');
});

test('without private repositories nothing is proven on git, unless a login is demanded for all', async () => {
  const open = await testServers();
  open.gitbucket.addRepository({ owner: 'root', name: 'open' });
  expect(codesIn('source', await examine(open))).toContain('source-git-unproven');

  const closed = await testServers({ gitbucket: { anonymousAccess: false } });
  closed.gitbucket.addRepository({ owner: 'root', name: 'open' });
  const ids = codesIn('source', await examine(closed));
  expect(ids).toContain('source-login-demanded');
  expect(ids).toContain('source-git');

  const empty = await testServers();
  expect(codesIn('source', await examine(empty))).toContain('source-git-unproven');
});

test('a missing base URL is found by LFS, and another one by the addresses in answers', async () => {
  const without = await examine(await furnished({ baseUrl: null }));
  expect(troubles(without)).toEqual(['source-lfs-without-base-url']);
  expect(findingOf('source-lfs-without-base-url', without).message).toContain('Git LFS answers 401');

  const other = await examine(await furnished({ baseUrl: 'https://gitbucket.example.com' }));
  expect(troubles(other)).toEqual([]);
  expect(findingOf('source-base-url', other).message).toContain(
    'its own URL as https://gitbucket.example.com',
  );
});

test.each<[GitBucketVersion, string, string[]]>([
  ['4.23', '4.23.0', ['source-names-by-case', 'source-without-owner-list']],
  ['4.30', 'between 4.30 and 4.31', []],
  ['4.36', 'between 4.35 and 4.37', []],
  ['4.38', 'between 4.37 and 4.47', []],
  ['4.48', '4.47 or later', ['source-placeholders']],
])('GitBucket %s is recognised without a session', async (version, text, problems) => {
  const findings = await examine(await furnished({ version }), {});
  expect(findingOf('source-version', findings).message).toBe(`GitBucket ${text}`);
  const ids = codesIn('source', findings);
  expect(ids.slice(ids.indexOf('source-version') + 1)).toEqual([...problems, 'clock']);
});

test('a password is tried by signing in, which shows an administrator the exact version', async () => {
  const servers = await furnished({ version: '4.38', baseUrl: 'https://gitbucket.example.com' });
  const wrong = await examine(servers, { source: { username: 'root', password: 'wrong' } });
  expect(troubles(wrong)).toContain('source-password-refused');

  const plain = await furnished({ version: '4.38' });
  const right = await examine(plain, { source: { username: 'root', password: 'root' } });
  expect(findingOf('source-session', right).level).toBe('ok');
  expect(findingOf('source-version', right).message).toBe('GitBucket 4.38.4');
  expect(troubles(right)).toEqual([]);

  // Its sign-in leads to the URL that it reports as its own.
  const elsewhere = await examine(servers, { source: { username: 'root', password: 'root' } });
  expect(findingOf('source-session', elsewhere).level).toBe('ok');
});

test('git that refuses the token, a wiki that fails and a strange answer of LFS are reported each', async () => {
  const servers = await furnished();
  const { faults } = servers.gitbucket.server;
  faults.add({
    url: /hidden\.git\/info\/refs/,
    action: { kind: 'status', status: 401, headers: realm, body: 'no' },
  });
  const refused = codesIn('source', await examine(servers));
  expect(refused).toContain('git-token-refused');
  expect(refused).toContain('source-version');
  expect(refused).not.toContain('source-wiki');

  const damaged = { kind: 'status', status: 401, headers: realm, body: 'no wiki' } as const;
  faults.add({ url: /hidden\.wiki\.git/, action: damaged });
  faults.add({
    method: 'POST',
    url: /lfs\/objects\/batch/,
    action: { kind: 'status', status: 404, body: 'no' },
  });
  const found = await examine(servers);
  expect(troubles(found)).toEqual(['source-wiki-unreadable']);
  expect(findingOf('source-lfs-unavailable', found).message).toContain('(404)');
});

test('a damaged repository is a warning, for the others can be moved', async () => {
  const servers = await furnished();
  const { faults } = servers.gitbucket.server;
  faults.add({
    url: /hidden\.git\/info\/refs/,
    action: { kind: 'status', status: 401, headers: realm, body: 'no' },
  });
  faults.add({
    url: /repos\/team-a\/hidden$/,
    times: 3,
    action: { kind: 'status', status: 500, body: '{}' },
  });
  const findings = await examine(servers);
  expect(troubles(findings)).toEqual(['repository-broken']);
  expect(findingOf('repository-broken', findings).level).toBe('warning');
});

test('a disabled account that owns a public repository is a warning', async () => {
  const servers = await furnished();
  servers.gitbucket.addRepository({ owner: 'ada', name: 'public' });
  servers.gitbucket.disable('ada');
  const findings = await examine(servers);
  expect(findingOf('hidden-owners', findings).level).toBe('warning');
});

test('a web server that is something else, a forgotten context path and a redirect are recognised', async () => {
  const servers = await furnished({ contextPath: '/gitbucket' });
  const page = await otherHost((response) => response.end('<html><h1>It works!</h1></html>'));
  const root = new URL(servers.gitbucket.url).origin;
  for (const url of [page.url, root]) {
    const findings = await examine(servers, { source: { url } });
    expect(codesIn('source', findings)).toEqual(['not-the-api']);
    expect(findingOf('not-the-api', findings).fix).toContain('context path');
  }
  const sendTo = (location: string): void =>
    servers.gitbucket.server.faults.add({
      url: /\/api\/v3\/user$/,
      action: { kind: 'status', status: 302, headers: { location } },
    });
  sendTo('/login-of-a-proxy');
  const login = findingOf('redirected', await examine(servers));
  expect(login.message).toContain(`are redirected to ${root}/login-of-a-proxy`);
  expect(login.fix).toContain('wants people to sign in');
  sendTo(`${page.url}/api/v3/user`);
  const moved = await examine(servers);
  expect(findingOf('redirected', moved).message).toContain(`are redirected to ${page.url}/api/v3/user`);
  expect(page.requests).toHaveLength(1);
});

test('nothing but reading and signing in is requested from GitBucket, and the work directory stays as it was', async () => {
  const servers = await furnished();
  const workDir = join(servers.folder, 'not-there', 'yet');
  await examine(servers, { workDir, source: { username: 'root', password: 'root' } });
  const posts = servers.gitbucket.server.requests.filter(({ method }) => method !== 'GET');
  expect(posts.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /signin',
    'POST /git/team-a/hidden.git/info/lfs/objects/batch',
  ]);
  // Would fail if doctor had created the directory.
  writeFileSync(join(servers.folder, 'not-there'), '');
});
