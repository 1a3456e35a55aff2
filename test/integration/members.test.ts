import { describe, expect, test } from 'vitest';
import { addCollaborator } from '../../sandbox/gitbucket.ts';
import type { ItemResult } from '../../src/model/result.ts';
import { commitOn } from '../helpers/commits.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import { accountsIn, peopled, rolesIn, withPeople } from '../helpers/peopled.ts';

function statesOf(items: readonly ItemResult[]): string[] {
  return items.map(({ id, state }) => `${id} ${state}`);
}

/** What the proof of a step says. */
function saidBy(item: ItemResult, step: string): string[] {
  const found = item.steps.find((each) => each.step === step);
  return [...(found?.check?.differences ?? []), ...(found?.notices ?? [])].map(({ message }) => message);
}

const everybody = ['alice active', 'bob active', 'carol active', 'dave active', 'left blocked'];

/** Without what other steps would write. */
const others = ['wiki', 'lfs', 'options', 'avatars', 'branchProtections', 'deployKeys'];
const alone = {
  password: 'root',
  config: { migrate: { createUsers: true, ...Object.fromEntries(others.map((key) => [key, false])) } },
};

describe('accounts and roles', () => {
  test('come as GitBucket has them, mail nobody, and need no second run', async () => {
    const where = await peopled();
    const first = await migrated(where, withPeople);
    expect(statesOf(first.items).filter((each) => !each.endsWith('proven'))).toEqual([]);
    expect(accountsIn(where.gitlab)).toEqual(everybody);
    expect(where.gitlab.mails).toEqual([]);
    expect(rolesIn(where.gitlab, 'team')).toEqual(['alice 50', 'bob 30', 'root 50']);
    expect(rolesIn(where.gitlab, 'guests')).toEqual(['dave 50', 'root 50']);
    expect(rolesIn(where.gitlab, 'team/app')).toEqual(['carol 40', 'group guests 30']);

    const second = await migrated(where, withPeople);
    expect(second.writes).toEqual([]);
    expect(statesOf(second.items)).toEqual(statesOf(first.items));
    expect(second.targetRequests.filter((request) => /members|users\/\d/.test(request))).toHaveLength(4);
    expect(new Set((await verified(where, withPeople)).map(({ state }) => state))).toEqual(
      new Set(['proven']),
    );
  });

  for (const served of [true, false])
    test(`come to the same end when run after run is killed, its last write ${served ? '' : 'not '}served`, async () => {
      const where = await peopled();
      let runs = 0;
      // Some runs begin with a write that an earlier one has made: those get to their second, third and fourth.
      while (await killed(where, { ...alone, killAt: { write: (runs % 4) + 1, served } })) {
        runs += 1;
        expect(runs).toBeLessThan(50);
      }
      expect(runs).toBeGreaterThan(5);
      const { items, writes } = await migrated(where, alone);
      expect([writes, new Set(items.map(({ state }) => state))]).toEqual([[], new Set(['proven'])]);
      expect(accountsIn(where.gitlab).toSorted()).toEqual(everybody);
      expect(rolesIn(where.gitlab, 'team')).toEqual(['alice 50', 'bob 30', 'root 50']);
      expect(rolesIn(where.gitlab, 'team/app')).toEqual(['carol 40', 'group guests 30']);
    });
});

/** Who was mailed about what, the token's own user left out. */
function mailed({ mails }: { mails: readonly { to: string; about: string }[] }): string[] {
  return mails.flatMap(({ to, about }) => (to === 'admin@example.com' ? [] : [`${to} ${about}`])).sort();
}

describe('what is there already', () => {
  test('keeps its people and their roles, and mails nobody unless the config says so', async () => {
    const where = await peopled();
    const { gitlab } = where;
    gitlab.addUser({ username: 'alice', email: 'alice@example.com' });
    gitlab.addUser({ username: 'bob', email: 'bob@example.com' });
    gitlab.addUser({ username: 'stranger', email: 'stranger@example.com' });
    gitlab.addGroup({ path: 'team' });
    gitlab.addMember('team', 'stranger', 50);
    gitlab.addMember('team', 'bob', 40);
    const first = await migrated(where, { password: 'root' });
    expect(rolesIn(gitlab, 'team')).toEqual(['bob 40', 'root 50', 'stranger 50']);
    expect(mailed(gitlab)).toEqual([]);
    expect(first.item('team').state).toBe('proven');
    expect(saidBy(first.item('team'), 'group-members')).toContainEqual(
      expect.stringMatching(/so 1 person would get a mail .*"memberMails": true/),
    );

    const config = { migrate: { memberMails: true } };
    await migrated(where, { password: 'root', config });
    expect(rolesIn(gitlab, 'team')).toEqual(['alice 50', 'bob 40', 'root 50', 'stranger 50']);
    expect(mailed(gitlab)).toEqual(['alice@example.com team']);
    expect((await migrated(where, { password: 'root', config })).writes).toEqual([]);
  });

  test('gives no second role to those who have as much from a group above, and a further one where it is more', async () => {
    const where = await peopled();
    const { gitlab, gitbucket } = where;
    gitlab.addGroup({ path: 'top' });
    for (const username of ['alice', 'bob', 'carol'])
      gitlab.addUser({ username, email: `${username}@example.com` });
    gitlab.addMember('top', 'alice', 50);
    gitlab.addMember('top', 'bob', 20);
    gitlab.addMember('top', 'carol', 50);
    addCollaborator(gitbucket.context, 'team/app', 'alice', 'DEVELOPER');
    const config = { target: { url: gitlab.url, parentGroup: 'top' } };
    const { items } = await migrated(where, { password: 'root', config });
    expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
    expect(rolesIn(gitlab, 'top/team')).toEqual(['bob 30', 'root 50']);
    expect(rolesIn(gitlab, 'top/team/app')).toEqual(['group top/guests 30']);
    expect((await migrated(where, { password: 'root', config })).writes).toEqual([]);
  });
});

describe('what changes after a run', () => {
  test('on GitLab is left alone, on GitBucket is raised, never lowered', async () => {
    const where = await peopled();
    const { gitlab, gitbucket } = where;
    await migrated(where, withPeople);
    const team = gitlab.context.routes.find('team');
    if (team?.kind !== 'group') throw new Error('there is no group');
    const idOf = (name: string): number | undefined => gitlab.context.routes.userByName(name)?.id;
    // Somebody takes Alice out, and makes Bob less than he was.
    team.group.members = team.group.members.filter(({ userId }) => userId !== idOf('alice'));
    for (const member of team.group.members) if (member.userId === idOf('bob')) member.accessLevel = 20;
    gitlab.project('team/app').links = [];
    const kept = await migrated(where, withPeople);
    expect(kept.writes).toEqual([]);
    expect(rolesIn(gitlab, 'team')).toEqual(['bob 20', 'root 50']);
    expect(saidBy(kept.item('team'), 'group-members').toSorted()).toEqual([
      'the role Developer of bob was lowered to Reporter on GitLab, which is left alone',
      'the role Owner of alice was taken away on GitLab, which is left alone',
    ]);
    expect(saidBy(kept.item('team/app'), 'members')).toEqual([
      'what the group guests could do here was ended on GitLab, which is left alone',
    ]);
    expect(kept.item('team').state).toBe('proven');

    for (const member of gitbucket.context.account('team')?.members ?? [])
      if (member.login === 'bob') member.manager = true;
    addCollaborator(gitbucket.context, 'team/app', 'carol', 'GUEST');
    await migrated(where, withPeople);
    expect(rolesIn(gitlab, 'team')).toEqual(['bob 50', 'root 50']);
    expect(rolesIn(gitlab, 'team/app')).toEqual(['carol 40']);
  });

  test('a group that collaborates with a higher role on GitBucket is told, and keeps the one that it has', async () => {
    const where = await peopled();
    await migrated(where, withPeople);
    const app = where.gitbucket.context.repository('team', 'app');
    for (const row of app?.collaborators ?? []) if (row.login === 'guests') row.role = 'ADMIN';
    const run = await migrated(where, withPeople);
    expect(run.writes).toEqual([]);
    const said =
      "the group guests is Developer on GitLab, and would be Maintainer by GitBucket; GitLab's role is kept";
    expect(saidBy(run.item('team/app'), 'members')).toEqual([said]);
    const proof = (await verified(where, withPeople)).find(({ id }) => id === 'team/app');
    expect(proof && saidBy(proof, 'members')).toEqual([said]);
  });

  test('an account that somebody unblocks stays so', async () => {
    const where = await peopled();
    await migrated(where, withPeople);
    const left = where.gitlab.context.routes.userByName('left');
    if (left) left.state = 'active';
    const again = await migrated(where, withPeople);
    expect([again.writes, left?.state]).toEqual([[], 'active']);
    expect(saidBy(again.item('@left'), 'account-block')).toEqual([
      'the account left was unblocked on GitLab, which is left alone',
    ]);
  });
});

describe('accounts that GitLab makes otherwise', () => {
  test('wait for approval: they get no role, and the setting is named, until they are approved', async () => {
    const where = await peopled({ gitlab: { settings: { userCap: 3 } } });
    const { gitlab } = where;
    const first = await migrated(where, withPeople);
    const waiting = gitlab.context.state.users.filter(({ state }) => state === 'blocked_pending_approval');
    expect(waiting.length).toBeGreaterThan(1);
    const members = [...rolesIn(gitlab, 'team'), ...rolesIn(gitlab, 'team/app')].join();
    for (const { username } of waiting.filter((user) => user.username !== 'left')) {
      expect(members).not.toContain(username);
      const { state, steps } = first.item(`@${username}`);
      expect([state, steps[0]?.check?.differences[0]?.fix]).toEqual([
        'refused',
        expect.stringContaining('User cap'),
      ]);
    }
    const again = await migrated(where, withPeople);
    expect([again.writes, again.item(`@${waiting[0]?.username}`).state]).toEqual([[], 'refused']);
    for (const user of waiting) if (user.username !== 'left') user.state = 'active';
    const last = await migrated(where, withPeople);
    expect(new Set(last.items.map(({ state }) => state))).toEqual(new Set(['proven']));
    expect(rolesIn(gitlab, 'team')).toEqual(['alice 50', 'bob 30', 'root 50']);
  });

  test('are external: they get their roles, and it is said what they cannot do and which setting says so', async () => {
    const where = await peopled({ gitlab: { settings: { newUsersExternal: true } } });
    const { item } = await migrated(where, withPeople);
    expect(rolesIn(where.gitlab, 'team')).toEqual(['alice 50', 'bob 30', 'root 50']);
    expect(item('@alice').state).toBe('proven');
    expect(saidBy(item('@alice'), 'account').join()).toMatch(/is external: .* Account and limit/);
  });

  test('carry the identity of their sign-in, where the config knows the provider', async () => {
    const where = await peopled();
    const federation = { issuer: 'https://id.example.com', subject: '42' };
    where.gitbucket.addUser({ login: 'oidc', email: 'oidc@example.com', federation });
    const providers = { 'https://id.example.com': 'openid_connect' };
    await migrated(where, { ...withPeople, config: { ...withPeople.config, people: { providers } } });
    expect(where.gitlab.context.routes.userByName('oidc')?.identities).toEqual([
      { provider: 'openid_connect', externUid: '42' },
    ]);
  });

  test('are refused: the name is told with what to do, and the others go on', async () => {
    const where = await peopled();
    const between = (): void => {
      where.gitlab.addUser({ username: 'bob', email: 'another@example.com' });
    };
    const { item } = await migrated(where, { ...withPeople, between });
    expect(item('@bob')).toMatchObject({ state: 'blocked', problem: { code: 'account-refused' } });
    expect(rolesIn(where.gitlab, 'team')).toEqual(['alice 50', 'root 50']);
    expect(saidBy(item('team'), 'group-members')).toContainEqual(
      expect.stringContaining('bob: the account was not created'),
    );
  });
});

async function withNotes(options: Parameters<typeof peopled>[0] = {}): ReturnType<typeof peopled> {
  const where = await peopled(options);
  where.gitbucket.addRepository({ owner: 'carol', name: 'notes', defaultBranch: 'main', private: true });
  commitOn(where.gitbucket.gitDir('carol', 'notes'), 'main', 'one');
  addCollaborator(where.gitbucket.context, 'carol/notes', 'dave', 'DEVELOPER');
  return where;
}

describe("people's own repositories", () => {
  test('go into the personal namespace of the account that is made for them', async () => {
    const where = await withNotes();
    const { item } = await migrated(where, withPeople);
    expect([item('carol').state, item('carol/notes').state]).toEqual(['proven', 'proven']);
    expect(rolesIn(where.gitlab, 'carol/notes')).toContain('dave 30');
    expect(where.gitlab.mails).toEqual([]);
    expect((await migrated(where, withPeople)).writes).toEqual([]);
  });

  test.each([
    [{ userCap: 1 }, 'waits for approval'],
    [{ newUsersExternal: true }, 'is external'],
  ])('wait where that account can have none: %j', async (settings, why) => {
    const where = await withNotes({ gitlab: { settings } });
    const { item } = await migrated(where, withPeople);
    expect(item('carol')).toMatchObject({ state: 'blocked', problem: { code: 'account-unusable' } });
    expect(item('carol').problem?.message).toContain(why);
    expect(item('carol/notes').state).toBe('blocked');
    expect(item('team/app').state).toBe('proven');
  });

  test('in a group make them its Owners', async () => {
    const where = await withNotes();
    where.gitlab.addUser({ username: 'carol', email: 'carol@example.com' });
    const config = { map: { owners: { carol: 'of-carol' } } };
    const { item } = await migrated(where, { password: 'root', config });
    expect(item('carol').state).toBe('proven');
    expect(rolesIn(where.gitlab, 'of-carol')).toEqual(['carol 50', 'root 50']);
    expect(mailed(where.gitlab)).toEqual([]);
  });
});

describe('what GitLab does not take', () => {
  test('of single sign-on is told as such, and the others get their roles', async () => {
    const where = await peopled();
    const { gitlab } = where;
    for (const username of ['alice', 'bob']) gitlab.addUser({ username, email: `${username}@example.com` });
    const alice = gitlab.context.routes.userByName('alice');
    if (alice) alice.identities = [{ provider: 'group_saml', externUid: 'alice' }];
    gitlab.settings.groupsWithSso.push('team');
    const { item } = await migrated(where, { password: 'root' });
    expect(rolesIn(gitlab, 'team')).toEqual(['alice 50', 'root 50']);
    expect(item('team').state).toBe('refused');
    const [difference] =
      item('team').steps.find(({ step }) => step === 'group-members')?.check?.differences ?? [];
    expect(difference).toMatchObject({
      code: 'role-refused',
      fix: expect.stringContaining('single sign-on'),
    });
  });

  test('nobody without an account is invited, and all of them are named', async () => {
    const where = await peopled();
    const { item, writes } = await migrated(where, { password: 'root' });
    expect(writes.filter((write) => /invitations|members|users/.test(write))).toEqual([]);
    expect(saidBy(item('team'), 'group-members')).toEqual([
      'no role for alice and bob: no account on GitLab',
    ]);
    expect(item('team').state).toBe('proven');
  });

  test('a group of which GitBucket tells different things gives no roles before somebody has looked', async () => {
    const where = await peopled();
    const body =
      '<div class="block">\n  <div class="block-header">\n    <a href="/carol">carol</a>\n  </div>\n</div>';
    const headers = { 'content-type': 'text/html;charset=utf-8' };
    const page = { kind: 'status', status: 200, body, headers } as const;
    where.gitbucket.server.faults.add({ url: /team\?tab=members/, times: 2, action: page });
    const { item } = await migrated(where, withPeople);
    expect(rolesIn(where.gitlab, 'team')).toEqual(['root 50']);
    expect(item('team').state).toBe('blocked');
    expect(saidBy(item('team'), 'group-members').join()).toContain(
      'do not agree on who is in the group team',
    );
    expect(item('team/app').state).toBe('proven');
  });
});
