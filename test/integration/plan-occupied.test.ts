import { beforeEach, describe, expect, test } from 'vitest';
import { newGroupOf, newProjectOf } from '../helpers/as-planned.ts';
import { targetOf } from '../helpers/adapters.ts';
import { groupOf, planOf, projectOf } from '../helpers/plan-of.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

let servers: TestServers;
beforeEach(async () => {
  servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
});

function repositories(...names: string[]): void {
  for (const name of names) servers.gitbucket.addRepository({ owner: 'team-a', name });
}

describe('a project of the plan', () => {
  test('keeps clear of a subgroup that has its path, and GitLab takes the path it gets instead', async () => {
    const { gitlab } = servers;
    repositories('docs', 'app');
    gitlab.addGroup({ path: 'team-a' });
    gitlab.addGroup({ path: 'Docs', parent: 'team-a' });
    const plan = await planOf(servers);
    const { path, reasons, blocked } = projectOf(plan, 'team-a/docs');
    expect(path).toMatch(/^docs-[0-9a-f]{6}$/);
    expect(reasons.join()).toContain('"docs" is already taken by an item on the target');
    expect(blocked).toBeNull();
    expect(projectOf(plan, 'team-a/app').path).toBe('app');
    expect(await planOf(servers)).toEqual(plan);

    const target = targetOf(gitlab);
    const group = groupOf(plan, 'team-a');
    const wanted = newProjectOf(projectOf(plan, 'team-a/docs'), group.existing ?? 0);
    await expect(target.createProject({ ...wanted, path: 'docs', name: 'docs' })).rejects.toThrow('taken');
    expect(await target.createProject(wanted)).toMatchObject({ fullPath: `team-a/${path}` });
  });

  test('keeps clear of subgroups also when the groups are looked up one by one', async () => {
    const { gitlab } = servers;
    repositories('docs');
    gitlab.addGroup({ path: 'team-a' });
    gitlab.addGroup({ path: 'docs', parent: 'team-a' });
    for (let index = 0; index < 120; index += 1) gitlab.addGroup({ path: `foreign-${index}` });
    expect(projectOf(await planOf(servers), 'team-a/docs').path).toMatch(/^docs-[0-9a-f]{6}$/);
  });

  test('that the map sends to a subgroup is blocked, and the fix can be pasted', async () => {
    const { gitlab } = servers;
    repositories('c++');
    gitlab.addGroup({ path: 'team-a' });
    gitlab.addGroup({ path: 'docs', parent: 'team-a' });
    const config = { map: { repositories: { 'team-a/c++': 'team-a/docs' } } };
    const { blocked } = projectOf(await planOf(servers, { config }), 'team-a/c++');
    expect(blocked?.code).toBe('map-impossible');
    expect(blocked?.message).toContain('is already taken by an item on the target');
    const fix = JSON.parse(`{ ${blocked?.fix} }`) as Record<string, unknown>;
    const again = projectOf(await planOf(servers, { config: fix }), 'team-a/c++');
    expect([again.blocked, again.path]).toEqual([null, expect.stringMatching(/^docs-/)]);
  });

  test('gets another display name when a foreign project has it, with the reason, and GitLab takes it', async () => {
    const { gitlab } = servers;
    repositories('c++', 'one', 'Two');
    gitlab.addGroup({ path: 'team-a', visibility: 'public' });
    gitlab.addProject({ namespace: 'team-a', path: 'compiler', name: 'c++' });
    gitlab.addProject({ namespace: 'team-a', path: 'first', name: 'one' });
    gitlab.addProject({ namespace: 'team-a', path: 'second', name: 'two' });
    const plan = await planOf(servers);
    const named = (id: string): [string, string] => {
      const { path, name } = projectOf(plan, id);
      return [path, name];
    };
    expect(named('team-a/c++')).toEqual(['cplusplus', 'cplusplus']);
    expect(named('team-a/one')).toEqual(['one', expect.stringMatching(/^one-[0-9a-f]{6}$/)]);
    expect(named('team-a/Two')).toEqual(['Two', 'Two']);
    expect(projectOf(plan, 'team-a/one').reasons.join()).toContain('another project is already named "one"');
    expect(projectOf(plan, 'team-a/Two').reasons).toEqual([]);
    const target = targetOf(gitlab);
    const { existing } = groupOf(plan, 'team-a');
    for (const project of plan.projects) await target.createProject(newProjectOf(project, existing ?? 0));
  });

  test('that exists keeps the display name that it has there', async () => {
    const { gitlab } = servers;
    repositories('one');
    gitlab.addGroup({ path: 'team-a' });
    gitlab.addProject({ namespace: 'team-a', path: 'one', name: 'The first' });
    expect(projectOf(await planOf(servers), 'team-a/one')).toMatchObject({
      name: 'The first',
      blocked: null,
    });
  });
});

describe('what is marked for deletion', () => {
  test('and renamed, as since 18.0, is never adopted: the path is free again', async () => {
    const { gitlab } = servers;
    repositories('one');
    gitlab.addGroup({ path: 'team-a' });
    const { id } = gitlab.addProject({ namespace: 'team-a', path: 'one' });
    const moved = `one-deletion_scheduled-${id}`;
    repositories(moved);
    const root = { 'private-token': gitlab.token('root') };
    await fetch(`${gitlab.url}/api/v4/projects/${id}`, { method: 'DELETE', headers: root });
    const plan = await planOf(servers);
    expect(projectOf(plan, 'team-a/one')).toMatchObject({ existing: null, blocked: null, name: 'one' });
    expect(projectOf(plan, `team-a/${moved}`)).toMatchObject({
      existing: null,
      blocked: { code: 'marked-for-deletion' },
    });
  });

  test('under its own name, as up to 17.x, blocks the project and its group with a way out', async () => {
    const { gitlab } = servers;
    gitlab.settings.deletion = 'marked';
    repositories('one', 'two');
    servers.gitbucket.addGroup({ login: 'team-b', members: [{ login: 'root', manager: true }] });
    const group = gitlab.addGroup({ path: 'team-b' });
    gitlab.addGroup({ path: 'team-a' });
    const { id } = gitlab.addProject({ namespace: 'team-a', path: 'one' });
    const headers = { 'private-token': gitlab.token('root') };
    await fetch(`${gitlab.url}/api/v4/projects/${id}`, { method: 'DELETE', headers });
    await fetch(`${gitlab.url}/api/v4/groups/${group.id}`, { method: 'DELETE', headers });
    const plan = await planOf(servers);
    for (const { blocked } of [projectOf(plan, 'team-a/one'), groupOf(plan, 'team-b')]) {
      expect(blocked?.code).toBe('marked-for-deletion');
      expect(blocked?.fix).toContain('restore it');
    }
    expect(projectOf(plan, 'team-a/two').blocked).toBeNull();
    await expect(targetOf(gitlab).findProject('team-a/one')).rejects.toMatchObject({
      code: 'marked-for-deletion',
    });
  });
});

describe('a group below a parent group', () => {
  const config = { target: { parentGroup: 'top' } };

  test('keeps clear of a project of the parent, and one that the map sends there is blocked with a fix', async () => {
    const { gitlab } = servers;
    repositories('one');
    gitlab.addGroup({ path: 'top' });
    gitlab.addProject({ namespace: 'top', path: 'Team-A' });
    const plan = await planOf(servers, { config });
    const group = groupOf(plan, 'team-a');
    expect(group.fullPath).toMatch(/^top\/team-a-[0-9a-f]{6}$/);
    expect(group.reasons.join()).toContain('"team-a" is already taken');
    const target = targetOf(gitlab);
    const { id } = gitlab.addGroup({ path: 'unused', parent: 'top' });
    expect(id).toBeGreaterThan(0);
    const parentId = gitlab.context.routes.group(id)?.parentId ?? 0;
    await expect(target.createGroup({ ...newGroupOf(group, parentId), path: 'team-a' })).rejects.toThrow(
      'taken',
    );
    await target.createGroup(newGroupOf(group, parentId));

    const mapped = { ...config, map: { owners: { 'team-a': 'top/team-a' } } };
    const { blocked } = groupOf(await planOf(servers, { config: mapped }), 'team-a');
    expect(blocked?.code).toMatch(/^(namespace-taken|map-impossible)$/);
    const fix = JSON.parse(`{ ${blocked?.fix} }`) as Record<string, unknown>;
    expect(groupOf(await planOf(servers, { config: { ...config, ...fix } }), 'team-a').blocked).toBeNull();
  });

  test('gets another display name when a subgroup has it: siblings must differ', async () => {
    const { gitlab } = servers;
    gitlab.addGroup({ path: 'top' });
    gitlab.addGroup({ path: 'elsewhere', name: 'team-a', parent: 'top' });
    const group = groupOf(await planOf(servers, { config }), 'team-a');
    expect([group.path, group.name]).toEqual(['team-a', expect.stringMatching(/^team-a-[0-9a-f]{6}$/)]);
    const parentId = gitlab.context.state.groups.find(({ path }) => path === 'top')?.id ?? 0;
    const target = targetOf(gitlab);
    await expect(target.createGroup({ ...newGroupOf(group, parentId), name: 'team-a' })).rejects.toThrow(
      'taken',
    );
    expect(await target.createGroup(newGroupOf(group, parentId))).toMatchObject({ fullPath: 'top/team-a' });
  });

  test('whose parent in the map is missing is blocked', async () => {
    const mapped = { map: { owners: { 'team-a': 'no/such/team-a' } } };
    const { blocked } = groupOf(await planOf(servers, { config: mapped }), 'team-a');
    expect(blocked).toMatchObject({ code: 'namespace-taken' });
    expect(blocked?.message).toContain('its parent group does not exist');
  });
});
