import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addHook, addSshKey, setAvatar } from '../../../sandbox/gitbucket.ts';
import { startTrackerServer, type TrackerServer } from './tracker-setup.ts';

let server: TrackerServer;
beforeEach(async () => {
  server = await startTrackerServer();
});
afterEach(() => server.close());

async function rows(sql: string): Promise<unknown> {
  const cookie = await server.signIn('root');
  const answer = await server.page('/admin/dbviewer/_query', { cookie, form: { query: sql } });
  return (answer.json() as { rows: unknown }).rows;
}

describe('people', () => {
  test('have keys that everybody can read, without titles (GB-55)', async () => {
    const { context } = server.gitbucket;
    addSshKey(context, 'alice', { title: 'laptop', publicKey: 'ssh-ed25519 AAAA alice@laptop' });
    addSshKey(context, 'alice', { title: 'desk', publicKey: 'ssh-rsa BBBB' });
    const keys = await server.page('/alice.keys');
    expect(keys).toMatchObject({ status: 200, type: 'text/plain;charset=utf-8' });
    expect(keys.text).toBe('ssh-ed25519 AAAA alice@laptop\nssh-rsa BBBB\n');
    expect((await server.page('/nobody.keys')).text).toBe('');
    expect(await rows('SELECT USER_NAME, TITLE FROM SSH_KEY')).toEqual([
      { USER_NAME: 'alice', TITLE: 'laptop' },
      { USER_NAME: 'alice', TITLE: 'desk' },
    ]);
  });

  test('have a picture in any case, and its type tells an own one at times (GB-54, GB-59)', async () => {
    setAvatar(server.gitbucket.context, 'alice', 'avatar.jpg', Buffer.from('jpeg'));
    expect(await server.page('/alice/_avatar')).toMatchObject({ type: 'image/jpeg', text: 'jpeg' });
    for (const login of ['bob', 'team-a', 'nobody'])
      expect(await server.page(`/${login}/_avatar`)).toMatchObject({ status: 200, type: 'image/png' });
  });

  test('are known by their password, a directory or a federation (GB-57)', async () => {
    const { gitbucket } = server;
    gitbucket.addUser({ login: 'ldap', email: 'ldap@ldap-devnull', password: null });
    const federation = { issuer: 'https://id.example.com', subject: '42' };
    gitbucket.addUser({
      login: 'oidc',
      email: 'oidc@example.com',
      federation,
      extraMails: ['o@example.com'],
    });
    expect(await rows("SELECT USER_NAME FROM ACCOUNT WHERE PASSWORD = '[DUMMY]'")).toEqual([
      { USER_NAME: 'oidc' },
    ]);
    expect(await rows("SELECT USER_NAME FROM ACCOUNT WHERE PASSWORD = '' AND GROUP_ACCOUNT = FALSE")).toEqual(
      [{ USER_NAME: 'ldap' }],
    );
    expect(await rows('SELECT * FROM ACCOUNT_FEDERATION')).toEqual([
      { ISSUER: federation.issuer, SUBJECT: '42', USER_NAME: 'oidc' },
    ]);
    for (const login of ['ldap', 'oidc']) expect(await signedIn(login)).toBe(false);
  });

  test('are edited by an administrator on a page with all that is known (GB-168)', async () => {
    server.gitbucket.addUser({ login: 'ed', email: 'ed@example.com', extraMails: ['e<d@example.com'] });
    expect((await server.page('/admin/users/ed/_edituser')).status).toBe(401);
    const { text } = await server.page('/admin/users/ed/_edituser', { cookie: await server.signIn('root') });
    expect(text).toContain('name="extraMailAddresses[0]"');
    expect(text).toContain('value="e&lt;d@example.com"');
  });
});

async function signedIn(login: string): Promise<boolean> {
  const answer = await server.page('/signin', { form: { userName: login, password: login } });
  return !(answer.headers.get('location') ?? '').includes('/signin');
}

describe('settings', () => {
  test('are a form for the owner (GB-179)', async () => {
    const repository = server.gitbucket.context.repository('team-a', 'tracker');
    Object.assign(repository ?? {}, { issuesOption: 'DISABLE', externalIssuesUrl: 'https://t.example/?a&b' });
    expect((await server.page('/team-a/tracker/settings/options')).status).toBe(401);
    const alice = { cookie: await server.signIn('alice') };
    const { text } = await server.page('/team-a/tracker/settings/options', alice);
    expect(text).toMatch(/name="issuesOption" value="DISABLE"\s+checked/);
    expect(text).toContain('value="https://t.example/?a&amp;b"');
    expect(text).toContain('name="safeMode" checked');
  });

  test('show the secret of a webhook that has events (GB-170, GB-229)', async () => {
    const { context } = server.gitbucket;
    addHook(context, 'team-a/tracker', { url: 'https://h.example/a?b', events: ['push'], secret: 's3cret' });
    addHook(context, 'team-a/tracker', { url: 'https://h.example/none', events: [] });
    const alice = { cookie: await server.signIn('alice') };
    const path = '/team-a/tracker/settings/hooks/edit?url=';
    const shown = await server.page(`${path}${encodeURIComponent('https://h.example/a?b')}`, alice);
    expect(shown.text).toMatch(/name="token" [^>]*value="s3cret"/);
    const none = await server.page(`${path}${encodeURIComponent('https://h.example/none')}`, alice);
    expect(none.status).toBe(404);
  });

  test('of protected branches got restrictions in 4.44', async () => {
    const protect = () =>
      server.gitbucket.context.repository('team-a', 'tracker')?.protections.push({
        branch: 'gone/since',
        enforceAdmins: true,
        contexts: ['ci/build'],
        restrictedTo: ['alice'],
      });
    protect();
    const row = { USER_NAME: 'team-a', REPOSITORY_NAME: 'tracker', BRANCH: 'gone/since' };
    const old = { ...row, STATUS_CHECK_ADMIN: 'true' };
    const flags = { REQUIRED_STATUS_CHECK: 'true', RESTRICTIONS: 'true' };
    expect(await rows('SELECT * FROM PROTECTED_BRANCH')).toEqual([{ ...old, ...flags }]);
    expect(await rows('SELECT * FROM PROTECTED_BRANCH_RESTRICTION')).toEqual([
      { ...row, ALLOWED_USER: 'alice' },
    ]);
    await server.close();
    server = await startTrackerServer({ version: '4.42' });
    protect();
    expect(await rows('SELECT * FROM PROTECTED_BRANCH')).toEqual([old]);
    expect(await rows('SELECT * FROM PROTECTED_BRANCH_RESTRICTION')).toBeUndefined();
  });
});
