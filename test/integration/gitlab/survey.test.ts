import { beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddedGitLab } from '../../../sandbox/gitlab.ts';
import type { Survey, Target } from '../../../src/model/target.ts';
import { targetOf } from '../../helpers/adapters.ts';
import { testServers } from '../../helpers/servers.ts';

let gitlab: EmbeddedGitLab;
beforeEach(async () => {
  ({ gitlab } = await testServers());
});

/** API requests since the last call, without those of the connection. */
function requests(): string[] {
  const { requests: log } = gitlab.server;
  return log.splice(0).map(({ url }) => decodeURIComponent(url.replace('/api/v4', '')));
}

async function surveyOf(token?: string, parent: string | null = null): Promise<[Survey, Target]> {
  const target = targetOf(gitlab, token);
  await target.connect();
  const survey = target.survey(parent === null ? null : await target.findGroup(parent));
  requests();
  return [survey, target];
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

function pageOfGroups(page: number): { url: RegExp } {
  return { url: new RegExp(`/groups\\?all_available.*&page=${page}$`) };
}

/** Groups that a plain user sees, or does not, in all the ways there are. */
function manyRights(): string[] {
  gitlab.addUser({ username: 'mover', email: 'm@example.com' });
  gitlab.addGroup({ path: 'hidden' });
  gitlab.addGroup({ path: 'Shown', visibility: 'public' });
  gitlab.addGroup({ path: 'inner', visibility: 'internal' });
  gitlab.addGroup({ path: 'reported' });
  gitlab.addMember('reported', 'mover', 20);
  gitlab.addGroup({ path: 'developed' });
  gitlab.addMember('developed', 'mover', 30);
  gitlab.addGroup({ path: 'maintained' });
  gitlab.addMember('maintained', 'mover', 40);
  gitlab.addGroup({ path: 'child', parent: 'maintained' });
  gitlab.addGroup({ path: 'owners-only', attributes: { project_creation_level: 'owner' } });
  gitlab.addMember('owners-only', 'mover', 40);
  gitlab.addGroup({ path: 'owned', owner: 'mover', attributes: { subgroup_creation_level: 'owner' } });
  gitlab.addGroup({ path: 'nobody', owner: 'mover', attributes: { project_creation_level: 'noone' } });
  gitlab.addGroup({ path: '2024', owner: 'mover' });
  const shared = gitlab.addGroup({ path: 'shared' });
  const team = gitlab.addGroup({ path: 'team', owner: 'mover' });
  shared.links.push({ groupId: team.id, accessLevel: 40, expiresAt: null });
  gitlab.addGroup({ path: 'old', owner: 'mover' }).archived = true;
  gitlab.addGroup({ path: 'leaving', owner: 'mover' }).markedForDeletionOn = '2026-01-01';
  const paths =
    'hidden shown inner reported developed maintained maintained/child owners-only owned nobody 2024 shared team old leaving missing 77';
  return paths.split(' ');
}

describe('many groups at once', () => {
  test.each(['mover', 'root'])('mean the same from a list as one by one, for %s', async (user) => {
    const paths = manyRights();
    const [survey, target] = await surveyOf(gitlab.token(user));
    const found = await survey.groupsAt(paths);
    const listed = requests().filter((url) => url.startsWith('/groups?'));
    expect(listed.length).toBe(user === 'root' ? 1 : 2);
    for (const path of paths) expect(found.get(path) ?? null, path).toEqual(await target.findGroup(path));
    const usable = paths.filter((path) => found.get(path)?.canCreateProjects);
    // `shared` by way of the invited `team`.
    const usual = ['maintained', 'maintained/child', 'owned', '2024', 'shared', 'team'];
    const wanted = user === 'mover' ? usual : null;
    expect(wanted === null || usable.join() === wanted.join(), usable.join()).toBe(true);
  });

  test('cost one request when one page holds them all, and none the second time', async () => {
    const [survey] = await surveyOf();
    const paths = names('group-', 40);
    for (const path of paths.slice(0, 30)) gitlab.addGroup({ path });
    expect((await survey.groupsAt(paths)).size).toBe(30);
    await survey.groupsAt([...paths, 'another']);
    expect(requests()).toEqual(['/groups?all_available=true&order_by=id&sort=asc&per_page=100&page=1']);
  });

  test('on a server with many foreign groups are looked up one by one; it is never read whole', async () => {
    for (const path of names('foreign-', 501)) gitlab.addGroup({ path, visibility: 'public' });
    const [survey] = await surveyOf();
    await survey.groupsAt(['foreign-1', 'foreign-501', 'none', 'never', 'nowhere']);
    const log = requests();
    expect(log.filter((url) => url.startsWith('/groups?')).length).toBe(1);
    expect(log.length).toBe(6);
  });

  test('are looked up one by one when GitLab does not count them, above 10,000', async () => {
    for (const path of names('foreign-', 10_001)) gitlab.addGroup({ path });
    const [survey] = await surveyOf();
    expect((await survey.groupsAt(names('foreign-', 110))).size).toBe(110);
    expect(requests().filter((url) => url.startsWith('/groups?')).length).toBe(1);
  });

  test('are looked up one by one when GitLab fails at the list, refuses it, or it changes meanwhile', async () => {
    for (const path of names('team-', 150)) gitlab.addGroup({ path });
    const paths = names('team-', 3);
    const { faults } = gitlab.server;
    faults.add({ ...pageOfGroups(1), times: 2, action: { kind: 'status', status: 503 } });
    const [broken] = await surveyOf();
    expect((await broken.groupsAt(paths)).size).toBe(3);
    faults.add({ ...pageOfGroups(1), action: { kind: 'status', status: 403, body: '{}' } });
    const [refused] = await surveyOf();
    expect((await refused.groupsAt(paths)).size).toBe(3);
    const call = (): void => {
      const [oldest] = gitlab.context.state.groups;
      if (oldest) gitlab.context.routes.removeGroup(oldest);
    };
    faults.add({ ...pageOfGroups(2), action: { kind: 'notice', call } });
    const [changing] = await surveyOf();
    const found = await changing.groupsAt(paths);
    expect([...found.keys()]).toEqual(['team-2', 'team-3']);
    expect(requests().filter((url) => url.startsWith('/groups/team-')).length).toBe(3);
  });

  test('below a parent group only what is below it is read', async () => {
    for (const path of names('foreign-', 501)) gitlab.addGroup({ path, visibility: 'public' });
    gitlab.addGroup({ path: 'top' });
    for (const path of names('team-', 7)) gitlab.addGroup({ path, parent: 'top' });
    const [survey] = await surveyOf(undefined, 'top');
    const found = await survey.groupsAt(['top', ...names('TOP/team-', 9)]);
    expect([...found.keys()]).toEqual(['top', ...names('top/team-', 7)]);
    expect(requests()).toEqual([expect.stringContaining('/descendant_groups?') as string]);
  });

  test('a group that was renamed is not found by its old path', async () => {
    const group = gitlab.addGroup({ path: 'old-name' });
    group.path = 'new-name';
    gitlab.context.routes.moveGroup(group);
    const [survey] = await surveyOf();
    for (const paths of [['old-name'], ['old-name', 'a-1', 'a-2', 'a-3']])
      expect((await survey.groupsAt(paths)).size).toBe(0);
  });
});

describe('many users at once', () => {
  test.each(['mover', 'root'])('mean the same from the list as one by one, for %s', async (login) => {
    const wanted = [...names('user-', 5), 'ROOT', 'mover', 'gone', 'nobody'];
    for (const username of [...names('User-', 5), 'mover'])
      gitlab.addUser({ username, email: `${username}@example.com`, projectsLimit: 7 });
    gitlab.addUser({ username: 'gone', email: 'gone@example.com', state: 'blocked' });
    const [survey, target] = await surveyOf(gitlab.token(login));
    const found = await survey.usersNamed(wanted);
    expect(requests()).toEqual([expect.stringContaining('/users?') as string]);
    for (const name of wanted) {
      const alone = await target.findUser(name);
      expect([found.get(name.toLowerCase()) ?? null], name).toMatchObject([alone]);
    }
    expect(found.has('gone')).toBe(login === 'root');
  });

  test('on a server with many users are looked up one by one', async () => {
    for (const username of names('user-', 401))
      gitlab.addUser({ username, email: `${username}@example.com` });
    const [survey] = await surveyOf();
    expect((await survey.usersNamed(['user-1', 'user-401', 'none'])).size).toBe(2);
    expect(requests().length).toBe(4);
  });

  test('the list tells an administrator the namespace of a user, so that nothing else is asked', async () => {
    const alice = gitlab.addUser({ username: 'alice', email: 'a@example.com', projectsLimit: 3 });
    const [survey] = await surveyOf();
    const person = (await survey.usersNamed(['alice', 'none-1', 'none-2'])).get('alice');
    if (!person) throw new Error('alice is missing');
    requests();
    const namespace = await survey.personalNamespace(person);
    expect(namespace).toMatchObject({ id: alice.namespaceId, projectsLimit: 3, userId: alice.id });
    expect(requests()).toEqual([]);
  });
});

/** Eight groups, each with two projects, one that leaves, and a subgroup. */
function furnish(): void {
  for (const path of names('group-', 8)) {
    gitlab.addGroup({ path, owner: 'mover' });
    gitlab.addGroup({ path: 'sub', name: 'Sub', parent: path });
    for (const name of ['one', 'two']) gitlab.addProject({ namespace: path, path: name, name });
    gitlab.addProject({ namespace: `${path}/sub`, path: 'below' });
    gitlab.addProject({ namespace: path, path: 'gone' }).markedForDeletionOn = '2026-01-01';
  }
  gitlab.addProject({ namespace: 'root', path: 'foreign' });
}

describe('what namespaces hold', () => {
  test.each(['mover', 'root'])('is the same from one list as from one for each, for %s', async (login) => {
    gitlab.addUser({ username: 'mover', email: 'm@example.com' });
    furnish();
    const paths = names('group-', 8);
    const [survey] = await surveyOf(gitlab.token(login));
    const together = [...(await survey.groupsAt(paths)).values()];
    requests();
    await survey.fillIn(together);
    expect(requests().length).toBe(1);
    for (const namespace of together) {
      const [alone] = await surveyOf(gitlab.token(login));
      const copy = (await alone.groupsAt([namespace.fullPath])).get(namespace.fullPath);
      if (!copy) throw new Error('the group is missing');
      requests();
      await alone.fillIn([copy]);
      expect(requests().length).toBe(2);
      expect(namespace).toEqual(copy);
      expect(namespace.projects.map(({ fullPath }) => fullPath)).toEqual(
        ['one', 'two'].map((name) => `${namespace.fullPath}/${name}`),
      );
      expect(namespace.takenPaths).toMatchObject([
        { kind: 'pending-deletion', path: 'gone', name: 'gone' },
        { kind: 'subgroup', path: 'sub', name: 'Sub' },
      ]);
    }
  });

  test('is read from each alone when others have many projects', async () => {
    gitlab.addUser({ username: 'mover', email: 'm@example.com' });
    furnish();
    for (const path of names('foreign-', 901)) gitlab.addProject({ namespace: 'mover', path });
    const [survey] = await surveyOf();
    const namespaces = [...(await survey.groupsAt(names('group-', 8))).values()];
    requests();
    await survey.fillIn(namespaces);
    const log = requests();
    expect(log.filter((url) => url.startsWith('/projects?')).length).toBe(1);
    expect(log.length).toBe(9);
    expect(namespaces.every(({ projects }) => projects.length === 2)).toBe(true);
  });

  test('of a personal namespace counts its projects too', async () => {
    gitlab.addUser({ username: 'alice', email: 'a@example.com' });
    gitlab.addProject({ namespace: 'alice', path: 'own' });
    const [survey] = await surveyOf();
    const person = (await survey.usersNamed(['alice'])).get('alice');
    const namespace = person && (await survey.personalNamespace(person));
    if (!namespace) throw new Error('the namespace is missing');
    await survey.fillIn([namespace]);
    expect(namespace.projects.map(({ fullPath }) => fullPath)).toEqual(['alice/own']);
  });
});
