import { describe, expect, it } from 'vitest';
import { as, startGitLab } from './api-fixture.ts';

const NEW = { email: 'new@example.com', name: 'New', username: 'new', force_random_password: true };

describe('mails that GitLab would have sent', () => {
  it('are none for a new account that is confirmed (GL-282)', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    await root.post('/users', { ...NEW, skip_confirmation: true });
    expect(gitlab.mails).toEqual([]);
    await root.post('/users', {
      ...NEW,
      email: 'other@example.com',
      username: 'other',
      reset_password: true,
    });
    expect(gitlab.mails).toEqual([
      { to: 'other@example.com', kind: 'confirmation', about: 'other' },
      { to: 'other@example.com', kind: 'password-reset', about: 'other' },
    ]);
  });

  it('tell a new member, and one whose role changes (GL-114, GL-117)', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addUser({ username: 'gone', email: 'gone@example.com', state: 'blocked' });
    gitlab.addGroup({ path: 'team' });
    const root = as(gitlab, gitlab.token('root'));
    await root.post('/groups/team/members', { user_id: alice.id, access_level: 30 });
    await root.put(`/groups/team/members/${alice.id}`, { access_level: 40 });
    await root.post('/groups/team/members', { username: 'gone', access_level: 30 });
    const mail = { to: 'a@example.com', kind: 'access-granted', about: 'team' };
    expect(gitlab.mails).toEqual([mail, mail]);
  });

  it('are held back by the project, its group and every group above (GL-117)', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'top' });
    gitlab.addGroup({ path: 'sub', parent: 'top' });
    gitlab.addProject({ namespace: 'top/sub', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const add = (place: string) => root.post(`${place}/members`, { username: 'alice', access_level: 50 });
    await root.put('/projects/top%2Fsub%2Fapp', { emails_enabled: false });
    await add('/projects/top%2Fsub%2Fapp');
    await root.put('/groups/top', { emails_enabled: false });
    await add('/groups/top%2Fsub');
    expect(gitlab.mails).toEqual([]);
  });

  it('tell who makes a group, unless its mails are off from the start (GL-117)', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    await root.post('/groups', { name: 'Quiet', path: 'quiet', emails_enabled: false });
    expect(gitlab.mails).toEqual([]);
    await root.post('/groups', { name: 'Loud', path: 'loud' });
    expect(gitlab.mails).toEqual([{ to: 'admin@example.com', kind: 'access-granted', about: 'loud' }]);
  });

  it('come in any case for further addresses and invitations (GL-114, GL-287, GL-293)', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'team', attributes: { emails_enabled: false } });
    const root = as(gitlab, gitlab.token('root'));
    const add = (email: string) => root.post(`/users/${alice.id}/emails`, { email, skip_confirmation: true });
    expect((await add('second@example.com')).status).toBe(201);
    expect((await add('second@example.com')).status).toBe(500);
    await root.post('/groups/team/invitations', { email: 'guest@example.com', access_level: 30 });
    expect(gitlab.mails.map(({ to, kind }) => `${to} ${kind}`)).toEqual([
      'a@example.com address-added',
      'guest@example.com invitation',
    ]);
    expect((await root.get('/users?search=Second@example.com')).body).toMatchObject([{ id: alice.id }]);
  });
});

describe('new accounts as the settings have them', () => {
  it('wait for approval when the server is full, and administrators are told (GL-118)', async () => {
    const gitlab = await startGitLab({ settings: { userCap: 1 } });
    const root = as(gitlab, gitlab.token('root'));
    const made = await root.post('/users', { ...NEW, skip_confirmation: true });
    expect([made.status, made.body.state]).toEqual([201, 'blocked_pending_approval']);
    expect(gitlab.mails).toEqual([{ to: 'admin@example.com', kind: 'approval-wanted', about: 'new' }]);
    expect((await as(gitlab, gitlab.token('new')).get('/user')).status).toBe(403);
  });

  it('are external unless the address is of the house, and then have no projects (GL-283, GL-285)', async () => {
    const gitlab = await startGitLab({
      settings: { newUsersExternal: true, internalAddresses: '@house\\.example$' },
    });
    const root = as(gitlab, gitlab.token('root'));
    const outside = await root.post('/users', NEW);
    expect(outside.body).toMatchObject({ external: true, projects_limit: 0, can_create_group: false });
    const inside = await root.post('/users', { ...NEW, email: 'in@house.example', username: 'in-house' });
    expect(inside.body).toMatchObject({ external: false });
    const project = await root.post(`/projects/user/${outside.body.id}`, { name: 'app' });
    expect([project.status, project.text]).toEqual([400, '{"message":{"namespace":["is not valid"]}}']);
  });

  it('have the identity that they are made with, once', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const identity = { provider: 'ldapmain', extern_uid: 'uid=new' };
    const made = await root.post('/users', { ...NEW, ...identity });
    expect(made.body.identities).toEqual([identity]);
    const again = await root.post('/users', { ...NEW, ...identity, email: 'b@example.com', username: 'bb' });
    expect([again.status, again.body.message]).toEqual([
      400,
      { 'identities.extern_uid': ['has already been taken'] },
    ]);
  });
});
