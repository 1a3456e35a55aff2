import { beforeEach, describe, expect, test } from 'vitest';
import { newProjectOf } from '../helpers/as-planned.ts';
import { targetOf } from '../helpers/adapters.ts';
import { groupOf, planOf, projectOf } from '../helpers/plan-of.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';

let servers: TestServers;
beforeEach(async () => {
  servers = await testServers();
});

/** A user of both servers, with repositories on the source. */
function person(login: string, limit: number, names: readonly string[], state?: 'blocked'): void {
  const email = `${login}@example.com`;
  servers.gitbucket.addUser({ login, password: 'secret-enough', email });
  servers.gitlab.addUser({ username: login, email, projectsLimit: limit, state });
  for (const name of names) servers.gitbucket.addRepository({ owner: login, name });
}

describe('the limit of projects in a personal namespace', () => {
  test.each(['alice', 'root'])(
    'blocks the last ones in order of name, what is there and what leaves counted, for %s',
    async (login) => {
      const { gitlab } = servers;
      person('alice', 4, ['d', 'b', 'a', 'c', 'there']);
      gitlab.addProject({ namespace: 'alice', path: 'there', visibility: 'private' });
      gitlab.addProject({ namespace: 'alice', path: 'leaving' }).markedForDeletionOn = '2026-01-01';
      const token = gitlab.token(login);
      const plan = await planOf(servers, { token });
      const { namespaceKind, userId } = groupOf(plan, 'alice');
      expect(namespaceKind).toBe('user');
      const codes = plan.projects.map(({ id, blocked }) => [id, blocked?.code ?? null]);
      expect(codes).toEqual([
        ['alice/a', null],
        ['alice/b', null],
        ['alice/c', 'project-limit'],
        ['alice/d', 'project-limit'],
        ['alice/there', null],
      ]);
      const { blocked } = projectOf(plan, 'alice/d');
      expect(blocked?.message).toContain('its project limit is 4');
      expect(blocked?.fix).toContain('"userRepositories": "group"');

      const target = targetOf(gitlab, token);
      const group = groupOf(plan, 'alice');
      for (const project of plan.projects.filter(({ existing }) => existing === null)) {
        const wanted = newProjectOf(project, group.existing ?? 0);
        const request = target.createProject({ ...wanted, userId: login === 'root' ? userId : null });
        const full = await request.then(
          () => false,
          ({ message }: Error) => message.includes('reached your limit of 4 projects'),
        );
        expect(full, project.id).toBe(project.blocked !== null);
      }
    },
  );

  test('counts two owners of one person together', async () => {
    person('alice', 1, ['b']);
    servers.gitbucket.addUser({ login: 'ally', password: 'secret-enough', email: 'other@example.com' });
    servers.gitbucket.addRepository({ owner: 'ally', name: 'a' });
    const config = { map: { users: { ally: 'alice' } } };
    const plan = await planOf(servers, { config });
    expect(plan.projects.map(({ fullPath, blocked }) => [fullPath, blocked?.code ?? null])).toEqual([
      ['alice/b', null],
      ['alice/a', 'project-limit'],
    ]);
  });

  test('of zero, or a blocked user, blocks the namespace or all that is in it', async () => {
    person('alice', 0, ['a']);
    person('bob', 10, ['b'], 'blocked');
    const plan = await planOf(servers);
    expect(projectOf(plan, 'alice/a').blocked?.code).toBe('project-limit');
    expect(groupOf(plan, 'bob').blocked?.code).toBe('projects-forbidden');
    expect(projectOf(plan, 'bob/b').blocked?.code).toBe('projects-forbidden');
    const target = targetOf(servers.gitlab);
    for (const id of ['alice/a', 'bob/b']) {
      const group = groupOf(plan, projectOf(plan, id).repository.owner);
      const wanted = newProjectOf(projectOf(plan, id), group.existing ?? 0);
      await expect(target.createProject({ ...wanted, userId: group.userId })).rejects.toThrow('not valid');
    }
  });
});

describe('visibility levels that an administrator has restricted', () => {
  beforeEach(() => {
    const { gitbucket, gitlab } = servers;
    gitlab.settings.restrictedVisibilities = ['public'];
    gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
    gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
    gitbucket.addRepository({ owner: 'team-a', name: 'open' });
    gitbucket.addRepository({ owner: 'team-a', name: 'closed', private: true });
  });

  test('do not concern an administrator, but for what belongs to somebody else', async () => {
    person('alice', 10, ['open']);
    const plan = await planOf(servers);
    expect(plan.warnings).toEqual([]);
    expect(projectOf(plan, 'team-a/open').visibility).toBe('public');
    const { visibility, reasons } = projectOf(plan, 'alice/open');
    expect(visibility).toBe('internal');
    expect(reasons.join()).toContain('public has been restricted by your GitLab administrator');
    const target = targetOf(servers.gitlab);
    const group = groupOf(plan, 'alice');
    const wanted = {
      ...newProjectOf(projectOf(plan, 'alice/open'), group.existing ?? 0),
      userId: group.userId,
    };
    await expect(target.createProject({ ...wanted, visibility: 'public' })).rejects.toThrow('restricted');
    await target.createProject(wanted);
  });

  test('are not guessed for others: the plan says that they get lower, or that the config must', async () => {
    const token = servers.gitlab.token('mover');
    const plan = await planOf(servers, { token });
    expect(projectOf(plan, 'team-a/open').visibility).toBe('public');
    expect(plan.warnings).toEqual([
      expect.stringMatching(
        /restricted the level public; if so, the run creates these items with the next lower/,
      ),
    ]);
    const closed = { visibility: { public: 'private' } };
    expect((await planOf(servers, { token, config: closed })).warnings).toEqual([]);
    const named = { visibility: { public: 'public', private: 'internal' } };
    expect((await planOf(servers, { token, config: named })).warnings).toEqual([
      expect.stringMatching(
        /level internal or public; if so, GitLab refuses .* "visibility": \{ "public": "auto" \}/,
      ),
    ]);
    const mixed = { visibility: { private: 'internal' } };
    expect((await planOf(servers, { token, config: mixed })).warnings).toEqual([
      expect.stringMatching(/level public; if so, the run creates/),
      expect.stringMatching(
        /level internal; if so, GitLab refuses .* "visibility": \{ "private": "private" \}/,
      ),
    ]);
  });

  test('do not make a project too visible that is there already', async () => {
    person('alice', 10, ['open']);
    servers.gitlab.settings.restrictedVisibilities = [];
    servers.gitlab.addProject({ namespace: 'alice', path: 'open', visibility: 'public' });
    servers.gitlab.settings.restrictedVisibilities = ['public'];
    expect(projectOf(await planOf(servers), 'alice/open')).toMatchObject({
      visibility: 'public',
      blocked: null,
    });
  });
});

test('a description loses its NUL characters, which GitLab refuses with the whole project (GL-20)', async () => {
  const { gitbucket, gitlab } = servers;
  const { namespaceId } = gitlab.context.routes.userByName('root') ?? { namespaceId: 0 };
  gitbucket.addRepository({ owner: 'root', name: 'one', description: 'a\0b' });
  const project = projectOf(await planOf(servers), 'root/one');
  expect(project.steps.flatMap(({ notices }) => notices.map(({ message }) => message))).toContain(
    'its description loses its NUL characters, which GitLab refuses',
  );
  const made = await targetOf(gitlab).createProject(newProjectOf(project, namespaceId));
  expect(made.description).toBe('ab');
});
