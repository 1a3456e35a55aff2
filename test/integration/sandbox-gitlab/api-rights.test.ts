import { describe, expect, it } from 'vitest';
import { as, startGitLab } from './api-fixture.ts';

describe('lists of groups by role (groups_finder.rb)', () => {
  it('know members and what they inherit, but not those who come with an invited group', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addGroup({ path: 'mine', owner: 'alice' });
    gitlab.addGroup({ path: 'child', parent: 'mine' });
    const shared = gitlab.addGroup({ path: 'shared' });
    const mine = gitlab.context.state.groups.find(({ path }) => path === 'mine');
    shared.links.push({ groupId: mine?.id ?? 0, accessLevel: 40, expiresAt: null });
    const alice = as(gitlab, gitlab.token('alice'));
    const paths = async (query: string): Promise<string[]> => {
      const { body } = await alice.get(`/groups?order_by=id${query}`);
      return (body as { full_path: string }[]).map(({ full_path: path }) => path);
    };
    expect(await paths('&min_access_level=40')).toEqual(['mine', 'mine/child']);
    expect(await paths('&owned=true')).toEqual(['mine', 'mine/child']);
    expect(await paths('')).toEqual(['mine', 'mine/child', 'shared']);
  });
});

describe('lists of users (users_finder.rb)', () => {
  it('hide blocked and banned ones from everybody but administrators', async () => {
    const gitlab = await startGitLab();
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    for (const state of [
      'blocked',
      'banned',
      'ldap_blocked',
      'blocked_pending_approval',
      'deactivated',
    ] as const)
      gitlab.addUser({ username: state.replaceAll('_', '-'), email: `${state}@example.com`, state });
    const names = async (login: string, query = ''): Promise<string[]> => {
      const { body } = await as(gitlab, gitlab.token(login)).get(`/users${query}`);
      return (body as { username: string }[]).map(({ username }) => username).sort();
    };
    expect(await names('alice')).toEqual(['alice', 'deactivated', 'root']);
    expect(await names('alice', '?username=blocked')).toEqual([]);
    expect(await names('root', '?username=blocked')).toEqual(['blocked']);
    expect(await names('root')).toHaveLength(7);
  });
});

describe('making subgroups', () => {
  it.each([
    ['maintainer', { 30: 403, 40: 201, 50: 201 }],
    ['owner', { 30: 403, 40: 403, 50: 201 }],
  ])('takes the role %s where the group says so', async (level, wanted) => {
    const gitlab = await startGitLab();
    for (const [role, status] of Object.entries(wanted)) {
      const username = `user-${role}`;
      gitlab.addUser({ username, email: `${username}@example.com` });
      const parent = gitlab.addGroup({
        path: `top-${role}`,
        attributes: { subgroup_creation_level: level },
      });
      gitlab.addMember(parent.path, username, Number(role));
      const body = { name: 'sub', path: 'sub', parent_id: parent.id };
      const made = await as(gitlab, gitlab.token(username)).post('/groups', body);
      expect(made.status, `${role} where it takes ${level}`).toBe(status);
    }
  });

  it('is not possible in an archived parent, nor in one that is marked, which still takes projects (GL-155)', async () => {
    const gitlab = await startGitLab({ settings: { deletion: 'marked' } });
    const root = as(gitlab, gitlab.token('root'));
    const archived = gitlab.addGroup({ path: 'archived' });
    archived.archived = true;
    const leaving = gitlab.addGroup({ path: 'leaving' });
    expect((await root.delete(`/groups/${leaving.id}`)).status).toBe(202);
    for (const [parent, taken] of [
      [archived, 400],
      [leaving, 201],
    ] as const) {
      const group = await root.post('/groups', { name: 'sub', path: 'sub', parent_id: parent.id });
      const project = await root.post('/projects', { name: 'app', namespace_id: parent.id });
      expect([group.status, project.status], parent.path).toEqual([403, taken]);
    }
  });
});

describe('one space of paths', () => {
  it('holds subgroups and projects, whatever the letter case', async () => {
    const gitlab = await startGitLab();
    const root = as(gitlab, gitlab.token('root'));
    const { id } = gitlab.addGroup({ path: 'top' });
    gitlab.addGroup({ path: 'Docs', parent: 'top' });
    gitlab.addProject({ namespace: 'top', path: 'App' });
    const project = await root.post('/projects', { name: 'x', path: 'docs', namespace_id: id });
    expect(project.text).toContain('"path":["has already been taken"]');
    const group = await root.post('/groups', { name: 'x', path: 'app', parent_id: id });
    expect(group.body.message).toContain('has already been taken');
  });
});

describe('what an administrator makes for a user', () => {
  it('is bound to the limits and levels of that user', async () => {
    const gitlab = await startGitLab({ settings: { restrictedVisibilities: ['public'] } });
    const root = as(gitlab, gitlab.token('root'));
    const { id } = gitlab.addUser({ username: 'alice', email: 'a@example.com', projectsLimit: 1 });
    const open = await root.post(`/projects/user/${id}`, { name: 'a', visibility: 'public' });
    expect(open.text).toContain('public has been restricted by your GitLab administrator');
    expect((await root.post(`/projects/user/${id}`, { name: 'a', visibility: 'internal' })).status).toBe(201);
    const second = await root.post(`/projects/user/${id}`, { name: 'b' });
    expect([second.status, Object.keys(second.body.message as object)]).toEqual([400, ['limit_reached']]);
  });
});
