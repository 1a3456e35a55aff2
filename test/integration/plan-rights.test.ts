import { beforeEach, describe, expect, test } from 'vitest';
import { emptyHistory } from '../../src/journal/history.ts';
import { topLevelBlock } from '../../src/plan/groups.ts';
import { targetOf } from '../helpers/adapters.ts';
import { newGroupOf, newProjectOf } from '../helpers/as-planned.ts';
import { groupOf, planOf, projectOf } from '../helpers/plan-of.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

let servers: TestServers;
beforeEach(async () => {
  servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
  servers.gitbucket.addRepository({ owner: 'team-a', name: 'one', private: true });
  servers.gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
});

/** Does GitLab take it? */
async function taken(request: Promise<unknown>): Promise<boolean> {
  return request.then(
    () => true,
    () => false,
  );
}

describe('groups at the top level', () => {
  const place = {
    owner: { login: 'team-a', kind: 'group', description: '', email: '' },
    kind: 'group',
    fullPath: 'team-a',
    namespace: null,
    parent: null,
  } as const;
  const user = {
    id: 2,
    username: 'mover',
    email: '',
    admin: false,
    canCreateGroup: true,
    namespaceId: null,
    projectsLimit: null,
  };

  test('cannot be made on GitLab.com by the API; the ways out are a hand-made group and a parent group', () => {
    expect(topLevelBlock(place, { url: 'https://gitlab.example.com', user })).toBeNull();
    const blocked = topLevelBlock(place, { url: 'https://gitlab.com', user });
    expect(blocked?.code).toBe('groups-forbidden');
    expect(blocked?.message).toContain('GitLab.com');
    expect(blocked?.fix).toContain('create the group manually');
    expect(blocked?.fix).toContain('"parentGroup"');
  });

  test('are not made by external users, nor by those without the right', async () => {
    const { gitlab } = servers;
    gitlab.addUser({ username: 'guest', email: 'g@example.com', external: true });
    gitlab.addUser({ username: 'lowly', email: 'l@example.com', canCreateGroup: false });
    for (const login of ['guest', 'lowly', 'mover']) {
      const token = gitlab.token(login);
      const group = groupOf(await planOf(servers, { token }), 'team-a');
      const made = await taken(targetOf(gitlab, token).createGroup(newGroupOf(group, null)));
      expect(group.blocked === null, login).toBe(made);
      expect(made).toBe(login === 'mover');
    }
  });
});

describe('what a role lets a token do is foreseen as GitLab decides it', () => {
  const roles = [
    [30, 'developer'],
    [40, 'maintainer'],
    [50, 'owner'],
  ] as const;

  test.each(['maintainer', 'owner'])('subgroups in a parent whose level is %s', async (level) => {
    const { gitlab } = servers;
    for (const [role, name] of roles) {
      const path = `top-${name}`;
      const { id } = gitlab.addGroup({ path, attributes: { subgroup_creation_level: level } });
      gitlab.addMember(path, 'mover', role);
      const token = gitlab.token('mover');
      const config = { target: { parentGroup: path } };
      const plan = await planOf(servers, { config, token });
      const group = groupOf(plan, 'team-a');
      const made = await taken(targetOf(gitlab, token).createGroup(newGroupOf(group, id)));
      expect(group.blocked?.code ?? 'made', `${name} where it takes ${level}`).toBe(
        made ? 'made' : 'groups-forbidden',
      );
      expect(projectOf(plan, 'team-a/one').blocked?.code ?? 'made').toBe(made ? 'made' : 'groups-forbidden');
    }
  });

  test.each(['noone', 'owner', 'maintainer', 'developer', 'administrator'])(
    'projects in a group whose level is %s',
    async (level) => {
      const { gitlab } = servers;
      const { id } = gitlab.addGroup({ path: 'team-a', attributes: { project_creation_level: level } });
      for (const [role, name] of [...roles.slice(1), [60, 'root'] as const]) {
        if (role < 60) {
          const { members } = gitlab.context.routes.group(id) ?? { members: [] };
          members.splice(1);
          gitlab.addMember('team-a', 'mover', role);
        }
        const token = gitlab.token(role < 60 ? 'mover' : 'root');
        const plan = await planOf(servers, { token });
        const group = groupOf(plan, 'team-a');
        expect(group.fullPath, 'it is the right group, so no other is looked for').toBe('team-a');
        const wanted = { ...newProjectOf(projectOf(plan, 'team-a/one'), id), path: `by-${name}`, name };
        const made = await taken(targetOf(gitlab, token).createProject(wanted));
        expect(group.blocked?.code ?? 'made', `${name} where it takes ${level}`).toBe(
          made ? 'made' : 'projects-forbidden',
        );
      }
    },
  );

  test('a group without any sufficient role is left alone, but the one of an earlier run stays the place', async () => {
    const { gitlab } = servers;
    const { id } = gitlab.addGroup({ path: 'team-a', visibility: 'public' });
    gitlab.addMember('team-a', 'mover', 30);
    const token = gitlab.token('mover');
    expect(groupOf(await planOf(servers, { token }), 'team-a').fullPath).toMatch(/^team-a-/);
    const history = emptyHistory();
    history.items.set('team-a', {
      target: { id, path: 'team-a' },
      steps: new Map([['group', { status: 'done', data: {}, check: null, code: null, at: '', place: null }]]),
      at: '2026-01-01T00:00:00Z',
    });
    const group = groupOf(await planOf(servers, { token, history }), 'team-a');
    expect([group.fullPath, group.blocked?.code]).toEqual(['team-a', 'projects-forbidden']);
  });

  test('a new group on a server whose settings let nobody make projects', async () => {
    const { gitlab } = servers;
    gitlab.settings.defaultProjectCreation = 'noone';
    const plan = await planOf(servers);
    for (const { blocked } of [groupOf(plan, 'team-a'), projectOf(plan, 'team-a/one')]) {
      expect(blocked?.code).toBe('projects-forbidden');
      expect(blocked?.message).toContain('the server settings');
    }
    const { id } = gitlab.addGroup({ path: 'team-a' });
    const wanted = newProjectOf(projectOf(plan, 'team-a/one'), id);
    expect(await taken(targetOf(gitlab).createProject(wanted))).toBe(false);
    expect(groupOf(await planOf(servers), 'team-a').blocked?.code).toBe('projects-forbidden');
  });

  test('an archived group, or one below an archived parent, is blocked', async () => {
    const { gitlab } = servers;
    gitlab.addGroup({ path: 'team-a' }).archived = true;
    expect(groupOf(await planOf(servers), 'team-a').blocked?.code).toBe('archived');
    const top = gitlab.addGroup({ path: 'top' });
    const { id } = gitlab.addGroup({ path: 'team-a', parent: 'top' });
    top.archived = true;
    const plan = await planOf(servers, { config: { target: { parentGroup: 'top' } } });
    expect(groupOf(plan, 'team-a').blocked?.code).toBe('archived');
    const wanted = newProjectOf(projectOf(plan, 'team-a/one'), id);
    expect(await taken(targetOf(gitlab).createProject(wanted))).toBe(false);
  });
});
