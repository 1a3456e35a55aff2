import { refsOf } from '../../src/steps/code.ts';
import { describe, expect, test } from 'vitest';
import { seedSituations } from '../../sandbox/seed/situations.ts';
import type { Plan } from '../../src/model/plan.ts';
import { accountsForAll } from '../helpers/accounts.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { foreseen, met, planThenMigrate, wronglyRefused } from '../helpers/foresight.ts';
import { testServers } from '../helpers/servers.ts';

/**
 * The situations of docs/servers/gitbucket.md that decide what a plan says, each with where it is met: repositories, groups,
 * or what the source hides.
 */
const SITUATIONS: readonly [number: number, what: string, where: readonly string[]][] = [
  [1, 'empty repository', ['platform/empty-start']],
  [2, 'only tags, no branch', ['platform/only-tags', 'mobile/only-tag-main']],
  [3, 'tag on a commit on no branch', ['platform/tag-museum refs/tags/off-branch']],
  [
    4,
    'lightweight, annotated, signed, nested tags',
    ['light', 'annotated', 'signed', 'nested-twice'].map((tag) => `platform/tag-museum refs/tags/${tag}`),
  ],
  [
    5,
    'tag on a tree or a blob',
    ['platform/tag-museum refs/tags/on-tree', 'platform/tag-museum refs/tags/on-blob'],
  ],
  [6, 'default branch develop or trunk', ['platform/api-server', 'alice/trunk']],
  [
    7,
    'default branch that git or the branches contradict',
    ['platform/two-heads', 'platform/default-gone', 'mobile/refused-default'],
  ],
  [
    8,
    'letters of all kinds',
    ['mobile/unicode refs/heads/a%b', 'mobile/unicode refs/heads/a;b', 'mobile/unicode refs/heads/🚀-launch'],
  ],
  [
    9,
    'names that GitLab refuses',
    ['mobile/refused-branches refs/heads/HEAD', 'mobile/refused-tags refs/tags/-x'],
  ],
  [
    10,
    'tag named like the default branch, or like the preference',
    ['mobile/tag-like-branch refs/tags/main', 'mobile/tag-like-preference refs/tags/main'],
  ],
  [11, 'branches x and X', ['mobile/letter-case refs/heads/x', 'mobile/letter-case refs/heads/X']],
  [12, 'hundreds of branches and tags', ['Data.Science/many-refs refs/heads/run/150']],
  [13, 'notes, changes, pull requests', ['platform/reviewed refs/notes/commits']],
  [14, 'a large file', ['Data.Science/big-file']],
  [25, 'public repository', ['platform/website']],
  [26, 'private repository of a user', ['alice/private-notes']],
  [27, 'repository of a group, and a group without any', ['mobile/android', 'future-plans']],
  [28, 'public and private repositories of one group', ['platform/website', 'platform/infrastructure']],
  [
    29,
    'forks of all kinds',
    ['bob/api-server', 'alice/api-server', 'bob/infrastructure', 'bob/experiment', 'bob/parent'],
  ],
  [30, 'Foo and foo of one owner', ['alice/Foo', 'alice/foo']],
  [
    31,
    'odd repository names',
    ['alice/c++', 'alice/.dotfiles', 'alice/a--b', 'alice/end-', 'alice/x.git', 'alice/raw', 'alice/+'],
  ],
  [
    32,
    'odd owner names',
    [
      'x/notes',
      'a..b/notes',
      'duo-bot/notes',
      'me.json/notes',
      'dashboard/notes',
      'jane.doe@example.com/notes',
    ],
  ],
  [33, 'root on both sides', ['root/admin-scripts']],
  [34, 'owners that differ in letter case only', ['Erin/notes', 'erin/notes', 'ops/runbook', 'Ops/runbook']],
  [35, 'disabled user with repositories', []],
];

/** Everything that the plan speaks of: items, and refs of projects. */
function namesIn(plan: Plan): Set<string> {
  const refs = plan.projects.flatMap((project) => refsOf(project).map(({ ref }) => `${project.id} ${ref}`));
  return new Set([...plan.groups.map(({ id }) => id), ...plan.projects.map(({ id }) => id), ...refs]);
}

describe('over all the situations', () => {
  const shared = sharedByAll(async () => {
    const servers = await testServers();
    const repositories = seedSituations(servers.gitbucket);
    accountsForAll(servers);
    return { servers, repositories, ...(await planThenMigrate(servers)) };
  });

  test('the plan foresees every refusal that migrate then meets, and no other', () => {
    const { plan, result } = shared();
    expect(met(result)).toEqual(foreseen(plan));
    // 35 and the placeholder of 29 cannot be seen; that there is somebody hidden is told.
    expect(plan.warnings.join()).toContain('disabled');
    expect([...namesIn(plan)].filter((name) => /^(carol|vanished)/.test(name))).toEqual([]);
    // GitBucket's git does not serve a name with a space, though its API lists it.
    expect(plan.problems.map(({ code, object }) => [code, object])).toEqual([
      ['owner-unreadable', 'dave'],
      ['repository-broken', 'dave/broken'],
      ['name-unreachable', 'john doe/notes'],
    ]);
  });

  test('none is left out', () => {
    const { plan, repositories } = shared();
    const names = namesIn(plan);
    for (const [number, what, where] of SITUATIONS) {
      expect(
        repositories.some(({ situations }) => situations.includes(number)),
        `${number}: ${what}`,
      ).toBe(true);
      expect(
        where.filter((name) => !names.has(name)),
        `${number}: ${what}`,
      ).toEqual([]);
    }
    expect(SITUATIONS.map(([number]) => number)).toEqual([...range(1, 14), ...range(25, 35)]);
  });

  test('GitLab refuses by hand too what the plan calls refused', async () => {
    expect(await wronglyRefused(shared().servers, shared().plan)).toEqual([]);
  });

  test('the next plan foresees what the next run meets', async () => {
    const { plan, result } = await planThenMigrate(shared().servers);
    expect(met(result)).toEqual(foreseen(plan));
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
