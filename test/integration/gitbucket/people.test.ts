import { describe, expect, test } from 'vitest';
import {
  addSshKey,
  setAvatar,
  type EmbeddedGitBucket,
  type GitBucketOptions,
} from '../../../sandbox/gitbucket.ts';
import type { Via } from '../../../src/model/people.ts';
import { sourceOf } from '../../helpers/adapters.ts';
import { testServers } from '../../helpers/servers.ts';

const administrator = { username: 'root', password: 'root' };

function member(login: string, manager = false) {
  return { login, manager };
}

/** A server with all kinds of people and two groups. */
async function peopled(options: Partial<GitBucketOptions> = {}): Promise<EmbeddedGitBucket> {
  const { gitbucket } = await testServers({ gitbucket: options });
  const createdAt = Date.UTC(2024, 0, 2, 3, 4, 5);
  const add = (login: string, more: object = {}): void => {
    gitbucket.addUser({ login, email: `${login}@example.com`, createdAt, ...more });
  };
  add('alice', {
    fullName: 'Alice (née "A") <Ärger> - Administrator',
    extraMails: ['a@example.org', 'a@b.devnull'],
  });
  add('bob.b', { admin: true });
  add('Bob.B', { email: '' });
  add('x@corp', { email: 'x@corp@ldap-devnull', password: null });
  add('oidc', { federation: { issuer: 'https://id.example.com', subject: '42' } });
  add('left');
  gitbucket.addGroup({ login: 'team', members: [member('alice', true), member('bob.b'), member('x@corp')] });
  gitbucket.addGroup({ login: 'we ird', members: [member('Bob.B', true)] });
  gitbucket.disable('left');
  gitbucket.server.requests.length = 0;
  return gitbucket;
}

function asked({ server }: EmbeddedGitBucket): string[] {
  return server.requests.splice(0).map(({ method, url }) => `${method} ${url}`);
}

const query = 'POST /admin/dbviewer/_query';

describe('people', () => {
  for (const version of ['4.36', '4.42', '4.47'] as const)
    test(`${version}: an administrator's login shows everybody with all that is known, in three queries`, async () => {
      const gitbucket = await peopled({ version });
      const source = sourceOf(gitbucket, 'root', administrator);
      const { value, via, notices } = await source.people();
      expect([via, notices, value?.disabledToo]).toEqual([['database'], [], true]);
      expect(asked(gitbucket)).toEqual(['POST /signin', query, query, query]);
      const people = new Map(value?.people.map((person) => [person.login, person]));
      expect([...people.keys()]).toEqual(['Bob.B', 'alice', 'bob.b', 'left', 'oidc', 'root', 'x@corp']);
      expect(people.get('alice')).toEqual({
        login: 'alice',
        fullName: 'Alice (née "A") <Ärger> - Administrator',
        mail: { address: 'alice@example.com', madeUp: false },
        extraMails: [
          { address: 'a@example.org', madeUp: false },
          { address: 'a@b.devnull', madeUp: false },
        ],
        administrator: false,
        disabled: false,
        signsInBy: 'password',
        identities: [],
        lastSignIn: null,
        createdAt: '2024-01-02 03:04:05.0',
      });
      expect(people.get('bob.b')).toMatchObject({ administrator: true });
      expect(people.get('Bob.B')).toMatchObject({ mail: null, extraMails: [] });
      expect(people.get('left')).toMatchObject({ disabled: true });
      expect(people.get('x@corp')).toMatchObject({
        mail: { address: 'x@corp@ldap-devnull', madeUp: true },
        signsInBy: 'directory',
      });
      expect(people.get('oidc')).toMatchObject({
        signsInBy: 'federation',
        identities: [{ issuer: 'https://id.example.com', subject: '42' }],
      });
      expect(people.get('root')?.lastSignIn).toMatch(/^\d{4}-\d\d-\d\d /);
      await source.people();
      expect(asked(gitbucket)).toEqual([]);
    });

  test('a token shows those that are enabled, by name, mail and rights', async () => {
    const gitbucket = await peopled();
    const { value, via } = await sourceOf(gitbucket).people();
    expect([via, value?.disabledToo]).toEqual([['api'], false]);
    expect(asked(gitbucket)).toEqual(['GET /api/v3/users']);
    expect(value?.people.map(({ login }) => login)).toEqual([
      'Bob.B',
      'alice',
      'bob.b',
      'oidc',
      'root',
      'x@corp',
    ]);
    expect(value?.people[1]).toEqual({
      login: 'alice',
      fullName: null,
      mail: { address: 'alice@example.com', madeUp: false },
      extraMails: null,
      administrator: false,
      disabled: false,
      signsInBy: null,
      identities: [],
      lastSignIn: null,
      createdAt: '2024-01-02T03:04:05Z',
    });
  });

  test('where the database cannot be asked, the page of all accounts tells', async () => {
    const gitbucket = await peopled();
    refuseQueries(gitbucket);
    const { value, via } = await sourceOf(gitbucket, 'root', administrator).people();
    expect([via, value?.disabledToo]).toEqual([['session'], true]);
    const people = new Map(value?.people.map((person) => [person.login, person]));
    expect([...people.keys()]).toEqual(['Bob.B', 'alice', 'bob.b', 'left', 'oidc', 'root', 'x@corp']);
    expect(people.get('alice')).toMatchObject({
      fullName: 'Alice (née "A") <Ärger> - Administrator',
      mail: { address: 'alice@example.com' },
      extraMails: null,
      administrator: false,
      disabled: false,
    });
    expect(people.get('bob.b')).toMatchObject({ administrator: true, lastSignIn: null });
    expect(people.get('Bob.B')).toMatchObject({ mail: null });
    expect(people.get('left')).toMatchObject({ disabled: true });
    expect(people.get('root')?.lastSignIn).toMatch(/^\d{4}-\d\d-\d\d /);
  });

  test('a version without a list of users tells nobody without an administrator', async () => {
    const gitbucket = await peopled({ version: '4.23' });
    expect(await sourceOf(gitbucket).people()).toEqual({ value: null, via: [], notices: [] });
    const { value } = await sourceOf(gitbucket, 'root', administrator).people();
    expect(value?.people.find(({ login }) => login === 'alice')).toMatchObject({ extraMails: null });
  });
});

/** As a version before 4.21, or something in front of it, would. */
function refuseQueries(gitbucket: EmbeddedGitBucket): void {
  gitbucket.server.faults.add({ url: /dbviewer/, action: { kind: 'status', status: 404 } });
}

describe('the login for pages', () => {
  test('is tried once, and a refusal is told and leaves the ways of the token', async () => {
    const gitbucket = await peopled();
    const source = sourceOf(gitbucket, 'root', { username: 'oidc', password: 'guessed' });
    const session = await source.session();
    expect(session.state).toBe('refused');
    expect(session.notices.map(({ code }) => code)).toEqual(['source-session-refused']);
    expect(session.notices[0]?.message).toContain('does not let oidc sign in');
    expect((await source.people()).via).toEqual(['api']);
    expect((await source.members('team')).via).toEqual(['page', 'api']);
    expect(asked(gitbucket).filter((request) => request.includes('/signin'))).toHaveLength(1);
  });

  test('tells an administrator from a user and from nobody', async () => {
    const gitbucket = await peopled();
    const state = async (login?: string) => {
      const password = login === undefined ? {} : { username: login, password: login };
      return (await sourceOf(gitbucket, 'root', password).session()).state;
    };
    expect([await state(), await state('alice'), await state('bob.b')]).toEqual([
      'none',
      'user',
      'administrator',
    ]);
    refuseQueries(gitbucket);
    expect(await state('root')).toBe('administrator');
  });

  test('goes on where GitBucket sends it to another address than ours', async () => {
    const gitbucket = await peopled({ baseUrl: 'https://gitbucket.example.com/elsewhere' });
    const { via } = await sourceOf(gitbucket, 'root', administrator).people();
    expect(via).toEqual(['database']);
  });

  test('is refused where something in front lets nobody pass without a token, which then tells what it can', async () => {
    for (const gate of ['forbidden', 'login-page', { signOn: 'https://sso.example.com/' }] as const) {
      const gitbucket = await peopled({ gate });
      const source = sourceOf(gitbucket, 'root', administrator);
      expect((await source.session()).state).toBe('refused');
      expect((await source.people()).via).toEqual(['api']);
      expect((await source.members('team')).via).toEqual(['api']);
      expect((await source.sshKeys('alice')).value).toBeNull();
      expect((await source.avatar('alice')).value).toBeNull();
    }
  });

  test('of somebody who is no administrator opens no queries, and asks for none again', async () => {
    const gitbucket = await peopled();
    const source = sourceOf(gitbucket, 'root', { username: 'alice', password: 'alice' });
    expect((await source.people()).via).toEqual(['api']);
    await source.sshKeys('alice');
    await source.members('team');
    expect(asked(gitbucket).filter((request) => request === query)).toHaveLength(1);
  });
});

describe('members of a group', () => {
  const team = [
    { login: 'alice', manager: true },
    { login: 'bob.b', manager: false },
    { login: 'x@corp', manager: false },
  ];

  for (const version of ['4.36', '4.42', '4.47'] as const)
    test(`${version}: are the same by database, page and API, in one query and one request for each user`, async () => {
      const gitbucket = await peopled({ version });
      const source = sourceOf(gitbucket, 'root', administrator);
      const ways: Via[] = ['database', 'session', 'api'];
      expect(await source.members('team')).toEqual({ value: team, via: ways, notices: [] });
      expect(await source.members('we ird')).toMatchObject({ value: [{ login: 'Bob.B' }], notices: [] });
      const requests = asked(gitbucket);
      expect(requests.filter((request) => request.endsWith('/orgs'))).toHaveLength(6);
      expect(requests.filter((request) => request === query)).toHaveLength(2);
    });

  test('are told without any login where the server is open', async () => {
    const gitbucket = await peopled();
    expect(await sourceOf(gitbucket).members('team')).toEqual({
      value: team,
      via: ['page', 'api'],
      notices: [],
    });
  });

  test('are told without managers where it is not', async () => {
    const gitbucket = await peopled({ anonymousAccess: false });
    const { value, via } = await sourceOf(gitbucket).members('team');
    expect(via).toEqual(['api']);
    expect(value).toEqual(team.map(({ login }) => ({ login, manager: null })));
  });

  test('are told by the token of anybody', async () => {
    const gitbucket = await peopled();
    expect(await sourceOf(gitbucket, 'oidc').members('team')).toMatchObject({ value: team });
  });

  test('are told by a login of anybody where the server is closed', async () => {
    const gitbucket = await peopled({ anonymousAccess: false });
    const source = sourceOf(gitbucket, 'oidc', { username: 'alice', password: 'alice' });
    expect(await source.members('team')).toEqual({ value: team, via: ['session', 'api'], notices: [] });
  });

  test('that the ways do not agree on are a problem that names both', async () => {
    const gitbucket = await peopled();
    const body = `<div class="block">
  <div class="block-header">
    <a href="/alice">alice</a>
  </div>
</div>
<div class="block">
  <div class="block-header">
    <a href="/root">root</a>
    (Manager)
  </div>
</div>`;
    const page = {
      kind: 'status',
      status: 200,
      body,
      headers: { 'content-type': 'text/html;charset=utf-8' },
    } as const;
    gitbucket.server.faults.add({ url: /tab=members/, times: 2, action: page });
    const { value, notices } = await sourceOf(gitbucket, 'root', administrator).members('team');
    expect(value).toEqual(team);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({ code: 'members-disagree', object: 'team' });
    expect(notices[0]?.message).toBe(
      'the database and the members page of GitBucket do not agree on who is in the group team: only the database has bob.b and x@corp; only the members page has root; they disagree on who manages it: alice',
    );
  });

  test('that somebody changes meanwhile are read again', async () => {
    const gitbucket = await peopled();
    const group = gitbucket.context.account('team');
    gitbucket.server.faults.add({
      url: /tab=members/,
      action: { kind: 'notice', call: () => void group?.members.push({ login: 'oidc', manager: false }) },
    });
    const { value, notices } = await sourceOf(gitbucket, 'root', administrator).members('team');
    expect(value?.map(({ login }) => login)).toEqual(['alice', 'bob.b', 'oidc', 'x@corp']);
    expect(notices).toEqual([]);
  });

  test('of a disabled group are in the database only', async () => {
    const gitbucket = await peopled();
    gitbucket.addGroup({ login: 'old', members: [{ login: 'alice', manager: true }] });
    const old = gitbucket.context.account('old');
    if (old) old.disabled = true;
    const { value, via, notices } = await sourceOf(gitbucket, 'root', administrator).members('old');
    expect([value, via, notices]).toEqual([[{ login: 'alice', manager: true }], ['database'], []]);
  });

  test('who are disabled are no disagreement', async () => {
    const gitbucket = await peopled();
    gitbucket.context.account('team')?.members.push({ login: 'left', manager: true });
    for (const login of [administrator, {}]) {
      const { value, notices } = await sourceOf(gitbucket, 'root', login).members('team');
      expect(value).toContainEqual({ login: 'left', manager: true });
      expect(notices).toEqual([]);
    }
  });
});

describe('keys and pictures', () => {
  test('keys come with titles from the database, and without from the page that everybody sees', async () => {
    const gitbucket = await peopled();
    const laptop = { title: "O'Laptop", publicKey: 'ssh-ed25519 AAAA é build host 1' };
    addSshKey(gitbucket.context, 'x@corp', laptop);
    addSshKey(gitbucket.context, 'bob.b', { ...laptop, title: 'the same' });
    const [source, open] = [sourceOf(gitbucket, 'root', administrator), sourceOf(gitbucket)];
    const key = laptop.publicKey;
    expect(await source.sshKeys('x@corp')).toMatchObject({
      value: [{ title: "O'Laptop", key }],
      via: ['database'],
    });
    expect(await source.sshKeys('bob.b')).toMatchObject({ value: [{ title: 'the same', key }] });
    expect(await source.sshKeys('alice')).toMatchObject({ value: [] });
    expect(asked(gitbucket)).toEqual(['POST /signin', query]);
    expect(await open.sshKeys('x@corp')).toMatchObject({ value: [{ title: null, key }], via: ['page'] });
    expect(await open.sshKeys('alice')).toMatchObject({ value: [], via: ['page'] });
  });

  test('keys cannot be told by a token where the server is closed, or before 4.25', async () => {
    for (const options of [{ anonymousAccess: false }, { version: '4.23' }] as const) {
      const gitbucket = await peopled(options);
      addSshKey(gitbucket.context, 'alice', { title: 'a', publicKey: 'ssh-ed25519 AAAA' });
      expect(await sourceOf(gitbucket).sshKeys('alice')).toMatchObject({ value: null, via: [] });
    }
  });

  test('pictures of their own are told from drawn ones by the database, and drawn ones are not asked for', async () => {
    const gitbucket = await peopled();
    const bytes = Buffer.from([0xff, 0xd8, 0x00, 0xfe, 0x0a]);
    setAvatar(gitbucket.context, 'team', 'avatar.png', bytes);
    const source = sourceOf(gitbucket, 'root', administrator);
    const own = await source.avatar('team');
    expect(own).toMatchObject({ value: { custom: true, picture: { type: 'image/png' } } });
    expect(own.via).toEqual(['database', 'session']);
    expect(Buffer.from(own.value?.picture?.bytes ?? [])).toEqual(bytes);
    asked(gitbucket);
    expect((await source.avatar('alice')).value).toEqual({ custom: false, picture: null });
    expect(asked(gitbucket)).toEqual([]);
  });

  test('without the database only another type than PNG tells a picture of their own', async () => {
    const gitbucket = await peopled();
    setAvatar(gitbucket.context, 'alice', 'avatar.jpg', Buffer.from([1, 2, 3]));
    const source = sourceOf(gitbucket);
    expect(await source.avatar('alice')).toMatchObject({ value: { custom: true }, via: ['page'] });
    expect(await source.avatar('bob.b')).toMatchObject({
      value: { custom: null, picture: { type: 'image/png' } },
    });
    const closed = await peopled({ anonymousAccess: false });
    expect(await sourceOf(closed).avatar('alice')).toMatchObject({ value: null, via: [] });
  });
});
