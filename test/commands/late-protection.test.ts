import { expect, test } from 'vitest';
import { commitOn, git } from '../helpers/commits.ts';
import { refsIn, type TestServers } from '../helpers/servers.ts';
import { itemOf, migrateAll, resultOf, smallServers } from '../helpers/small-server.ts';

/** Migrated once, and not protected yet; since then the history of main was rewritten on the source. */
async function rewritten(): Promise<TestServers> {
  const servers = await smallServers({ gitlab: { settings: { asyncDelayMs: 3_600_000 } } });
  const first = await migrateAll(servers);
  expect(first.code, first.stderr).toBe(0);
  const source = servers.gitbucket.gitDir('team-a', 'one');
  git(source, 'update-ref', '-d', 'refs/heads/main');
  commitOn(source, 'main', 'another beginning');
  return servers;
}

function whenPushed({ gitlab }: TestServers, call: () => void | Promise<void>): void {
  const url = /\/team-a\/one\.git\/git-receive-pack$/;
  gitlab.server.faults.add({ method: 'POST', url, action: { kind: 'notice', call } });
}

function patches({ gitlab }: TestServers): string[] {
  return gitlab.server.requests.filter(({ method }) => method === 'PATCH').map(({ url }) => url);
}

test('rewritten history passes, and the branch ends protected, when the protection comes between plan and push', async () => {
  const servers = await rewritten();
  const { gitlab, gitbucket } = servers;
  expect(gitlab.protectedBranches('team-a/one')).toEqual([]);
  whenPushed(servers, () => gitlab.settle());

  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(0);
  expect(refsIn(gitlab.gitDir('team-a/one'))).toEqual(refsIn(gitbucket.gitDir('team-a', 'one')));
  expect(gitlab.protectedBranches('team-a/one')).toMatchObject([{ name: 'main', allowForcePush: false }]);
  expect(patches(servers)).toHaveLength(2);
});

test('rewritten history passes while nothing is protected, and the protection that comes later is left alone', async () => {
  const servers = await rewritten();
  const { gitlab } = servers;
  const run = await migrateAll(servers);
  expect(run.code, run.stderr).toBe(0);
  await gitlab.settle();
  expect(gitlab.protectedBranches('team-a/one')).toMatchObject([{ name: 'main', allowForcePush: false }]);
  expect(patches(servers)).toEqual([]);
});

test('what was not to be opened is not closed either: its protection may have come since', async () => {
  const servers = await rewritten();
  const { gitlab } = servers;
  const { protectedBranches } = gitlab.project('team-a/one');
  const rule = { pushAccessLevel: 40, mergeAccessLevel: 40 };
  whenPushed(servers, () => {
    protectedBranches.push({ ...rule, id: 901, name: 'm*', allowForcePush: false });
  });

  const run = await migrateAll(servers);

  expect(itemOf(resultOf(run), 'team-a/one').state).toBe('refused');
  expect(patches(servers)).toHaveLength(1);
  // A rule that came since, and is open by the settings of its group, stays so.
  protectedBranches.push({ ...rule, id: 902, name: 'main', allowForcePush: true });
  expect((await migrateAll(servers)).code).toBe(0);
  expect(gitlab.protectedBranches('team-a/one').at(-1)).toMatchObject({ name: 'main', allowForcePush: true });
});
