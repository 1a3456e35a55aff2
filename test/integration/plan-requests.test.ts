import { EventEmitter, once } from 'node:events';
import { refsOf } from '../../src/steps/code.ts';
import { cpSync, rmSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { seedMany } from '../../sandbox/seed/many.ts';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { planOf } from '../helpers/plan-of.ts';
import { testServers, writesOf, type TestServers } from '../helpers/servers.ts';

const REPOSITORIES = 150;

async function manyServers(
  groups = 12,
  repositories = REPOSITORIES,
): Promise<TestServers & { owners: string[] }> {
  const servers = await testServers();
  const made = await seedMany(servers.gitbucket, { repositories, refs: 3, groups });
  return { ...servers, owners: made.groups };
}

/** What a migration would leave on GitLab. */
function copyAll(
  { gitbucket, gitlab, owners }: Awaited<ReturnType<typeof manyServers>>,
  owner?: string,
): void {
  for (const path of owners)
    gitlab.addGroup({ path, visibility: 'public', ...(owner === undefined ? {} : { owner }) });
  for (const { owner: namespace, name } of gitbucket.context.state.repositories) {
    gitlab.addProject({ path: name, namespace, visibility: 'public' });
    const gitDir = gitlab.gitDir(`${namespace}/${name}`);
    rmSync(gitDir, { recursive: true, force: true });
    cpSync(gitbucket.gitDir(namespace, name), gitDir, { recursive: true });
  }
}

/** How often each thing was asked for: API calls, and listings of the refs of repositories that exist. */
function costs(log: LoggedRequest[]): { api: number; listings: number; twice: number } {
  expect(writesOf(log)).toEqual([]);
  const urls = log.splice(0).map(({ url }) => url);
  const listings = urls.filter((url) => url.includes('/info/refs?') && !url.includes('/gb2gl-no-such-'));
  return {
    api: urls.filter((url) => url.startsWith('/api/')).length,
    listings: listings.length,
    twice: listings.length - new Set(listings).size,
  };
}

test('a plan with nothing migrated asks GitLab seven times, whatever the number of owners, and lists no refs there', async () => {
  const servers = await manyServers();
  const plan = await planOf(servers);
  expect(plan.projects.length).toBe(REPOSITORIES);
  expect(costs(servers.gitlab.server.requests)).toEqual({ api: 7, listings: 0, twice: 0 });
  // Two lists of owners and the repositories of each, the token's own account included; who the token is, and whether an
  // owner is hidden; and of each repository that is to be written, whether its attributes tell of LFS. Of people: the list
  // with the token, the groups of the one user, and the collaborators of each repository; and whether each branch is
  // protected, two of each repository. Of trackers: four lists of issues and pull requests, one of releases, and of labels and milestones one each where there are no items. With an administrator's password the database viewer tells all these in a few queries.
  const owners = servers.owners.length + 1;
  expect(costs(servers.gitbucket.server.requests)).toEqual({
    api: 2 + owners + 2 + REPOSITORIES + 2 + REPOSITORIES + 2 * REPOSITORIES + 7 * REPOSITORIES,
    // Each repository and its wiki.
    listings: 2 * REPOSITORIES,
    twice: 0,
  });
});

test.each(['root', 'mover'])(
  'a plan with everything in place reads projects in pages of a hundred and lists each repository once, for %s',
  async (login) => {
    const servers = await manyServers();
    const { gitlab } = servers;
    gitlab.addUser({ username: 'mover', email: 'm@example.com' });
    copyAll(servers, login);
    const plan = await planOf(servers, { token: gitlab.token(login) });
    expect(plan.projects.every(({ existing, blocked }) => existing !== null && blocked === null)).toBe(true);
    expect(
      plan.projects.flatMap((project) => refsOf(project).filter(({ outcome }) => outcome !== 'unchanged')),
    ).toEqual([]);
    const { api, ...listings } = costs(gitlab.server.requests);
    // The connection 3, settings 1 (administrators) or roles 1 (others), groups 1, projects 2, the account of one person.
    expect(api).toBe(8);
    expect(listings).toEqual({ listings: REPOSITORIES, twice: 0 });
  },
);

test('many foreign groups, users and projects on GitLab are never read whole', async () => {
  const servers = await manyServers(4, 12);
  const { gitlab, owners } = servers;
  copyAll(servers);
  for (let index = 0; index < 450; index += 1) {
    gitlab.addGroup({ path: `foreign-${index}`, visibility: 'public' });
    gitlab.addUser({ username: `user-${index}`, email: `user-${index}@example.com` });
    gitlab.addProject({ namespace: 'root', path: `foreign-${index}` });
  }
  await planOf(servers);
  const urls = gitlab.server.requests.map(({ url }) => url);
  for (const list of ['groups', 'projects', 'users'])
    expect(urls.filter((url) => url.startsWith(`/api/v4/${list}?`)).length, list).toBeLessThanOrEqual(1);
  // Each group, its projects and its subgroups.
  expect(costs(gitlab.server.requests).api).toBeLessThanOrEqual(8 + 3 * owners.length);
});

test('a plan that fails on one server does not go on to list what the other has', async () => {
  const { gitbucket, gitlab } = await manyServers();
  const refused = { kind: 'status', status: 403, body: '{"message":"403 Forbidden"}' } as const;
  gitlab.server.faults.add({ url: /\/api\/v4\/groups/, action: refused, times: Infinity });
  const gate = new EventEmitter();
  const failed = once(gate, 'failed');
  const call = async (): Promise<void> => {
    await failed;
  };
  gitbucket.server.faults.add({ url: /^\/git\//, times: Infinity, action: { kind: 'notice', call } });
  await expect(planOf({ gitbucket, gitlab })).rejects.toMatchObject({ code: 'target-forbidden' });
  gate.emit('failed');
  const listings = (): number[] =>
    gitbucket.server.requests.filter(({ url }) => url.startsWith('/git/')).map(({ status }) => status);
  // Those that are begun come to their end.
  await vi.waitFor(() => expect(listings().filter((status) => status === 200)).toHaveLength(32), 10_000);
  await new Promise(setImmediate);
  expect(listings()).toHaveLength(32);
});
