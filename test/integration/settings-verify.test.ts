import { expect, test } from 'vitest';
import type { ItemResult } from '../../src/model/result.ts';
import { furnished, withEverything } from '../helpers/furnished.ts';
import { migrated, verified, verifiedAfterRuns } from '../helpers/migrated.ts';
import type { TestServers } from '../helpers/servers.ts';

/** What the proof tells, by item and step. */
function told(items: readonly ItemResult[]): string[] {
  return items.flatMap(({ id, steps }) =>
    steps.flatMap(({ step, check, notices }) =>
      [...(check?.differences ?? []), ...notices].map(({ message }) => `${id} ${step}: ${message}`),
    ),
  );
}

function idOf({ gitlab }: TestServers, name: string): number {
  return gitlab.context.routes.userByName(name)?.id ?? 0;
}

function groupOf({ gitlab }: TestServers, path: string) {
  const group = gitlab.context.state.groups.find(({ fullPath }) => fullPath === path);
  if (!group) throw new Error(`there is no group ${path}`);
  return group;
}

/** What somebody does by hand on GitLab after the migration, and what verify says of it. */
const changes: [what: string, change: (where: TestServers) => void, says: string][] = [
  [
    'a member is taken out of a group',
    (where) => {
      const team = groupOf(where, 'team');
      team.members = team.members.filter(({ userId }) => userId !== idOf(where, 'bob'));
    },
    'team group-members: the role Developer of bob',
  ],
  [
    'a role in a group is lowered',
    (where) => {
      for (const member of groupOf(where, 'team').members)
        if (member.userId === idOf(where, 'alice')) member.accessLevel = 30;
    },
    'team group-members: the role Owner of alice',
  ],
  [
    'a role in a project is lowered',
    (where) => {
      for (const member of where.gitlab.project('team/app').members)
        if (member.userId === idOf(where, 'carol')) member.accessLevel = 20;
    },
    'team/app members: the role Maintainer of carol',
  ],
  [
    'a project is closed to a group',
    ({ gitlab }) => void (gitlab.project('team/app').links = []),
    'team/app members: what the group guests could do here was ended on GitLab',
  ],
  [
    'a protection goes',
    ({ gitlab }) => {
      const { protectedBranches } = gitlab.project('team/app');
      protectedBranches.splice(
        protectedBranches.findIndex(({ name }) => name === 'topic'),
        1,
      );
    },
    'team/app branch-protection: topic is protected on GitBucket; on GitLab',
  ],
  [
    'a protection is loosened',
    ({ gitlab }) => {
      for (const rule of gitlab.project('team/app').protectedBranches)
        if (rule.name === 'main') rule.allowForcePush = true;
    },
    'team/app branch-protection: main is protected on GitBucket; on GitLab',
  ],
  [
    'a deploy key may only read',
    ({ gitlab }) => {
      const project = gitlab.project('team/app');
      project.deployKeys = (project.deployKeys ?? []).map((each) => ({ ...each, canPush: false }));
    },
    'team/app deploy-keys: its deploy key ci is not as on GitBucket: on GitLab it may only read',
  ],
  [
    'a deploy key goes',
    ({ gitlab }) => void (gitlab.project('team/app').deployKeys = []),
    'team/app deploy-keys: its deploy key ci is not as on GitBucket: on GitLab somebody removed it',
  ],
  [
    'an SSH key goes',
    ({ gitlab }) => {
      gitlab.context.state.keys = (gitlab.context.state.keys ?? []).filter(({ deploy }) => deploy);
    },
    '@alice account-keys: the SSH key laptop',
  ],
  [
    'the issue tracker is switched on',
    ({ gitlab }) => void (gitlab.project('team/app').attributes['issues_access_level'] = 'enabled'),
    'team/app options: its issue tracker is set to enabled',
  ],
  [
    'the merge method is another one',
    ({ gitlab }) => void (gitlab.project('team/app').attributes['merge_method'] = 'rebase_merge'),
    'team/app options: its merge method is set to rebase_merge',
  ],
  [
    'a webhook goes',
    ({ gitlab }) => void (gitlab.project('team/app').hooks = []),
    'team/app hooks: its webhook to ci.example',
  ],
  [
    'the picture of a group is another one',
    (where) => void (groupOf(where, 'team').avatar = 'chosen.png'),
    'team group-avatar:',
  ],
  [
    'a blocked account is unblocked',
    ({ gitlab }) => {
      const left = gitlab.context.routes.userByName('left');
      if (left) left.state = 'active';
    },
    '@left account-block: the account left was unblocked',
  ],
];

test('verify tells of everything that somebody changes on GitLab, with the journal and without, and of nothing else', async () => {
  const where = await furnished();
  await migrated(where, withEverything);
  await where.gitlab.settle();
  const both = [verifiedAfterRuns, verified];
  let before = await Promise.all(both.map((verify) => verify(where, withEverything)));
  // What GitLab cannot do as GitBucket does is told in any case.
  const usual = [/ main demands the status check ci /, /get GitLab's JSON/];
  for (const lines of before.map(told))
    expect(lines.filter((line) => !usual.some((each) => each.test(line)))).toEqual([]);
  for (const [what, change, says] of changes) {
    expect(before.map(told).join('\n'), `before ${what}`).not.toContain(says);
    change(where);
    const after = await Promise.all(both.map((verify) => verify(where, withEverything)));
    const [withJournal = [], without = []] = after.map(told);
    expect(withJournal.join('\n'), what).toContain(says);
    // Without it, an account that stays active is told by the step that finds it.
    const [object = ''] = says.replace('-block', '').split(':', 1);
    expect(without.join('\n'), `${what}, without the journal`).toContain(object);
    before = after;
  }
});
