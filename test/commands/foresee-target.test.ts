import { noticesOf } from '../helpers/code-of.ts';
import type { Plan, RefChange } from '../../src/model/plan.ts';
import { refsOf } from '../../src/steps/code.ts';
import { expect, test } from 'vitest';
import { seedAccounts } from '../../sandbox/seed/accounts.ts';
import { seedOddRefs } from '../../sandbox/seed/odd-refs.ts';
import { seedRefusedRefs } from '../../sandbox/seed/refused-refs.ts';
import { createShelf } from '../../sandbox/seed/shelf.ts';
import { seedSituations } from '../../sandbox/seed/situations.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { blockedIn, copyRefs, mover } from '../helpers/foreign-projects.ts';
import { foreseen, met, planThenMigrate } from '../helpers/foresight.ts';
import { testServers, type TestServers, type TestServersOptions } from '../helpers/servers.ts';
import { smallServers } from '../helpers/small-server.ts';

async function situations(options: TestServersOptions = {}): Promise<TestServers> {
  const servers = await testServers(options);
  seedSituations(servers.gitbucket);
  return servers;
}

/** Only the repositories whose refs are unusual. */
async function oddRefs(options: TestServersOptions = {}): Promise<TestServers> {
  const servers = await testServers(options);
  seedAccounts(servers.gitbucket);
  const shelf = createShelf(servers.gitbucket);
  seedOddRefs(shelf);
  seedRefusedRefs(shelf);
  servers.gitbucket.removeRepository('Data.Science', 'many-refs');
  servers.gitbucket.removeRepository('Data.Science', 'big-file');
  return servers;
}

test('with a token that may not create groups everything is blocked beforehand', async () => {
  const servers = await smallServers();
  const { plan, result } = await planThenMigrate(servers, [], mover(servers, { canCreateGroup: false }));
  expect(met(result)).toEqual(foreseen(plan));
  expect(plan.projects.every(({ blocked }) => blocked?.code === 'groups-forbidden')).toBe(true);
});

test('with a token that is no administrator, behind a login', async () => {
  const servers = await situations({ gitbucket: { anonymousAccess: false } });
  const { plan, result } = await planThenMigrate(servers, [], mover(servers));
  expect(met(result)).toEqual(foreseen(plan));
  expect(new Set(plan.projects.map(({ visibility }) => visibility))).toEqual(
    new Set(['internal', 'private']),
  );
});

test('with another preference for the default branch', async () => {
  const servers = await oddRefs({ gitlab: { settings: { defaultBranchName: 'trunk' } } });
  const { plan, result } = await planThenMigrate(servers);
  expect(met(result)).toEqual(foreseen(plan));
});

test('with another preference that the token cannot read: a repository without branches is told of', async () => {
  const servers = await oddRefs({ gitlab: { settings: { defaultBranchName: 'release-x' } } });
  git(servers.gitbucket.gitDir('platform', 'two-heads'), 'tag', 'release-x', 'main');
  const { plan, result } = await planThenMigrate(servers, [], mover(servers));
  expect(met(result)).toEqual(foreseen(plan));
  const bare = plan.projects.filter((project) => noticesOf(project).some((text) => text.includes('assumes')));
  expect(bare.map(({ id }) => id)).toEqual(['mobile/only-tag-main', 'platform/only-tags']);
});

test('with another preference that the token cannot read, but the group or an empty project tells', async () => {
  const servers = await oddRefs({ gitlab: { settings: { defaultBranchName: 'trunk' } } });
  const { gitlab } = servers;
  const env = mover(servers);
  gitlab.addGroup({ path: 'mobile', visibility: 'public', owner: 'mover' });
  gitlab.addProject({
    namespace: 'mobile',
    path: 'only-tag-main',
    name: 'only-tag-main',
    visibility: 'public',
  });
  gitlab.addGroup({
    path: 'platform',
    visibility: 'public',
    owner: 'mover',
    attributes: { default_branch: 'import-1' },
  });
  const { plan, result } = await planThenMigrate(servers, [], env);
  expect(met(result)).toEqual(foreseen(plan));
  const refused = plan.projects.flatMap((project) =>
    refsOf(project).flatMap(({ ref, outcome }) =>
      outcome === 'refused' && project.id.includes('only-') ? [`${project.id} ${ref}`] : [],
    ),
  );
  expect(refused).toEqual(['mobile/only-tag-main refs/tags/trunk', 'platform/only-tags refs/tags/import-1']);
});

test('with names that are taken on the target', async () => {
  const servers = await situations();
  const { gitlab } = servers;
  gitlab.addUser({ username: 'alice', name: 'Alice', email: 'alice@example.com' });
  gitlab.addUser({ username: 'bob', name: 'Another Bob', email: 'other.bob@example.com' });
  gitlab.addGroup({ path: 'platform', visibility: 'private' });
  gitlab.addGroup({ path: 'Mobile', visibility: 'public' });
  gitlab.addGroup({ path: 'tag-museum', parent: 'platform' });
  gitlab.addProject({ namespace: 'alice', path: 'foo', name: 'foo' });
  gitlab.addProject({ namespace: 'Mobile', path: 'Android', name: 'Something else', visibility: 'public' });
  commitOn(gitlab.gitDir('Mobile/Android'), 'main', 'foreign work');
  gitlab.addProject({ namespace: 'Mobile', path: 'unicode', name: 'unicode', visibility: 'public' });
  copyRefs(servers, 'mobile/unicode', 'Mobile/unicode', 'refs/heads/main:refs/heads/main');
  gitlab.addProject({ namespace: 'platform', path: 'website', name: 'website' });
  gitlab.addProject({ namespace: 'platform', path: 'two-heads', name: 'two-heads' });
  copyRefs(servers, 'platform/two-heads', 'platform/two-heads', 'refs/heads/main:refs/heads/main');
  gitlab.project('platform/two-heads').archived = true;

  const { plan, result } = await planThenMigrate(servers);

  expect(met(result)).toEqual(foreseen(plan));
  expect(blockedIn(plan)).toMatchObject({
    'mobile/android': 'path-taken',
    'platform/two-heads': 'archived',
  });
});

test('a tag named like the default branch arrives with it in the first push', async () => {
  const servers = await oddRefs();
  const { plan, result } = await planThenMigrate(servers);
  expect(met(result)).toEqual(foreseen(plan));
  const tag = ['rev-parse', '--verify', 'refs/tags/main'];
  for (const name of ['tag-like-branch', 'only-tag-main']) {
    const at = git(servers.gitlab.gitDir(`mobile/${name}`), ...tag);
    expect(at).toBe(git(servers.gitbucket.gitDir('mobile', name), ...tag));
  }
});

test('a tag named like the default branch is foreseen as refused where the server sets that name', async () => {
  const servers = await oddRefs({ gitlab: { settings: { defaultBranchName: 'main' } } });
  const { plan, result } = await planThenMigrate(servers);
  expect(met(result)).toEqual(foreseen(plan));
  expect(refusedTags(plan)).toEqual(['mobile/only-tag-main', 'mobile/tag-like-branch']);
});

test('a set name that the token cannot read is told of, and only the tag of that name is missing', async () => {
  const servers = await oddRefs({ gitlab: { settings: { defaultBranchName: 'main' } } });
  const { plan, result } = await planThenMigrate(servers, [], mover(servers));
  expect(refusedTags(plan)).toEqual([]);
  const told = plan.projects.filter((project) =>
    noticesOf(project).some((text) => text.includes('a tag main')),
  );
  expect(told.map(({ id }) => id)).toEqual(['mobile/tag-like-branch']);
  const refused = result.items.filter(({ state }) => state === 'refused').map(({ id }) => id);
  expect(refused).toContain('mobile/tag-like-branch');
  const { gitbucket, gitlab } = servers;
  const branch = ['rev-parse', 'refs/heads/main'];
  expect(git(gitlab.gitDir('mobile/tag-like-branch'), ...branch)).toBe(
    git(gitbucket.gitDir('mobile', 'tag-like-branch'), ...branch),
  );
});

function refusedTags(plan: Plan): string[] {
  return plan.projects.filter((project) => refsOf(project).some(isRefusedTag)).map(({ id }) => id);
}

function isRefusedTag({ ref, outcome }: RefChange): boolean {
  return ref === 'refs/tags/main' && outcome === 'refused';
}
