import { expect, test } from 'vitest';
import { addCollaborator } from '../../sandbox/gitbucket.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { migrated, type Migrated } from '../helpers/migrated.ts';
import { peopled, rolesIn, withPeople } from '../helpers/peopled.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import { as } from './sandbox-gitlab/api-fixture.ts';

/** Levels in force in a project by user name, also those that come from groups above and groups that are invited. */
async function levelsAt({ gitlab }: TestServers, path: string): Promise<Record<string, number>> {
  const { id } = gitlab.project(path);
  const { body } = await as(gitlab, gitlab.token('root')).get(`/projects/${id}/members/all`);
  const rows = body as { username: string; access_level: number }[];
  const levels: Record<string, number> = {};
  for (const { username, access_level: level } of rows)
    levels[username] = Math.max(level, levels[username] ?? 0);
  return levels;
}

function member(login: string, manager = false): { login: string; manager: boolean } {
  return { login, manager };
}

function accountOf({ plan }: Migrated, login: string): string {
  const found = plan.people.find(({ person }) => person.login === login);
  return found === undefined ? 'nobody' : `${found.action} ${found.fullPath}`;
}

function usersOf({ gitlab }: TestServers): string[] {
  return gitlab.context.state.users.map(({ username, email }) => `${username} ${email}`).toSorted();
}

test('groups come with who manages them and who is in them, also without any repository (situations 27 and 38)', async () => {
  const where = await peopled();
  const { gitbucket, gitlab } = where;
  gitbucket.addGroup({ login: 'hollow', members: [member('carol', true)] });
  gitbucket.addGroup({ login: 'two', members: [member('carol', true), member('dave')] });
  gitbucket.addGroup({ login: 'three', members: [member('carol', true), member('dave', true)] });
  const { items } = await migrated(where, withPeople);
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
  expect(rolesIn(gitlab, 'hollow')).toEqual(['carol 50', 'root 50']);
  expect(rolesIn(gitlab, 'two')).toEqual(['carol 50', 'dave 30', 'root 50']);
  expect(rolesIn(gitlab, 'three')).toEqual(['carol 50', 'dave 50', 'root 50']);
  expect(rolesIn(gitlab, 'guests')).toEqual(['dave 50', 'root 50']);
});

test('who collaborates in two ways has the higher role (situation 39)', async () => {
  const where = await peopled();
  const { context } = where.gitbucket;
  where.gitbucket.addUser({ login: 'erin', email: 'erin@example.com' });
  context.account('guests')?.members.push({ login: 'erin', manager: false });
  // Dave has more by himself than by his group, Erin less; Bob is in the group of the repository.
  addCollaborator(context, 'team/app', 'dave', 'ADMIN');
  addCollaborator(context, 'team/app', 'erin', 'GUEST');
  addCollaborator(context, 'team/app', 'bob', 'ADMIN');
  const { item } = await migrated(where, withPeople);
  expect(item('team/app').state).toBe('proven');
  expect(rolesIn(where.gitlab, 'team')).toContain('bob 30');
  expect(await levelsAt(where, 'team/app')).toMatchObject({
    alice: 50,
    bob: 40,
    carol: 40,
    dave: 40,
    erin: 30,
  });
  expect((await migrated(where, withPeople)).writes).toEqual([]);
});

test('names that GitLab does not take become others, names in two letter cases two accounts (situations 32 and 34)', async () => {
  const where = await testServers();
  const odd = ['x', 'a..b', 'duo-bot', 'me.json', 'dashboard', 'jane.doe@corp', 'john doe', 'Erin', 'erin'];
  for (const [index, login] of odd.entries())
    where.gitbucket.addUser({ login, email: `p${index}@example.com` });
  where.gitbucket.addUser({ login: 'ops', email: 'ops@example.com' });
  where.gitbucket.addGroup({ login: 'Ops', members: [{ login: 'erin', manager: true }] });
  const first = await migrated(where, withPeople);
  expect(first.items.flatMap(({ id, state }) => (state === 'proven' ? [] : [id]))).toEqual([]);
  // GitLab has one account of that name in any letter case: whose it is to be is asked, and nobody loses an account.
  expect(accountOf(first, 'Erin')).toBe('create Erin');
  expect(accountOf(first, 'erin')).toBe('ask ');
  expect(first.plan.people.find(({ person }) => person.login === 'erin')?.reasons).toEqual([
    'the name erin is also to be that of Erin',
  ]);
  const rows = new Map([['erin', { line: 2, username: 'erin-2', provider: '', externUid: '' }]]);
  const run = await migrated(where, { ...withPeople, rows });
  expect(accountOf(run, 'erin')).toBe('create erin-2');
  const made = where.gitlab.context.state.users.filter(({ username }) => username !== 'root');
  expect(made.map(({ email }) => email).toSorted()).toEqual(
    ['ops@example.com', ...odd.map((_, index) => `p${index}@example.com`)].toSorted(),
  );
  const names = made.map(({ username }) => username);
  expect(names).toEqual(expect.arrayContaining(['ops', 'Erin', 'erin-2']));
  const group = run.plan.groups.find(({ id }) => id === 'Ops');
  expect([group?.fullPath.toLowerCase() === 'ops', group?.reasons.length]).toEqual([false, 1]);
  expect(rolesIn(where.gitlab, group?.fullPath ?? '')).toEqual(['erin-2 50', 'root 50']);
});

test('root of one server is not root of the other, unless somebody says so (situation 33)', async () => {
  const where = await testServers();
  const { gitbucket, gitlab } = where;
  gitbucket.addRepository({ owner: 'root', name: 'scripts', defaultBranch: 'main' });
  commitOn(gitbucket.gitDir('root', 'scripts'), 'main', 'one');
  const before = usersOf(where);
  const first = await migrated(where, withPeople);
  expect(accountOf(first, 'root')).toBe('ask ');
  expect(first.plan.people[0]?.reasons).toEqual([
    'there is an account root, but its mail address is made up',
  ]);
  expect(first.item('root/scripts').target.path).not.toMatch(/^root\//);
  expect(usersOf(where)).toEqual(before);

  const config = { migrate: { createUsers: true }, map: { users: { root: 'root' } } };
  const said = await testServers();
  said.gitbucket.addRepository({ owner: 'root', name: 'scripts', defaultBranch: 'main' });
  commitOn(said.gitbucket.gitDir('root', 'scripts'), 'main', 'one');
  const second = await migrated(said, { password: 'root', config });
  expect([accountOf(second, 'root'), second.item('root/scripts').target.path]).toEqual([
    'use root',
    'root/scripts',
  ]);
  expect(usersOf(said)).toEqual(usersOf(where));
  expect(gitlab.mails.concat(said.gitlab.mails).filter(({ kind }) => kind !== 'access-granted')).toEqual([]);
});

test('no address that GitBucket made up gets an account or a mail (situation 37)', async () => {
  const where = await peopled();
  const { gitbucket, gitlab } = where;
  gitbucket.addUser({ login: 'ldap', email: 'ldap@ldap-devnull', password: null });
  gitbucket.addUser({
    login: 'many',
    email: 'many@devnull',
    extraMails: ['many@example.com', 'other@example.com'],
  });
  const run = await migrated(where, withPeople);
  expect([accountOf(run, 'ldap'), accountOf(run, 'many')]).toEqual(['none ', 'create many']);
  expect(usersOf(where)).toContain('many many@example.com');
  expect(usersOf(where).join()).not.toMatch(/devnull|ldap/);
  expect(gitlab.context.state.users.every(({ emails = [] }) => emails.length === 0)).toBe(true);
  expect(gitlab.mails).toEqual([]);
});

test('who left gets an account that is blocked, no mail, and stays the author of the commits (P04, situation 36)', async () => {
  const where = await peopled();
  const { gitbucket, gitlab } = where;
  const source = gitbucket.gitDir('team', 'app');
  const author = 'Left <left@example.com> 1600000000 +0000';
  const tip = filesOf(source, { 'a.txt': 'a' }, { author, parents: [git(source, 'rev-parse', 'main')] });
  git(source, 'update-ref', 'refs/heads/main', tip);
  const run = await migrated(where, withPeople);
  expect([run.item('@left').state, run.item('team/app').state]).toEqual(['proven', 'proven']);
  const left = gitlab.context.routes.userByName('left');
  expect([left?.state, left?.email]).toEqual(['blocked', 'left@example.com']);
  const { id } = gitlab.project('team/app');
  const { body } = await as(gitlab, gitlab.token('root')).get(`/projects/${id}/repository/branches/main`);
  expect(body).toMatchObject({ commit: { id: tip, author_email: 'left@example.com' } });
  expect(gitlab.mails).toEqual([]);
  expect(rolesIn(gitlab, 'team').join()).not.toContain('left');
});
