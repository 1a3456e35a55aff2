import { expect, test } from 'vitest';
import type { ProtectedBranch } from '../../sandbox/gitlab.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import type { TestServers } from '../helpers/servers.ts';
import { asAdministrator, plannedIn, repositoryOf, settingServers, stepOf } from './settings-setup.ts';

const step = 'branch-protection';

/** Three branches, of which two are protected beside `main`. */
async function ruled(): Promise<TestServers> {
  const servers = await settingServers();
  const { gitbucket } = servers;
  for (const branch of ['release/1.0', 'topic']) commitOn(gitbucket.gitDir('team', 'app'), branch, branch);
  repositoryOf(servers).protections.push(
    { branch: 'main', enforceAdmins: false },
    { branch: 'release/1.0', enforceAdmins: true, contexts: ['ci/build'], restrictedTo: ['root'] },
    { branch: 'topic', enforceAdmins: false },
    { branch: 'gone', enforceAdmins: false },
  );
  return servers;
}

type Shown = [push: number, merge: number, force: boolean];

function shown({
  name,
  pushAccessLevel,
  mergeAccessLevel,
  allowForcePush,
}: ProtectedBranch): [string, Shown] {
  return [name, [pushAccessLevel, mergeAccessLevel, allowForcePush]];
}

function rulesAt({ gitlab }: TestServers): Record<string, Shown> {
  return Object.fromEntries(gitlab.protectedBranches('team/app').map(shown));
}

/** Branches about which GitBucket was asked. */
function asked(requests: readonly string[]): string[] {
  return requests.flatMap((each) => /\/repos\/team\/app\/branches\/(.+)$/.exec(each)?.[1] ?? []).sort();
}

const expected = {
  main: [40, 40, false],
  'release/1.0': [40, 30, false],
  topic: [30, 30, false],
};

test('branches are protected as on GitBucket, what GitLab cannot do is told, and nothing is written again', async () => {
  const servers = await ruled();
  const first = await migrated(servers, asAdministrator);
  expect(plannedIn(first, step)).toMatchObject({ changes: true, counts: { protect: 3 } });
  expect(stepOf(first, step)).toMatchObject({ state: 'proven', changed: true, check: { compared: 3 } });
  await servers.gitlab.settle();
  expect(rulesAt(servers)).toEqual(expected);
  expect(first.told('team/app', step)).toEqual([
    'GitBucket protects gone, which does not exist: it is not protected on GitLab',
    'release/1.0 demands the status check ci/build on GitBucket; on GitLab Maintainers may push without, and merge requests need a pipeline for it',
    'only root may push to release/1.0 on GitBucket; on GitLab every Maintainer may',
  ]);
  const second = await migrated(servers, asAdministrator);
  expect(second.writes).toEqual([]);
  expect(second.targetRequests.filter((each) => each.includes('protected_branches'))).toHaveLength(2);
  expect(stepOf(second, step)).toMatchObject({ state: 'proven', changed: false });
  const proof = await verified(servers, asAdministrator);
  expect(proof.every(({ state }) => state === 'proven')).toBe(true);
});

test('a later run pushes to protected branches and rewrites them, and leaves them protected', async () => {
  const servers = await ruled();
  const { gitbucket, gitlab } = servers;
  await migrated(servers, asAdministrator);
  await gitlab.settle();
  const source = gitbucket.gitDir('team', 'app');
  commitOn(source, 'release/1.0', 'more');
  git(source, 'update-ref', '-d', 'refs/heads/topic');
  const tip = commitOn(source, 'topic', 'rewritten');
  const run = await migrated(servers, asAdministrator);
  expect(run.item('team/app').state).toBe('proven');
  expect(git(gitlab.gitDir('team/app'), 'rev-parse', 'refs/heads/topic').trim()).toBe(tip);
  expect(rulesAt(servers)).toEqual(expected);
});

test('rules that change or go on GitBucket follow, where nobody touched the protection', async () => {
  const servers = await ruled();
  const { gitlab } = servers;
  await migrated(servers, asAdministrator);
  await gitlab.settle();
  const repository = repositoryOf(servers);
  repository.protections = [
    { branch: 'main', enforceAdmins: false },
    { branch: 'topic', enforceAdmins: false, contexts: ['ci'] },
  ];
  const run = await migrated(servers, asAdministrator);
  expect(stepOf(run, step)).toMatchObject({ counts: { protect: 1, unprotect: 1 } });
  expect(rulesAt(servers)).toEqual({ main: [40, 40, false], topic: [40, 30, false] });

  const topic = gitlab.protectedBranches('team/app').find(({ name }) => name === 'topic');
  if (topic) topic.pushAccessLevel = 0;
  repository.protections = [{ branch: 'topic', enforceAdmins: false }];
  const kept = await migrated(servers, asAdministrator);
  expect(kept.writes).toEqual([]);
  expect(stepOf(kept, step)).toMatchObject({ state: 'proven' });
  expect(stepOf(kept, step)?.check?.differences[0]?.message).toBe(
    'topic is protected on GitBucket; on GitLab its protection is another one (nobody push, Developers merge), which is kept',
  );
});

test('a protection of the default branch that comes late, or meanwhile, is no obstacle', async () => {
  for (const asyncDelayMs of [0, 60_000]) {
    const servers = await ruled();
    servers.gitlab.settings.asyncDelayMs = asyncDelayMs;
    const run = await migrated(servers, asAdministrator);
    expect(run.item('team/app').state).toBe('proven');
    expect(rulesAt(servers)).toEqual(expected);
  }
  const servers = await ruled();
  const { gitlab } = servers;
  gitlab.server.faults.add({
    method: 'POST',
    url: /protected_branches\?.*name=main/,
    action: {
      kind: 'notice',
      call: () => {
        const levels = { pushAccessLevel: 40, mergeAccessLevel: 40, allowForcePush: false };
        gitlab.protectedBranches('team/app').push({ id: 900, name: 'main', ...levels });
      },
    },
  });
  servers.gitlab.settings.asyncDelayMs = 60_000;
  const run = await migrated(servers, asAdministrator);
  expect(run.item('team/app').state).toBe('proven');
  expect(rulesAt(servers)).toEqual(expected);
  expect((await migrated(servers, asAdministrator)).writes).toEqual([]);
});

test('a run that is killed at any write comes to the same end', async () => {
  for (let write = 1; ; write += 1) {
    const servers = await ruled();
    const hit = await killed(servers, {
      ...asAdministrator,
      killAt: { write, of: /protected_branches/, served: write % 2 === 0 },
    });
    const run = await migrated(servers, asAdministrator);
    await servers.gitlab.settle();
    expect(run.item('team/app').state, `after write ${write}`).toBe('proven');
    expect(rulesAt(servers)).toEqual(expected);
    if (!hit) break;
  }
});

test('a replacement that is killed in the middle is brought to its end', async () => {
  for (let write = 1; ; write += 1) {
    const servers = await ruled();
    await migrated(servers, asAdministrator);
    await servers.gitlab.settle();
    repositoryOf(servers).protections = [{ branch: 'topic', enforceAdmins: false, contexts: ['ci'] }];
    const hit = await killed(servers, {
      ...asAdministrator,
      killAt: { write, of: /protected_branches/, served: true },
    });
    await migrated(servers, asAdministrator);
    expect(rulesAt(servers), `after write ${write}`).toEqual({
      main: [40, 40, false],
      topic: [40, 30, false],
    });
    if (!hit) break;
  }
});

test('without an administrator each branch is asked for once, and later only those that matter', async () => {
  const servers = await ruled();
  const first = await migrated(servers);
  expect(asked(first.sourceRequests)).toEqual(['main', 'release/1.0', 'topic']);
  expect(rulesAt(servers)).toEqual(expected);
  commitOn(servers.gitbucket.gitDir('team', 'app'), 'new', 'new');
  const second = await migrated(servers);
  expect(asked(second.sourceRequests)).toEqual(['main', 'new', 'release/1.0', 'topic']);
  repositoryOf(servers).protections = [];
  const third = await migrated(servers);
  expect(asked(third.sourceRequests)).toEqual(['main', 'release/1.0', 'topic']);
  expect(rulesAt(servers)).toEqual({ main: [40, 40, false] });
  expect(asked((await migrated(servers)).sourceRequests)).toEqual(['main']);
});

test('where no branch is protected, the others are not asked for again either', async () => {
  const servers = await settingServers();
  commitOn(servers.gitbucket.gitDir('team', 'app'), 'topic', 'topic');
  const first = await migrated(servers);
  expect(asked(first.sourceRequests)).toEqual(['main', 'topic']);
  const second = await migrated(servers);
  expect(asked(second.sourceRequests)).toEqual(['main']);
  expect(plannedIn(second, step)).toBeUndefined();
});

test('branches that are too many to ask for are named with the way out', async () => {
  const servers = await settingServers();
  const source = servers.gitbucket.gitDir('team', 'app');
  const tip = git(source, 'rev-parse', 'refs/heads/main').trim();
  for (let index = 0; index < 104; index += 1) git(source, 'update-ref', `refs/heads/b${index}`, tip);
  const run = await migrated(servers);
  const notice = plannedIn(run, step)?.notices.find(({ code }) => code === 'branch-rules-untold');
  expect(notice?.message).toContain('of 5 branches');
  expect(notice?.fix).toContain('"password" of an administrator');
});
