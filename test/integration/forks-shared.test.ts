import { expect, test } from 'vitest';
import * as z from 'zod';
import { targetOf } from '../helpers/adapters.ts';
import { commitOn, git, noisyCommits } from '../helpers/commits.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { refsIn, testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';

type Options = TestServersOptions & {
  /** What happens on GitBucket after the fork. */
  later?: (dirs: { parent: string; fork: string }) => void;
};

const config = { limits: { sharedForks: 0, quietSeconds: 0 } };

/** `team/app` with bytes that do not shrink, of which `other/app` is a fork. */
async function large({ later, ...options }: Options = {}): Promise<TestServers> {
  const servers = await testServers(options);
  const { gitbucket } = servers;
  for (const login of ['team', 'other'])
    gitbucket.addGroup({ login, members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main' });
  const parent = gitbucket.gitDir('team', 'app');
  noisyCommits(parent, 'main', ['large'], 300_000);
  git(parent, 'tag', 'v1', 'main');
  commitOn(parent, 'topic', 'of the parent');
  gitbucket.fork('team', 'app', 'other');
  const fork = gitbucket.gitDir('other', 'app');
  git(fork, 'update-ref', '-d', 'refs/heads/topic');
  later?.({ parent, fork });
  return servers;
}

/** The fork on GitLab: what it has, and how it came to be. */
function forkIn({ gitlab, gitbucket }: TestServers): object {
  const { projects } = gitlab.context.state;
  const fork = projects.find(({ fullPath }) => fullPath === 'other/app');
  const parent = projects.find(({ id }) => id === fork?.forkedFromId);
  const dirs = [gitbucket.gitDir('other', 'app'), gitlab.gitDir('other/app')];
  const [source, target] = dirs.map((dir) => refsIn(dir, ['refs/']));
  return {
    parent: parent?.fullPath,
    equal: JSON.stringify(source) === JSON.stringify(target),
    forced: fork?.protectedBranches.map(({ name, allowForcePush }) => `${name} ${allowForcePush}`),
    builds: fork?.attributes['builds_access_level'] ?? 'enabled',
    copied: fork?.importStatus,
  };
}

const asItShould = {
  parent: 'team/app',
  equal: true,
  forced: ['main false'],
  builds: 'enabled',
  copied: 'finished',
};

/** The parent has a commit that the fork has not. */
function later({ parent }: { parent: string }): void {
  commitOn(parent, 'main', 'the parent goes on');
}

/** Adds a file that makes pipelines of every push. */
function ci(dir: string): void {
  const parents = [git(dir, 'rev-parse', 'main')];
  const commit = filesOf(dir, { '.gitlab-ci.yml': 'x: {script: [true]}' }, { parents, message: 'CI' });
  git(dir, 'update-ref', 'refs/heads/main', commit);
}

// GitBucket's fork does not know the parent's newer commit: one that has gone its own way is sent whole.
test.each([
  ['equal', false, false, 0],
  ['behind its parent', true, false, 0],
  ['ahead of its parent', false, true, 0],
  ['apart from its parent', true, true, 3],
] as const)('the fork of a large repository ends as on GitBucket: %s', async (_, goesOn, works, sent) => {
  const where = await large({
    later({ parent, fork }) {
      if (goesOn) commitOn(parent, 'main', 'the parent goes on');
      if (works) commitOn(fork, 'main', 'the fork goes on');
      git(fork, 'branch', 'feature', 'v1');
      commitOn(fork, 'feature', 'of the fork');
    },
  });
  const first = await migrated(where, { config });
  await where.gitlab.settle();

  expect(first.items.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'proven'));
  expect(forkIn(where)).toEqual(asItShould);
  const made = first.writes.filter((write) => /^POST .*\/projects/.test(write));
  expect(made.map((write) => write.replace(/\b\d+/g, 'N'))).toEqual([
    'POST /api/v4/projects',
    'POST /api/v4/projects/N/fork',
  ]);
  const bytes = first.item('other/app').steps.reduce((sum, step) => sum + step.bytes, 0);
  expect(Math.floor(bytes / 100_000)).toBe(sent);

  expect((await migrated(where, { config })).writes).toEqual([]);
  expect((await verified(where, { config })).map(({ state }) => state)).toEqual(
    Array.from({ length: 4 }, () => 'proven'),
  );
});

test('a run that is killed at any write since the copy comes to the same end', async () => {
  const { writes } = await migrated(await large({ later }), { config });
  const copy = writes.findIndex((write) => write.endsWith('/fork')) + 1;
  for (let write = copy; write <= writes.length; write += 1) {
    // Of the copy both: GitLab may have begun it, or not.
    for (const served of write === copy ? [false, true] : [write % 2 === 0]) {
      const where = await large({ later });
      expect(await killed(where, { config, killAt: { write, served } })).toBe(true);
      const again = await migrated(where, { config });
      await where.gitlab.settle();
      const at = `killed at ${writes[write - 1]}, ${served ? 'served' : 'not served'}`;
      expect(new Set(again.items.map(({ state }) => state)), at).toEqual(new Set(['proven']));
      expect(forkIn(where), at).toMatchObject({ parent: 'team/app', equal: true, forced: ['main false'] });
    }
  }
});

test('a copy is as mute as any new project while it is filled, and gets the same level back', async () => {
  const where = await large({
    later({ parent, fork }) {
      ci(parent);
      ci(fork);
      commitOn(fork, 'feature', 'of the fork');
    },
  });
  const { projects } = where.gitlab.context.state;
  const levels: unknown[] = [];
  where.gitlab.server.faults.add({
    method: 'POST',
    url: /\.git\/git-receive-pack$/,
    times: Infinity,
    action: {
      kind: 'notice',
      call: () =>
        void levels.push(
          projects.findLast(({ fullPath }) => fullPath.endsWith('/app'))?.attributes['builds_access_level'],
        ),
    },
  });
  const { items } = await migrated(where, { config });
  await where.gitlab.settle();
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
  expect(new Set(levels)).toEqual(new Set(['disabled']));
  expect(projects.map(({ attributes }) => attributes['builds_access_level'])).toEqual(['enabled', 'enabled']);
  expect(forkIn(where)).toEqual(asItShould);
});

test('a copy that fails is named with the way out, and made anew once the project is gone', async () => {
  const where = await large();
  const { settings, state } = where.gitlab.context;
  settings.failingForks.push('other/app');
  for (const _ of ['first', 'again']) {
    const { item } = await migrated(where, { config });
    expect(item('other/app').problem).toMatchObject({
      code: 'fork-failed',
      fix: expect.stringContaining('delete that project on GitLab'),
    });
    expect(item('team/app').state).toBe('proven');
  }
  settings.failingForks.length = 0;
  const doomed = state.projects.find(({ fullPath }) => fullPath === 'other/app');
  await targetOf(where.gitlab).gitlab.request('other/app', z.unknown(), (api) =>
    api.Projects.remove(doomed?.id ?? 0),
  );
  const { items } = await migrated(where, { config });
  expect(new Set(items.map(({ state: each }) => each))).toEqual(new Set(['proven']));
  expect(forkIn(where)).toMatchObject({ parent: 'team/app', equal: true });
});

test('a copy that takes longer than a run waits is gone on with by the next one', async () => {
  const where = await large({ gitlab: { settings: { asyncDelayMs: 600_000 } } });
  const first = await migrated(where, { config });
  expect(first.item('other/app').problem?.code).toBe('fork-pending');
  await where.gitlab.settle();
  const second = await migrated(where, { config });
  await where.gitlab.settle();
  expect(second.item('other/app').state).toBe('proven');
  expect(forkIn(where)).toEqual(asItShould);
});

test('where GitLab makes no copy the fork is a project with the relation', async () => {
  const where = await large();
  where.gitlab.server.faults.add({
    method: 'POST',
    url: /\/projects\/\d+\/fork$/,
    action: { kind: 'status', status: 404, body: '{"message":"404 Not Found"}' },
  });
  const { items } = await migrated(where, { config });
  await where.gitlab.settle();
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
  expect(forkIn(where)).toEqual({ ...asItShould, copied: undefined });
});

test.each([null, 10_000_000])('no copy is made when it is not worth it: %s', async (sharedForks) => {
  const where = await large();
  await migrated(where, { config: { limits: { sharedForks, quietSeconds: 0 } } });
  await where.gitlab.settle();
  expect(forkIn(where)).toEqual({ ...asItShould, copied: undefined });
});
