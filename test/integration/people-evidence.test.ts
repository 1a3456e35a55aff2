import { expect, test } from 'vitest';
import type { PlannedPerson } from '../../src/model/plan.ts';
import { parsePeopleFile, renderPeopleFile } from '../../src/plan/people-file.ts';
import { migrated, type Migrated, type Migration } from '../helpers/migrated.ts';
import { peopled, rolesIn, withPeople } from '../helpers/peopled.ts';

function personIn({ plan }: Migrated, login: string): PlannedPerson {
  const found = plan.people.find(({ person }) => person.login === login);
  if (!found) throw new Error(`the plan has no ${login}`);
  return found;
}

/** The row of a person in the file that the plan writes. */
function rowOf({ plan }: Migrated, login: string): Record<string, string> {
  const file = parsePeopleFile(renderPeopleFile(null, plan.people) ?? '', 'people.csv');
  return file.records.find((record) => record['login'] === login) ?? {};
}

const further = { username: 'ally', email: 'private@home.example', confirmedAt: '2024-01-01T00:00:00Z' };

test('an address that is a further one on GitLab: an administrator hits, anybody else is told of the miss and how to mend it (P01)', async () => {
  const emails = [{ address: 'Alice@example.com', confirmed: true }];
  const where = await peopled();
  where.gitlab.addUser({ ...further, emails });
  const hit = await migrated(where, { password: 'root' });
  expect(rowOf(hit, 'alice')).toMatchObject({ account: 'ally', evidence: 'mail' });
  expect(rowOf(hit, 'alice')['what_happens']).toContain('has the address alice@example.com as a further one');
  expect(rolesIn(where.gitlab, 'team')).toContain('ally 50');

  const other = await peopled();
  other.gitlab.addUser({ ...further, emails });
  other.gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  const options: Migration = { password: 'root', user: 'mover' };
  let seen = '';
  const miss = await migrated(other, {
    ...options,
    // It is said before anything is written.
    between: ({ people }) => {
      seen = people.find(({ person }) => person.login === 'alice')?.reasons.join() ?? '';
    },
  });
  expect(seen).toContain('no account that can be told to be theirs');
  expect(rowOf(miss, 'alice')).toMatchObject({ account: '', evidence: 'nothing', gitlab_username: '' });
  expect(rolesIn(other.gitlab, 'team').join()).not.toContain('ally');

  const rows = new Map([['alice', { line: 2, username: 'ally', provider: '', externUid: '' }]]);
  const mended = await migrated(other, { ...options, rows });
  expect(personIn(mended, 'alice')).toMatchObject({ action: 'use', evidence: 'file', fullPath: 'ally' });
  expect(rolesIn(other.gitlab, 'team')).toContain('ally 50');
});

test('plan and file tell whose first sign-in by LDAP, SAML or OpenID Connect will not find the account (P06)', async () => {
  const where = await peopled();
  const { gitbucket, gitlab } = where;
  const federation = { issuer: 'https://id.example.com', subject: '42' };
  gitbucket.addUser({ login: 'dir', email: 'dir@example.com', password: null });
  gitbucket.addUser({ login: 'sso', email: 'sso@example.com', federation });
  gitbucket.addUser({
    login: 'known',
    email: 'known@example.com',
    federation: { ...federation, subject: '7' },
  });
  gitbucket.addUser({ login: 'linked', email: 'linked@example.com', password: null });
  gitlab.addUser({
    username: 'known',
    email: 'known@example.com',
    identities: [{ provider: 'saml', externUid: 'known' }],
  });
  const rows = new Map([
    ['linked', { line: 2, username: '', provider: 'ldapmain', externUid: 'uid=linked' }],
  ]);
  const run = await migrated(where, { ...withPeople, rows });
  const told = Object.fromEntries(
    ['alice', 'left', 'dir', 'sso', 'known', 'linked'].map((login) => [
      login,
      rowOf(run, login)['at_first_sign_in'],
    ]),
  );
  expect(told).toEqual({
    alice: 'alice has a random password: "Forgot your password?" sets another',
    left: 'the account is disabled on GitBucket: nobody is expected to sign in',
    dir: 'LDAP finds dir by its mail address, if GitLab uses the same directory',
    sso: expect.stringMatching(/^OpenID Connect or SAML does not find sso, unless .*omniauth_auto_link_user/),
    known: 'signs in to known by saml',
    linked: 'signs in to linked by ldapmain',
  });
  for (const login of Object.keys(told)) expect(personIn(run, login).firstSignIn).toBe(told[login]);
  const identities = (name: string): unknown => gitlab.context.routes.userByName(name)?.identities ?? [];
  expect([identities('linked'), identities('sso')]).toEqual([
    [{ provider: 'ldapmain', externUid: 'uid=linked' }],
    [],
  ]);
});

test('new accounts are external by the address rule of GitLab: only those, and their personal namespaces, are told (P08)', async () => {
  const settings = { newUsersExternal: true, internalAddresses: '@example\\.com$' };
  const where = await peopled({ gitlab: { settings } });
  where.gitbucket.addUser({ login: 'guest', email: 'guest@elsewhere.example' });
  where.gitbucket.context.account('team')?.members.push({ login: 'guest', manager: false });
  const run = await migrated(where, withPeople);
  const external = run.items.flatMap(({ id, steps }) =>
    steps.some(({ check, notices }) =>
      [...(check?.differences ?? []), ...notices].some(({ code }) => code === 'account-external'),
    )
      ? [id]
      : [],
  );
  expect(external).toEqual(['@guest']);
  expect(rolesIn(where.gitlab, 'team')).toContain('guest 30');
});

test('a collaborator without an account is named, and nobody is asked to come by mail (P10)', async () => {
  const where = await peopled();
  const { gitlab } = where;
  gitlab.addUser({ username: 'dave', email: 'dave@example.com' });
  const { item, writes } = await migrated(where, { password: 'root' });
  const notices = item('team/app').steps.flatMap((step) => step.notices.map(({ message }) => message));
  expect(notices).toContainEqual(expect.stringContaining('no role for bob and carol: no account on GitLab'));
  expect(item('team/app').state).toBe('proven');
  const inviting = /invitations|\/emails|reset_password|resend_confirmation|\/users(?:\/|$)/;
  expect(writes.filter((write) => inviting.test(write))).toEqual([]);
  expect(gitlab.mails.filter(({ to }) => to !== 'admin@example.com')).toEqual([]);
});
