import { expect, test } from 'vitest';
import type { Result } from '../../src/model/result.ts';
import { commitOn, noisyCommits, pointAt } from '../helpers/commits.ts';
import type { CliResult } from '../helpers/run-cli.ts';
import { refsIn, type TestServers } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  itemOf,
  resultOf,
  smallRepositories,
  smallServers,
} from '../helpers/small-server.ts';

/** One item at a time, so that it is certain what comes after the refusal. */
function migrateOne(servers: TestServers, ...flags: string[]): Promise<CliResult> {
  return gb2gl(servers, ['migrate', '--all', '--yes', '--json', '--concurrency', '1', ...flags]);
}

const receivePack = /\/git-receive-pack$/;

/** Requests by which something is pushed, wherever they are refused. */
function pushesTo({ gitlab }: TestServers, path: RegExp = receivePack) {
  return gitlab.server.requests.filter(({ method, url }) => method === 'POST' && path.test(url));
}

/** Lets this happen when the first push arrives, before GitLab looks at it. */
function atFirstPush({ gitlab }: TestServers, call: () => void): void {
  gitlab.server.faults.add({ method: 'POST', url: receivePack, action: { kind: 'notice', call } });
}

/** Once nothing is refused any more, the same command moves and proves the rest. */
async function expectRecovery(servers: TestServers, env: Record<string, string> = {}): Promise<void> {
  const again = await gb2gl(servers, ['migrate', '--all', '--yes', '--json'], env);
  expect(again.code, again.stderr).toBe(0);
  expectMoved(servers, resultOf(again));
}

/** As before, and `verify` agrees. */
async function expectProof(servers: TestServers, env: Record<string, string> = {}): Promise<void> {
  await expectRecovery(servers, env);
  const verified = await gb2gl(servers, ['verify', '--all', '--json'], env);
  expect(verified.code, verified.stderr).toBe(0);
}

function timesSaid({ stderr }: CliResult, words: string): number {
  return stderr.split('\n').filter((line) => line.includes(words)).length;
}

function movedIn({ items }: Result): string[] {
  return items.filter(({ kind, state }) => kind === 'project' && state === 'proven').map(({ id }) => id);
}

/** Makes `team-a/one` a repository of some forty refs and half a megabyte. */
async function bigServers(): Promise<TestServers> {
  const servers = await smallServers();
  const gitDir = servers.gitbucket.gitDir('team-a', 'one');
  const seeds = Array.from({ length: 12 }, (_, index) => `seed ${index}`);
  for (const [index, commit] of noisyCommits(gitDir, 'noise', seeds, 50_000).entries())
    pointAt(gitDir, commit, [`refs/heads/b${index}`, `refs/tags/t${index}`, `refs/tags/v${index}`]);
  return servers;
}

test.each(['auto', 'relay', 'mirror'])(
  'without storage a repository is pushed once (%s)',
  async (transport) => {
    const servers = await bigServers();
    const { gitlab } = servers;
    gitlab.addGroup({ path: 'team-a', visibility: 'public' });
    gitlab.addProject({ namespace: 'team-a', path: 'one', name: 'one', visibility: 'private' });
    gitlab.settings.git.repositorySizeLimit = 300_000;

    const run = await gb2gl(servers, [
      'migrate',
      '--yes',
      '--repo',
      'team-a/one',
      '--json',
      '--transport',
      transport,
    ]);

    expect(run.code, run.stderr).toBe(1);
    const { problem, steps } = itemOf(resultOf(run), 'team-a/one');
    expect(problem?.code).toBe('storage-limit');
    expect(problem?.message).toContain('would exceed the allocated storage for your project');
    expect(problem?.fix).toContain('ask a GitLab administrator to raise the repository size limit');
    // While it runs, and in the summary.
    expect(timesSaid(run, 'GitLab has no storage left for team-a/one')).toBe(2);
    expect(gitlab.pushes).toHaveLength(1);
    const bytes = pushesTo(servers).reduce((sum, { bytesIn }) => sum + bytesIn, 0);
    expect(bytes).toBeLessThan(1_000_000);
    // Nothing arrived, so nothing is counted.
    expect(steps.find(({ step }) => step === 'code')?.counts).toEqual({});
    expect(refsIn(gitlab.gitDir('team-a/one'))).toEqual([]);

    gitlab.settings.git.repositorySizeLimit = null;
    await expectProof(servers);
  },
);

test('what arrived before the storage was full stays, and the next run goes on from there', async () => {
  const servers = await bigServers();
  const first = await gb2gl(servers, ['migrate', '--yes', '--repo', 'team-a/one', '--json']);
  expect(first.code, first.stderr).toBe(0);
  noisyCommits(servers.gitbucket.gitDir('team-a', 'one'), 'more', ['more'], 50_000);
  const { git: knobs } = servers.gitlab.settings;
  knobs.repositorySizeLimit = 0;

  const full = await migrateOne(servers);

  expect(full.code, full.stderr).toBe(1);
  const { problem } = itemOf(resultOf(full), 'team-a/one');
  expect(problem?.code).toBe('storage-limit');
  expect(problem?.message).toContain('has exceeded the allocated storage');
  const verified = await gb2gl(servers, ['verify', '--repo', 'team-a/one', '--json']);
  expect(verified.code, verified.stderr).toBe(1);

  knobs.repositorySizeLimit = null;
  await expectProof(servers);
});

test('a group whose storage is used up, or with too many users, is left alone after its first refusal', async () => {
  const servers = await smallServers();
  const { gitlab } = servers;
  const { settings } = gitlab;
  gitlab.addGroup({ path: 'team-a', visibility: 'public' });
  gitlab.addProject({ namespace: 'team-a', path: 'other', name: 'other', visibility: 'private' });
  commitOn(gitlab.gitDir('team-a/other'), 'main', 'takes all the room');
  for (const close of ['storage', 'users'] as const) {
    const before = pushesTo(servers, /^\/team-a\/.*receive-pack$/).length;
    if (close === 'users') settings.groupsOverUserLimit = ['team-a'];
    else settings.git.namespaceStorageLimit = 10;
    const flags = ['--group', 'team-a', '--json', '--concurrency', '1'];

    const run = await gb2gl(servers, ['migrate', '--yes', ...flags]);

    expect(run.code, run.stderr).toBe(1);
    for (const id of ['team-a/one', 'team-a/two']) {
      const { problem } = itemOf(resultOf(run), id);
      expect(problem).toMatchObject({ code: 'group-closed', object: 'team-a' });
      expect(problem?.fix).toContain(close === 'users' ? 'upgrade its plan' : 'Usage quotas');
    }
    expect(timesSaid(run, 'GitLab takes no pushes to team-a and all that is in it')).toBe(2);
    expect(run.stderr).toContain('team-a and 2 more');
    expect(pushesTo(servers, /^\/team-a\/.*receive-pack$/).length - before).toBe(1);
    settings.git.namespaceStorageLimit = null;
    settings.groupsOverUserLimit = [];
  }
  await expectProof(servers);
});

test('a group that is closed does not keep others waiting', async () => {
  const servers = await smallServers();
  servers.gitlab.settings.groupsOverUserLimit = ['team-a'];

  const run = await migrateOne(servers);

  expect(run.code, run.stderr).toBe(1);
  expect(movedIn(resultOf(run))).toEqual(['team-b/three']);
});

type Stop = {
  code: string;
  words: string;
  fix: string;
  /** What happens when the first push arrives; gives what lifts it, with the variables of the next run. */
  begin(servers: TestServers): () => Record<string, string>;
};

function tokenOf({ gitlab, env }: TestServers) {
  const token = gitlab.context.state.tokens.find(({ value }) => value === env['GITLAB_TOKEN']);
  if (token === undefined) throw new Error('the token is not known');
  return token;
}

function newToken({ gitlab }: TestServers): Record<string, string> {
  return { GITLAB_TOKEN: gitlab.token('root') };
}

const stops: Record<string, Stop> = {
  'a token that is revoked': {
    code: 'token-refused',
    words: 'Token was revoked',
    fix: 'create a new token',
    begin(servers) {
      tokenOf(servers).revoked = true;
      return () => newToken(servers);
    },
  },
  'a token that ends': {
    code: 'token-refused',
    words: 'Token is expired',
    fix: 'create a new token',
    begin(servers) {
      tokenOf(servers).expiresAt = '2020-01-01';
      return () => newToken(servers);
    },
  },
  'personal access tokens that are disabled': {
    code: 'token-refused',
    words: '401 Unauthorized',
    fix: 'an administrator has disabled them',
    begin({ gitlab: { settings } }) {
      settings.personalTokensDisabled = true;
      return () => ((settings.personalTokensDisabled = false), {});
    },
  },
  'a user who is blocked': {
    code: 'user-refused',
    words: 'Your account has been blocked.',
    fix: 'ask the GitLab administrator to unblock',
    begin({ gitlab }) {
      const root = gitlab.context.state.users[0];
      if (root) root.state = 'blocked';
      return () => (root && (root.state = 'active'), {});
    },
  },
  'terms of service that are not accepted': {
    code: 'user-refused',
    words: 'must accept the Terms of Service',
    fix: 'sign in to GitLab as that user in a browser and accept the terms',
    begin({ gitlab: { settings } }) {
      settings.enforceTerms = true;
      return () => ((settings.enforceTerms = false), {});
    },
  },
  'maintenance mode': {
    code: 'maintenance',
    words: 'is in maintenance mode',
    fix: 'wait until the administrator turns it off',
    begin({ gitlab: { settings } }) {
      settings.maintenanceMode = true;
      return () => ((settings.maintenanceMode = false), {});
    },
  },
  'a server that becomes a read-only copy': {
    code: 'read-only',
    words: "You can't push code to a read-only GitLab instance",
    fix: 'use the URL of the primary server',
    begin({ gitlab: { settings } }) {
      settings.readOnlyDatabase = true;
      return () => ((settings.readOnlyDatabase = false), {});
    },
  },
};

const byMirror = new Set([
  'a token that is revoked',
  'terms of service that are not accepted',
  'maintenance mode',
]);

test.each([
  ...Object.entries(stops).map(([what, stop]) => ['relay', what, stop] as const),
  ...Object.entries(stops).flatMap(([what, stop]) =>
    byMirror.has(what) ? [['mirror', what, stop] as const] : [],
  ),
])(
  'by %s: %s in the middle ends the run, told once',
  async (transport, _what, { code, words, fix, ...stop }) => {
    const servers = await smallServers();
    const lifts: (() => Record<string, string>)[] = [];
    let asked = 0;
    atFirstPush(servers, () => {
      lifts.push(stop.begin(servers));
      asked = servers.gitlab.server.requests.length;
    });

    const run = await migrateOne(servers, '--transport', transport);

    expect(run.code, run.stderr).toBe(1);
    const result = resultOf(run);
    expect(movedIn(result)).toEqual([]);
    for (const id of smallRepositories) {
      const { problem } = itemOf(result, id);
      expect(problem?.code, id).toBe(code);
      expect(problem?.fix, id).toContain(fix);
    }
    // While it runs, and in the summary, where the groups are not finished either; that wraps long lines.
    expect(timesSaid(run, `team-a/one: GitLab at ${servers.gitlab.url}`)).toBe(1);
    expect(run.stderr).toContain(words);
    expect(timesSaid(run, 'team-a and 4 more')).toBe(1);
    expect(run.stderr).toContain('0 of 3 proven, the rest was not begun');
    expect(new Set(pushesTo(servers).map(({ url }) => url))).toEqual(
      new Set(['/team-a/one.git/git-receive-pack']),
    );
    // The reason is asked for; after that nothing at all.
    expect(servers.gitlab.server.requests.length - asked).toBeLessThanOrEqual(5);

    await expectRecovery(servers, lifts.map((lift) => lift())[0]);
  },
);

test('a project that is archived in the middle waits for a decision, and the others go on', async () => {
  const servers = await smallServers();
  atFirstPush(servers, () => void (servers.gitlab.project('team-a/one').archived = true));

  const run = await migrateOne(servers);

  expect(run.code, run.stderr).toBe(4);
  const result = resultOf(run);
  expect(movedIn(result)).toEqual(['team-a/two', 'team-b/three']);
  expect(itemOf(result, 'team-a/one')).toMatchObject({ state: 'blocked', problem: { code: 'archived' } });
  expect(pushesTo(servers, /^\/team-a\/one\.git\/git-receive-pack$/)).toHaveLength(1);

  servers.gitlab.project('team-a/one').archived = false;
  await expectRecovery(servers);
});

test('git over HTTP that is closed in the middle is a matter for the administrator, not of rights', async () => {
  const servers = await smallServers();
  const { git: knobs } = servers.gitlab.settings;
  for (const transport of ['relay', 'mirror']) {
    atFirstPush(servers, () => void (knobs.pushOverHttp = false));
    const run = await migrateOne(servers, '--transport', transport);

    expect(run.code, run.stderr).toBe(1);
    const { problem } = itemOf(resultOf(run), 'team-a/one');
    expect(problem?.code).toBe('git-token-refused');
    expect(problem?.message).toContain('Pushing over HTTP is not allowed');
    expect(problem?.fix).toContain('the GitLab administrator may have disabled git over HTTP');
    knobs.pushOverHttp = true;
  }
  await expectRecovery(servers);
});

test('a user who must be verified creates no top-level group, and is told where and what else helps', async () => {
  const servers = await smallServers();
  servers.gitlab.addGroup({ path: 'team-b', visibility: 'private' });
  servers.gitlab.settings.groupsNeedVerification = true;

  const run = await migrateOne(servers);

  expect(run.code, run.stderr).toBe(4);
  const result = resultOf(run);
  expect(movedIn(result)).toEqual(['team-b/three']);
  const { problem } = itemOf(result, 'team-a');
  expect(problem?.code).toBe('group-limit');
  expect(problem?.fix).toContain('verify the account, or create the groups in an existing one');

  servers.gitlab.settings.groupsNeedVerification = false;
  await expectRecovery(servers);
});

test('a token that is revoked while the next run plans ends it before anything is begun', async () => {
  const servers = await smallServers();
  const first = await migrateOne(servers);
  expect(first.code, first.stderr).toBe(0);
  for (const command of [['migrate', '--yes'], ['verify']]) {
    const env = newToken(servers);
    const revoke = (): void => {
      for (const token of servers.gitlab.context.state.tokens)
        token.revoked = token.value === env['GITLAB_TOKEN'];
    };
    servers.gitlab.server.faults.add({
      url: /^\/team-a\/one\.git\/info\/refs/,
      action: { kind: 'notice', call: revoke },
    });
    const run = await gb2gl(servers, [...command, '--all', '--json'], env);

    expect(run.code, run.stderr).toBe(3);
    expect(run.stderr).toContain('Token was revoked');
    expect(timesSaid(run, 'create a new token')).toBe(1);
  }
});

test('a GitBucket token that ends in the middle ends the run as well', async () => {
  const servers = await smallServers();
  const { gitbucket } = servers;
  gitbucket.server.faults.add({
    url: /\/git\/team-a\/one\.git\/git-upload-pack$/,
    action: { kind: 'notice', call: () => gitbucket.revoke(servers.env['GITBUCKET_TOKEN'] ?? '') },
  });

  const run = await migrateOne(servers);

  expect(run.code, run.stderr).toBe(1);
  for (const id of smallRepositories)
    expect(itemOf(resultOf(run), id).problem?.code, id).toBe('token-refused');
  expect(timesSaid(run, 'team-a and 4 more')).toBe(1);

  await expectRecovery(servers, { GITBUCKET_TOKEN: gitbucket.token('root') });
});
