import { expect, test } from 'vitest';
import { seedSituations } from '../../sandbox/seed/situations.ts';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { accountsForAll } from '../helpers/accounts.ts';
import { commitOn } from '../helpers/commits.ts';
import { refsIn, testServers, type TestServers } from '../helpers/servers.ts';
import { gb2gl, smallServers } from '../helpers/small-server.ts';

/** Everything but API reads and the advertisement that a fetch begins with. */
function otherThanReading(requests: readonly LoggedRequest[]): string[] {
  return requests
    .filter(({ method, url }) => method !== 'GET' || url.includes('git-receive-pack'))
    .map(({ method, url }) => `${method} ${url}`);
}

/** Makes a plan; gives what it sent to each server that is not mere reading. */
async function planned(
  servers: TestServers,
  ...args: string[]
): Promise<{ source: string[]; target: string[] }> {
  const { gitlab, gitbucket } = servers;
  gitlab.server.requests.length = 0;
  gitbucket.server.requests.length = 0;
  const run = await gb2gl(servers, ['plan', '--all', '--quiet', ...args]);
  expect([0, 1, 4], run.stderr).toContain(run.code);
  expect(gitlab.server.requests.length).toBeGreaterThan(0);
  return {
    source: otherThanReading(gitbucket.server.requests),
    target: otherThanReading(gitlab.server.requests),
  };
}

const nothing: { source: string[]; target: string[] } = { source: [], target: [] };

/** A wiki is looked into by a fetch of its last commit. */
function withoutWikis({ source, target }: Awaited<ReturnType<typeof planned>>): typeof nothing {
  const others = source.filter((request) => !/^POST \S+\.wiki\.git\/git-upload-pack$/.test(request));
  return { source: others, target };
}

test('a plan sends nothing but GET, git advertisements and fetches of wikis, before and after a migration', async () => {
  const servers = await testServers();
  const { gitbucket, gitlab } = servers;
  seedSituations(gitbucket);
  accountsForAll(servers);
  expect(withoutWikis(await planned(servers))).toEqual(nothing);
  expect(gitlab.context.state.groups).toEqual([]);

  await gb2gl(servers, ['migrate', '--all', '--yes', '--quiet']);
  await gitlab.settle();
  // Refs to move on, to look up in the source's history and to delete: the plan still only reads.
  commitOn(gitbucket.gitDir('platform', 'website'), 'main', 'rewritten', { orphan: true });
  commitOn(gitlab.gitDir('platform/api-server'), 'develop', 'work on GitLab');
  const before = refsIn(gitlab.gitDir('platform/website'));
  const everything = refsIn(gitbucket.gitDir('platform', 'reviewed'), ['refs']);
  expect(withoutWikis(await planned(servers, '--prune'))).toEqual(nothing);
  expect(refsIn(gitlab.gitDir('platform/website'))).toEqual(before);
  expect(refsIn(gitbucket.gitDir('platform', 'reviewed'), ['refs'])).toEqual(everything);
});

test('a look into the objects fetches from the source besides, and still only reads the target', async () => {
  const servers = await smallServers();
  const { source, target } = await planned(servers, '--deep');
  expect(target).toEqual([]);
  expect(source.length).toBeGreaterThan(0);
  expect(source.filter((request) => !/^POST \S+\/(git-upload-pack|objects\/batch)$/.test(request))).toEqual(
    [],
  );
});
