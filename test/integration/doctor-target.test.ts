import { expect, test } from 'vitest';
import { Migrate } from '../../src/config/migrate.ts';
import type { EmbeddedGitLab, GitLabOptions } from '../../sandbox/gitlab.ts';
import { examine, findingOf, codesIn, troubles, type Examined } from '../helpers/doctor.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

function withGitLab(gitlab: Partial<GitLabOptions> = {}): Promise<TestServers> {
  return testServers({ gitlab });
}

/** Somebody who is not an administrator. */
function ada(gitlab: EmbeddedGitLab): string {
  gitlab.addUser({ username: 'ada', name: 'Ada', email: 'ada@example.com' });
  return gitlab.token('ada');
}

async function targetCodes(servers: TestServers, options: Examined = {}): Promise<string[]> {
  return codesIn('target', await examine(servers, options));
}

test('a healthy GitLab is ok on every surface, and is sent nothing but GET', async () => {
  const servers = await withGitLab();
  servers.gitlab.addGroup({ path: 'imports' });
  servers.gitlab.allowImports();
  servers.gitlab.server.requests.length = 0;
  const findings = await examine(servers, { target: { parentGroup: 'imports' }, migrate: Migrate.parse({}) });

  expect(codesIn('target', findings)).toEqual([
    'target-token',
    'target-version',
    'target-slashes',
    'target-git',
    'target-administrator',
    'target-branch-protection',
    'target-archives',
    'target-archives-few',
    'target-parent-group',
    'clock',
  ]);
  const { requests } = servers.gitlab.server;
  expect(requests.length).toBeGreaterThan(8);
  expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  // Never more than was seen.
  expect(findingOf('target-git', findings).message).toContain(
    'lets the GitLab token ask for a push; nothing was pushed',
  );
  expect(servers.gitlab.context.state.projects).toEqual([]);
});

test('an administrator learns whether GitLab loads trackers without a write', async () => {
  const servers = await withGitLab();
  const migrate = { tracker: 'auto' } as const;
  const off = await examine(servers, { migrate });
  expect(troubles(off)).toEqual(['target-archives-off']);
  expect(findingOf('target-archives-off', off).fix).toContain('Import sources > GitLab export');

  servers.gitlab.settings.importSources = ['gitlab_project'];
  const on = await examine(servers, { migrate });
  expect(troubles(on)).toEqual([]);
  expect(findingOf('target-archives', on).message).toContain('6 archives a minute');
  expect(findingOf('target-archives-few', on).fix).toContain('project import requests');
  expect(codesIn('target', on)).not.toContain('target-authors');
  expect(servers.gitlab.server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(codesIn('target', await examine(servers, { migrate: { tracker: 'off' } }))).not.toContain(
    'target-archives',
  );
});

test('others learn it too, and that nobody else becomes an author', async () => {
  const servers = await withGitLab();
  const target = { token: ada(servers.gitlab) };
  const migrate = { tracker: 'auto' } as const;
  expect(await targetCodes(servers, { target, migrate })).toContain('target-archives-off');
  servers.gitlab.settings.importSources = ['gitlab_project'];
  expect(await targetCodes(servers, { target, migrate })).toEqual(
    expect.arrayContaining(['target-archives', 'target-authors']),
  );
});

test('where issues go by REST nobody is asked whether archives are loaded', async () => {
  const servers = await testServers({ gitlab: { version: '17.0.0' } });
  const codes = await targetCodes(servers, { migrate: { tracker: 'rest' } });
  expect(codes.filter((code) => /archives|by-rest/.test(code))).toEqual(['target-issues-by-rest']);
  expect(servers.gitlab.server.requests.filter(({ url }) => /relation/.test(url))).toEqual([]);
});

test('a GitLab that cannot load trackers into a project says so', async () => {
  const servers = await withGitLab({ version: '17.0.4' });
  expect(await targetCodes(servers, { migrate: { tracker: 'auto' } })).toContain('target-archives-old');
});

test.each([
  ['revoked', { revoked: true }, 'token-refused'],
  ['expired', { expired: true }, 'token-refused'],
] as const)('a %s token leaves all checks of the other side', async (_what, options, id) => {
  const servers = await withGitLab();
  const findings = await examine(servers, { target: { token: servers.gitlab.token('root', options) } });
  expect(codesIn('target', findings)).toEqual([id, 'clock']);
  expect(codesIn('source', findings)).toContain('source-version');
});

test('a token without the scope api, or without git, still shows what it can', async () => {
  const servers = await withGitLab();
  const token = servers.gitlab.token('root', { scopes: ['read_api', 'read_repository'] });
  const reading = await examine(servers, { target: { token } });
  expect(troubles(reading)).toEqual(['token-scope']);
  expect(codesIn('target', reading)).toEqual(expect.arrayContaining(['target-version', 'target-slashes']));
  expect(codesIn('target', reading)).not.toContain('target-token');

  const git = servers.gitlab.token('root', { scopes: ['write_repository'] });
  expect(await targetCodes(servers, { target: { token: git } })).toEqual(['token-scope', 'clock']);

  servers.gitlab.settings.git.pullOverHttp = false;
  const closed = await examine(servers);
  expect(troubles(closed)).toEqual(['git-token-refused']);
  expect(codesIn('target', closed)).toContain('target-administrator');
});

test('a blocked user is reported as such', async () => {
  const servers = await withGitLab();
  const token = ada(servers.gitlab);
  for (const user of servers.gitlab.context.state.users) if (user.username === 'ada') user.state = 'blocked';
  expect(await targetCodes(servers, { target: { token } })).toEqual(['user-refused', 'clock']);
});

test('GitLab that takes no pushes at present says why before anything is pushed', async () => {
  const servers = await withGitLab();
  const { settings } = servers.gitlab;
  settings.maintenanceMode = true;
  expect(troubles(await examine(servers))).toEqual(['maintenance']);
  settings.maintenanceMode = false;
  settings.readOnlyDatabase = true;
  const copy = await examine(servers);
  expect(findingOf('target-read-only', copy).message).toContain('read-only GitLab instance');
  settings.readOnlyDatabase = false;
  settings.git.pushOverHttp = false;
  const closed = await examine(servers);
  expect(findingOf('target-push-refused', closed).message).toContain('Pushing over HTTP is not allowed');
});

test('a proxy that decodes %2F, or refuses it, is found on an empty server', async () => {
  const servers = await withGitLab({ settings: { decodesSlashes: true } });
  const decoded = await examine(servers);
  expect(troubles(decoded)).toEqual(['target-slashes-decoded']);
  expect(findingOf('target-slashes-decoded', decoded).fix).toContain('AllowEncodedSlashes');

  const refusing = await withGitLab();
  refusing.gitlab.server.faults.add({
    url: /%2F/,
    action: { kind: 'status', status: 404, body: '<html><h1>Not Found</h1></html>' },
  });
  expect(findingOf('target-slashes-decoded', await examine(refusing)).message).toContain('404: Not Found');
});

test('a token that ends soon is reported with its day', async () => {
  const servers = await withGitLab();
  const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  const soon = servers.gitlab.token('root', { expiresAt: day });
  const findings = await examine(servers, { target: { token: soon } });
  expect(findingOf('target-token-expires', findings).message).toBe(
    `the GitLab token expires on ${day} (in 4 days)`,
  );

  const never = servers.gitlab.token('root', { expiresAt: null });
  expect(troubles(await examine(servers, { target: { token: never } }))).toEqual([]);
});

test('rights of an ordinary user, at the top level and below a parent group', async () => {
  const servers = await withGitLab();
  const { gitlab } = servers;
  const token = ada(gitlab);
  expect(await targetCodes(servers, { target: { token } })).toEqual(
    expect.arrayContaining(['target-not-administrator', 'target-groups']),
  );
  for (const user of gitlab.context.state.users) if (user.username === 'ada') user.canCreateGroup = false;
  expect(troubles(await examine(servers, { target: { token } }))).toEqual(['target-groups-forbidden']);

  for (const path of ['none', 'reporter', 'maintainer']) gitlab.addGroup({ path, visibility: 'public' });
  gitlab.addMember('reporter', 'ada', 20);
  gitlab.addMember('maintainer', 'ada', 40);
  const below = (parentGroup: string): Promise<string[]> =>
    examine(servers, { target: { token, parentGroup } }).then(troubles);
  expect(await below('none')).toEqual(['target-parent-group-role']);
  expect(await below('reporter')).toEqual(['target-parent-group-role']);
  expect(await below('maintainer')).toEqual([]);
  expect(await below('no-such-group')).toEqual(['parent-group-missing']);
});

test('Admin Mode takes the rights of an administrator away', async () => {
  const servers = await withGitLab({ settings: { adminMode: true } });
  const token = servers.gitlab.token('root', { scopes: ['api'] });
  expect(troubles(await examine(servers, { target: { token } }))).toEqual(['target-admin-mode']);
  expect(troubles(await examine(servers))).toEqual([]);
});

test('settings that matter are reported, limits from settings and from headers once', async () => {
  const servers = await withGitLab({
    settings: {
      restrictedVisibilities: ['public'],
      throttles: { throttle_authenticated_api: { limit: 600, period: 60 } },
      lfsEnabled: false,
      git: { receiveMaxInputSize: 50 * 1024 * 1024, repositorySizeLimit: 200 * 1024 * 1024 },
    },
  });
  const findings = await examine(servers);
  expect(troubles(findings).sort()).toEqual(['target-lfs-disabled', 'target-repository-limit']);
  expect(findingOf('target-visibility-restricted', findings).message).toContain('public');
  expect(findingOf('target-push-limited', findings).message).toContain('50 MiB');
  expect(findingOf('target-repository-limit', findings).message).toContain('at most 200 MiB');
  expect(findingOf('target-throttled', findings).message).toContain('600 API requests in 60 s');

  const token = ada(servers.gitlab);
  const heard = findingOf('target-throttled', await examine(servers, { target: { token } }));
  expect(heard.message).toContain('600 requests per minute (throttle_authenticated_api');
});

test('what was deleted and is kept is reported where its path is wanted', async () => {
  const servers = await withGitLab();
  const { gitbucket, gitlab } = servers;
  gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
  for (const path of ['team-a', 'other']) {
    const { id } = gitlab.addGroup({ path });
    const headers = { 'private-token': gitlab.token('root') };
    await fetch(`${gitlab.url}/api/v4/groups/${id}`, { method: 'DELETE', headers });
  }
  const findings = await examine(servers);
  expect(findingOf('target-deletion-scheduled', findings).message).toMatch(
    /: team-a-deletion_scheduled-\d+;/,
  );
});

test('a parent group that is being deleted is an error', async () => {
  const servers = await withGitLab({ version: '17.11.0-ee', settings: { deletion: 'marked' } });
  const { gitlab } = servers;
  const { id } = gitlab.addGroup({ path: 'imports' });
  const headers = { 'private-token': gitlab.token('root') };
  await fetch(`${gitlab.url}/api/v4/groups/${id}`, { method: 'DELETE', headers });
  const findings = await examine(servers, { target: { parentGroup: 'imports' } });
  expect(troubles(findings)).toEqual(['target-parent-group-deleted']);
  expect(codesIn('target', findings)).toContain('target-deletes-late');
});

test('an address that is not GitLab, and one that leads elsewhere, are recognised', async () => {
  const servers = await withGitLab();
  const mixed = await examine(servers, { target: { url: servers.gitbucket.url } });
  expect(codesIn('target', mixed)).toEqual(['not-the-api']);
  servers.gitlab.settings.redirectTo = 'https://gitlab.example.com';
  const moved = await examine(servers);
  expect(findingOf('redirected', moved).message).toContain('are redirected to https://gitlab.example.com');
});
