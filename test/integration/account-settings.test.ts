import { expect, test } from 'vitest';
import { addSshKey, setAvatar } from '../../sandbox/gitbucket.ts';
import type { StepResult } from '../../src/model/result.ts';
import { killed, migrated, type Migrated, type Migration } from '../helpers/migrated.ts';
import { peopled, withPeople } from '../helpers/peopled.ts';
import { pngOf } from '../helpers/pictures.ts';
import type { TestServers } from '../helpers/servers.ts';
import { sshKey } from '../helpers/ssh-keys.ts';

const withKeys: Migration = {
  ...withPeople,
  config: { migrate: { createUsers: true, sshKeys: true } },
};

function stepOf(run: Migrated, step: string, login = 'alice'): StepResult | undefined {
  return run.items.find(({ id }) => id === `@${login}`)?.steps.find((each) => each.step === step);
}

function told(run: Migrated, step: string, login = 'alice'): string[] {
  const person = run.plan.people.find(({ id }) => id === `@${login}`);
  return person?.steps.find((each) => each.step === step)?.notices.map(({ message }) => message) ?? [];
}

function give({ gitbucket }: TestServers, login: string, title: string, publicKey: string): void {
  addSshKey(gitbucket.context, login, { title, publicKey });
}

/** Titles of the keys of people, by account. */
function keysAt({ gitlab }: TestServers): string[] {
  const { users, keys = [] } = gitlab.context.state;
  const nameOf = (id: number): string => users.find((user) => user.id === id)?.username ?? '';
  return keys
    .filter(({ deploy }) => !deploy)
    .map(({ userId, title }) => `${nameOf(userId)} ${title}`)
    .sort();
}

function keyMails({ gitlab }: TestServers): string[] {
  return gitlab.mails.filter(({ kind }) => kind === 'key-added').map(({ to, about }) => `${to} ${about}`);
}

test('SSH keys stay unless they are asked for', async () => {
  const where = await peopled();
  give(where, 'alice', 'laptop', sshKey('a'));
  const run = await migrated(where, withPeople);
  expect(stepOf(run, 'account-keys')).toBeUndefined();
  expect(keyMails(where)).toEqual([]);
});

test('SSH keys move on demand, each with the mail that the plan announced, and once', async () => {
  const where = await peopled();
  give(where, 'alice', 'laptop', sshKey('a', 'alice at home'));
  give(where, 'alice', 'tower', sshKey('b'));
  give(where, 'bob', 'bob', sshKey('c'));
  give(where, 'left', 'old', sshKey('d'));
  const first = await migrated(where, withKeys);
  expect(told(first, 'account-keys')).toEqual(['GitLab sends alice 2 mails, one about each new key']);
  expect(told(first, 'account-keys', 'bob')).toEqual(['GitLab sends bob a mail about the new key']);
  expect(keysAt(where)).toEqual(['alice laptop', 'alice tower', 'bob bob']);
  expect(keyMails(where).sort()).toEqual([
    'alice@example.com laptop',
    'alice@example.com tower',
    'bob@example.com bob',
  ]);
  const second = await migrated(where, withKeys);
  expect(second.writes).toEqual([]);
  expect(told(second, 'account-keys')).toEqual([]);
  expect(stepOf(second, 'account-keys')).toMatchObject({ state: 'proven', check: { compared: 2 } });
});

test('a key that an account on GitLab has is told with the account, and not tried again', async () => {
  const where = await peopled();
  const { gitlab } = where;
  const { id } = gitlab.addUser({ username: 'carla', email: 'carol@example.com' });
  const shared = { title: 'mine', key: sshKey('a') };
  const headers = { 'private-token': gitlab.token('root'), 'content-type': 'application/json' };
  const body = JSON.stringify(shared);
  await fetch(`${gitlab.url}/api/v4/users/${id}/keys`, { method: 'POST', headers, body });
  give(where, 'alice', 'laptop', sshKey('a'));
  const first = await migrated(where, withKeys);
  expect(stepOf(first, 'account-keys')).toMatchObject({ state: 'refused' });
  expect(stepOf(first, 'account-keys')?.check?.differences[0]?.message).toBe(
    'GitLab does not take the SSH key laptop: the account carla has it',
  );
  expect((await migrated(where, withKeys)).writes).toEqual([]);
});

test('a key that two people have on GitBucket goes to one of them, and the other one is told whose it is', async () => {
  const where = await peopled();
  give(where, 'alice', 'laptop', sshKey('a', 'alice'));
  give(where, 'bob', 'shared', sshKey('a', 'bob at the laptop of alice'));
  const first = await migrated(where, withKeys);
  const [kept] = keysAt(where);
  expect(keysAt(where)).toHaveLength(1);
  const other = kept === 'alice laptop' ? 'bob' : 'alice';
  expect(stepOf(first, 'account-keys', other)?.check?.differences[0]?.message).toMatch(
    /^GitLab does not take the SSH key .*: the account (?:alice|bob) has it$/,
  );
  expect(keyMails(where)).toHaveLength(1);
  expect((await migrated(where, withKeys)).writes).toEqual([]);
});

test('a key that was removed on GitLab stays removed', async () => {
  const where = await peopled();
  const { gitlab } = where;
  give(where, 'alice', 'laptop', sshKey('a'));
  await migrated(where, withKeys);
  gitlab.context.state.keys = [];
  const run = await migrated(where, withKeys);
  expect(run.writes).toEqual([]);
  expect(stepOf(run, 'account-keys')?.check?.differences[0]).toMatchObject({ code: 'ssh-key-kept' });
});

test('the picture of a person moves where the account has none, and a chosen one stays', async () => {
  const where = await peopled();
  const { gitlab, gitbucket } = where;
  const chosen = gitlab.addUser({ username: 'bob', email: 'bob@example.com' });
  chosen.avatar = 'chosen.png';
  setAvatar(gitbucket.context, 'alice', 'a.png', pngOf('a'));
  setAvatar(gitbucket.context, 'bob', 'b.png', pngOf('b'));
  const first = await migrated(where, withPeople);
  expect(stepOf(first, 'account-avatar')).toMatchObject({ state: 'proven', changed: true });
  expect(stepOf(first, 'account-avatar', 'bob')?.check?.differences[0]).toMatchObject({
    code: 'avatar-kept',
  });
  expect(stepOf(first, 'account-avatar', 'carol')).toBeUndefined();
  const shown = Object.fromEntries(
    gitlab.context.state.users.map(({ username, avatar }) => [username, avatar]),
  );
  expect(shown['alice']).toMatch(/^avatar-/);
  expect(shown['bob']).toBe('chosen.png');
  expect((await migrated(where, withPeople)).writes).toEqual([]);
});

test('a run that is killed at any key comes to the same end, with one mail for each', async () => {
  for (let write = 1; ; write += 1) {
    const where = await peopled();
    give(where, 'alice', 'laptop', sshKey('a'));
    give(where, 'bob', 'tower', sshKey('b'));
    const hit = await killed(where, { ...withKeys, killAt: { write, of: /\/keys$/, served: true } });
    await migrated(where, withKeys);
    expect(keysAt(where), `after key ${write}`).toEqual(['alice laptop', 'bob tower']);
    expect(keyMails(where)).toHaveLength(2);
    if (!hit) break;
  }
});
