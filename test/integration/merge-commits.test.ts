import { expect, test } from 'vitest';
import { addPull, type GitBucketOptions } from '../../sandbox/gitbucket.ts';
import { trackerOf } from '../../sandbox/gitlab.ts';
import { commitOn } from '../helpers/commits.ts';
import { migrated } from '../helpers/migrated.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { refIn, setRef } from '../helpers/refs.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { branchOff, mergeInto } from './tracker-setup.ts';

const id = 'team/app';
/** The date of every commit. */
const merged = 1_600_000_000_000;

type World = TestServers & { merge: string; squash: string };

/** Pull requests merged in each way, in the order of their numbers; GitBucket noted the last one the day after. */
async function world(version: NonNullable<GitBucketOptions['version']>): Promise<World> {
  const servers = await testServers({ gitbucket: { version } });
  const { gitbucket, gitlab } = servers;
  gitlab.settings.importSources = ['gitlab_project'];
  gitbucket.addUser({ login: 'ann', email: 'ann@example.com' });
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'app', defaultBranch: 'main' });
  const dir = gitbucket.gitDir('team', 'app');
  commitOn(dir, 'main', 'one');
  const heads = new Map<string, string>();
  const pulls = [
    ['merged', 'Merge it', merged],
    ['squashed', 'Squash it\r\n\r\nall of it', merged],
    ['rebased', 'Rebase it', merged],
    ['late', 'Merge it late', merged + 86_400_000],
  ] as const;
  for (const [branch, mergeMessage, endedAt] of pulls) {
    heads.set(branch, branchOff(dir, branch));
    await addPull(gitbucket.context, id, {
      title: branch,
      author: 'ann',
      base: 'main',
      head: { branch },
      state: 'merged',
      createdAt: merged - 86_400_000,
      endedAt,
      mergeMessage,
    });
  }
  const merge = mergeInto(dir, 'main', heads.get('merged') ?? '');
  const squash = commitAfter(dir, 'Squash it\n\nall of it');
  commitAfter(dir, 'rebased');
  mergeInto(dir, 'main', heads.get('late') ?? '');
  return { ...servers, merge, squash };
}

function commitAfter(dir: string, message: string): string {
  const parents = [refIn(dir, 'refs/heads/main') ?? ''];
  const tip = filesOf(dir, { 'file.txt': message }, { parents, message });
  setRef(dir, 'refs/heads/main', tip);
  return tip;
}

function mergesAt({ gitlab }: TestServers) {
  const requests = trackerOf(gitlab.project(id)).mergeRequests;
  return requests.map(({ state, mergeCommitSha, squashCommitSha }) => [
    state,
    mergeCommitSha,
    squashCommitSha,
  ]);
}

test.each(['4.30', '4.36', '4.42', '4.47'] as const)(
  'a merged pull request of GitBucket %s knows the commit that merged or squashed it, if that is certain (GB-208)',
  async (version) => {
    const servers = await world(version);
    const run = await migrated(servers, { password: 'root', config: { migrate: { tracker: 'auto' } } });
    expect(run.item(id).state).toBe('proven');
    expect(mergesAt(servers)).toEqual([
      ['merged', servers.merge, null],
      ['merged', null, servers.squash],
      ['merged', null, null],
      ['merged', null, null],
    ]);
  },
);

test('by a token alone GitBucket does not tell what was written on merging, so only merges are known', async () => {
  const servers = await world('4.47');
  await migrated(servers, { config: { migrate: { tracker: 'auto' } } });
  expect(mergesAt(servers).slice(0, 2)).toEqual([
    ['merged', servers.merge, null],
    ['merged', null, null],
  ]);
});
