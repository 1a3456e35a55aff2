import { describe, expect, it } from 'vitest';
import { as, startGitLab } from './api-fixture.ts';

describe('members (GL-110 to GL-113)', () => {
  it('adds one by number or name, and refuses the second time', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addUser({ username: 'bob', email: 'b@example.com' });
    gitlab.addGroup({ path: 'team' });
    const root = as(gitlab, gitlab.token('root'));
    const added = await root.post('/groups/team/members', { user_id: alice.id, access_level: 30 });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      id: alice.id,
      username: 'alice',
      access_level: 30,
      created_by: { id: 1 },
    });
    expect((await root.post('/groups/team/members', { username: 'bob', access_level: 10 })).status).toBe(201);
    const again = await root.post('/groups/team/members', { user_id: alice.id, access_level: 40 });
    expect([again.status, again.text]).toEqual([409, '{"message":"Member already exists"}']);
    const changed = await root.put(`/groups/team/members/${alice.id}`, { access_level: 40 });
    expect([changed.status, changed.body.access_level]).toEqual([200, 40]);
    expect((await root.delete(`/groups/team/members/${alice.id}`)).status).toBe(204);
    expect((await root.get(`/groups/team/members/${alice.id}`)).text).toBe('{"message":"404 Not Found"}');
  });

  it('refuses unknown users, levels and calls without a user', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'team' });
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const root = as(gitlab, gitlab.token('root'));
    const add = (body: object) => root.post('/groups/team/members', body);
    expect((await add({ user_id: 999, access_level: 30 })).text).toBe('{"message":"404 User Not Found"}');
    expect((await add({ username: 'alice', access_level: 35 })).text).toBe(
      '{"message":{"access_level":["is not included in the list"]}}',
    );
    expect((await add({ access_level: 30 })).text).toBe(
      '{"error":"user_id, username are missing, at least one parameter must be provided"}',
    );
    expect((await add({ username: 'alice', user_id: 2, access_level: 30 })).text).toBe(
      '{"error":"user_id, username are mutually exclusive"}',
    );
    expect((await add({ username: 'alice' })).text).toBe('{"error":"access_level is missing"}');
  });

  it('are known late to the projects of the group, and at once to the group (GL-40)', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const team = gitlab.addGroup({ path: 'team' });
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const api = as(gitlab, gitlab.token('alice'));
    const git = (path: string) =>
      fetch(`${gitlab.url}/${path}.git/info/refs?service=git-upload-pack`, {
        headers: { authorization: `Basic ${btoa(`x:${gitlab.token('alice')}`)}` },
      });
    gitlab.settings.memberLateness = 5;
    await root.post('/groups/team/members', { user_id: alice.id, access_level: 40 });
    expect((await api.get('/groups/team')).status).toBe(200);
    expect((await api.get('/projects/team%2Fapp')).status).toBe(404);
    expect((await git('team/app')).status).toBe(404);
    expect((await api.get('/groups/team/projects')).body).toEqual([]);
    // Who makes a project is known to it at once.
    const made = await api.post('/projects', { path: 'own', namespace_id: team.id });
    expect(made.status).toBe(201);
    expect((await git('team/own')).status).toBe(200);
    expect((await api.get('/projects/team%2Fapp')).status).toBe(200);
    expect((await api.get('/groups/team/projects')).body).toHaveLength(2);
  });

  it('are known at once to a project of which they are members themselves', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addProject({ namespace: 'root', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    await root.post('/projects/root%2Fapp/members', { user_id: alice.id, access_level: 20 });
    expect((await as(gitlab, gitlab.token('alice')).get('/projects/root%2Fapp')).status).toBe(200);
  });

  it('answers lists with 201, and gives members the role of the list (GL-119)', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addUser({ username: 'bob', email: 'b@example.com' });
    gitlab.addGroup({ path: 'team' });
    const root = as(gitlab, gitlab.token('root'));
    const first = await root.post('/groups/team/members', { username: 'alice,bob', access_level: 40 });
    expect([first.status, first.text]).toEqual([201, '{"status":"success"}']);
    const second = await root.post('/groups/team/members', { username: 'alice,bob', access_level: 30 });
    expect([second.status, second.text]).toEqual([201, '{"status":"success"}']);
    expect((await root.get(`/groups/team/members/${alice.id}`)).body.access_level).toBe(30);
    const third = await root.post('/groups/team/members', { username: 'alice,nobody', access_level: 30 });
    expect([third.status, third.body.status]).toEqual([201, 'error']);
  });

  it('shows members of invited groups below /all with what the invitation lets them do', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const guests = gitlab.addGroup({ path: 'guests' });
    gitlab.addGroup({ path: 'team' });
    gitlab.addMember('guests', 'alice', 50);
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const share = () => root.post('/projects/team%2Fapp/share', { group_id: guests.id, group_access: 30 });
    expect((await share()).status).toBe(201);
    expect((await root.get(`/projects/team%2Fapp/members/all/${alice.id}`)).body.access_level).toBe(30);
    const again = await share();
    expect([again.status, again.text]).toEqual([409, '{"message":"Project already shared with this group"}']);
  });

  it('shares with groups in which the caller has a role, and not with its own (GL-116)', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    const team = gitlab.addGroup({ path: 'team', owner: 'alice' });
    const other = gitlab.addGroup({ path: 'other', visibility: 'public' });
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const alice = as(gitlab, gitlab.token('alice'));
    const share = async (group_id: number) => {
      const answer = await alice.post('/projects/team%2Fapp/share', { group_id, group_access: 30 });
      return [answer.status, answer.body.message];
    };
    expect(await share(other.id)).toEqual([404, 'Not Found']);
    expect(await share(team.id)).toEqual([
      409,
      'Project cannot be shared with the group it is in or one of its ancestors.',
    ]);
    await alice.put('/groups/team', { share_with_group_lock: true });
    expect(await share(other.id)).toEqual([400, 'The project sharing with group is disabled']);
  });

  it('lets owners alone add owners', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'main', email: 'm@example.com' });
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addProject({ namespace: 'root', path: 'app' });
    gitlab.addMember('root/app', 'main', 40);
    const api = as(gitlab, gitlab.token('main'));
    const add = (access_level: number) =>
      api.post('/projects/root%2Fapp/members', { username: 'alice', access_level });
    expect((await add(50)).text).toBe('{"message":"403 Forbidden"}');
    expect((await add(40)).status).toBe(201);
    gitlab.addGroup({ path: 'team' });
    gitlab.addMember('team', 'main', 40);
    expect((await api.post('/groups/team/members', { username: 'alice', access_level: 10 })).status).toBe(
      403,
    );
  });

  it('never lowers an inherited membership', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'team', name: 'The Team' });
    gitlab.addMember('team', 'alice', 40);
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    const lower = await root.post('/projects/team%2Fapp/members', { username: 'alice', access_level: 30 });
    expect([lower.status, lower.body]).toEqual([
      400,
      {
        message: {
          access_level: [
            'should be greater than or equal to Maintainer inherited membership from group The Team',
          ],
        },
      },
    ]);
    expect(
      (await root.post('/projects/team%2Fapp/members', { username: 'alice', access_level: 50 })).status,
    ).toBe(201);
  });

  it('shows inherited members below /all only', async () => {
    const gitlab = await startGitLab();
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'team' });
    gitlab.addMember('team', 'alice', 30);
    gitlab.addProject({ namespace: 'team', path: 'app' });
    const root = as(gitlab, gitlab.token('root'));
    expect((await root.get('/projects/team%2Fapp/members')).body).toEqual([]);
    expect((await root.get(`/projects/team%2Fapp/members/all/${alice.id}`)).body.access_level).toBe(30);
    const all = await root.get('/projects/team%2Fapp/members/all');
    expect(all.body.map((member: { username: string }) => member.username).sort()).toEqual(['alice', 'root']);
  });

  it('keeps the last owner of a group', async () => {
    const gitlab = await startGitLab();
    gitlab.addGroup({ path: 'team' });
    expect((await as(gitlab, gitlab.token('root')).delete('/groups/team/members/1')).status).toBe(403);
  });
});
