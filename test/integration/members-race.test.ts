import { expect, test } from 'vitest';
import { migrated } from '../helpers/migrated.ts';
import { peopled, rolesIn, withPeople } from '../helpers/peopled.ts';

test.each([
  ['a lower one', 20, 30],
  ['the same one', 30, 30],
  ['a higher one', 40, 40],
])(
  'a role that somebody gives at the same moment is no failure, and is raised only: %s',
  async (_, given, kept) => {
    const where = await peopled();
    const { gitlab } = where;
    let times = 0;
    gitlab.server.faults.add({
      method: 'POST',
      url: /\/groups\/\d+\/members$/,
      times: Infinity,
      action: {
        kind: 'notice',
        call: () => {
          if (times++ === 0) gitlab.addMember('team', 'bob', given);
        },
      },
    });
    const { item } = await migrated(where, withPeople);
    gitlab.server.faults.clear();
    expect(item('team').state).toBe('proven');
    expect(rolesIn(gitlab, 'team')).toEqual(['alice 50', `bob ${kept}`, 'root 50']);
    expect((await migrated(where, withPeople)).writes).toEqual([]);
  },
);

test('a group that is invited at the same moment is no failure', async () => {
  const where = await peopled();
  const { gitlab } = where;
  gitlab.server.faults.add({
    method: 'POST',
    url: /\/share$/,
    action: {
      kind: 'notice',
      call: () => {
        const guests = gitlab.context.state.groups.find(({ path }) => path === 'guests');
        gitlab.project('team/app').links.push({ groupId: guests?.id ?? 0, accessLevel: 20, expiresAt: null });
      },
    },
  });
  const { item } = await migrated(where, withPeople);
  expect(item('team/app').state).toBe('proven');
  expect(rolesIn(gitlab, 'team/app')).toEqual(['carol 40', 'group guests 20']);
});

test('a person whom GitLab does not let in (403) is told with what to do, and the others get their roles', async () => {
  const where = await peopled();
  const { gitlab } = where;
  const body = '{"message":"403 Forbidden - the member must sign in by SAML SSO first"}';
  gitlab.server.faults.add({
    method: 'POST',
    url: /\/groups\/\d+\/members$/,
    action: { kind: 'status', status: 403, body, headers: { 'content-type': 'application/json' } },
  });
  const { item } = await migrated(where, withPeople);
  expect(item('team/app').state).toBe('proven');
  const ways = [item('team'), item('guests')].flatMap(({ steps, state }) =>
    steps.flatMap(({ check }) => (check?.differences ?? []).map(({ code, fix }) => [state, code, fix])),
  );
  expect(ways).toEqual([['refused', 'role-refused', expect.stringContaining('single sign-on')]]);
});
