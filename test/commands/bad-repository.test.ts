import { noticesOf } from '../helpers/code-of.ts';
import { expect, test } from 'vitest';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commitOn, deadBranch, git } from '../helpers/commits.ts';
import { refsIn, testServers, writesOf } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  itemOf,
  migrateAll,
  resultOf,
  smallRepositories,
  smallServers,
} from '../helpers/small-server.ts';

test('a server without a single repository is moved at once: nothing to do, exit 0', async () => {
  const servers = await testServers();
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(0);
  expect(resultOf(run).totals).toMatchObject({ projects: 0, groups: 0 });
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('a group without repositories is made', async () => {
  const servers = await testServers();
  servers.gitbucket.addGroup({ login: 'team-c', members: [{ login: 'root', manager: true }] });
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(0);
  expect(servers.gitlab.context.state.groups.map(({ fullPath }) => fullPath)).toEqual(['team-c']);
});

test('odd but legal repositories move: empty, without default branch, only tags, HEAD to nowhere', async () => {
  const servers = await smallServers();
  const { gitbucket, gitlab } = servers;
  const add = (name: string, defaultBranch: string): string => {
    gitbucket.addRepository({ owner: 'team-a', name, defaultBranch });
    return gitbucket.gitDir('team-a', name);
  };
  add('empty', 'main');
  const nowhere = add('nowhere', 'gone');
  commitOn(nowhere, 'develop', 'one branch, and it is not the default one');
  const tags = add('tags', 'main');
  commitOn(tags, 'main', 'tagged');
  git(tags, 'tag', 'v1', 'main');
  git(tags, 'update-ref', '-d', 'refs/heads/main');

  const ids = [...smallRepositories, 'team-a/empty', 'team-a/nowhere', 'team-a/tags'];
  for (const changed of [true, false]) {
    const run = await migrateAll(servers);
    expect(run.code, run.stderr).toBe(0);
    const result = resultOf(run);
    expectMoved(servers, result, ids);
    expect(noticesOf(itemOf(result, 'team-a/nowhere')).join(' ')).toContain('gone');
    expect(result.items.some((item) => item.changed)).toBe(changed);
  }
  expect(git(gitlab.gitDir('team-a/nowhere'), 'symbolic-ref', 'HEAD')).toBe('refs/heads/develop');
  expect(gitlab.context.state.projects).toHaveLength(6);
});

test('a damaged repository is named with the place to look at; its neighbours and the other owners are moved', async () => {
  for (const how of ['missing', 'empty'] as const) {
    const servers = await smallServers();
    servers.gitbucket.break('team-a', 'two', how);
    const run = await migrateAll(servers);

    expect(run.code, run.stderr).toBe(1);
    const result = resultOf(run);
    expectMoved(servers, result, ['team-a/one', 'team-b/three']);
    const broken = result.problems.find(({ object }) => object === 'team-a/two');
    expect(broken?.code, how).toBe('repository-broken');
    expect(broken?.fix, how).toContain('repositories/team-a/two.git');
    expect(run.stderr, how).toContain('GitBucket cannot open the repository team-a/two');
    expect(servers.gitlab.context.state.projects, how).toHaveLength(2);
  }
});

test.each([
  ['a public one beside a public one', ['team-a/one', 'team-a/two'], 'team-a/two'],
  ['the only private one', ['team-a/one', 'team-b/three'], 'team-b/three'],
  ['the only one', ['team-b/three'], 'team-b/three'],
])('a repository with one branch that leads nowhere is a matter of its own: %s', async (_, names, dead) => {
  const servers = await smallServers();
  const [owner = '', name = ''] = dead.split('/');
  deadBranch(servers.gitbucket.gitDir(owner, name), 'dead');
  const run = await gb2gl(servers, [
    'migrate',
    '--yes',
    ...names.flatMap((each) => ['--repo', each]),
    '--json',
  ]);

  expect(run.code, run.stderr).toBe(1);
  const result = resultOf(run);
  expectMoved(
    servers,
    result,
    names.filter((each) => each !== dead),
  );
  const problem = result.problems.find(({ object }) => object === dead);
  expect(problem?.code).toBe('refs-unreadable');
  expect(problem?.fix).toContain(`git fsck in repositories/${dead}.git`);
  expect(run.stderr).not.toContain('refuses');
});

test('a pull request that leads nowhere, which no list of branches tells, is a matter of its repository too', async () => {
  const servers = await smallServers();
  const folder = join(servers.gitbucket.gitDir('team-b', 'three'), 'refs/pull/1');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'head'), `${'d'.repeat(40)}\n`);
  const run = await migrateAll(servers);

  expect(run.code, run.stderr).toBe(1);
  const result = resultOf(run);
  expectMoved(servers, result, ['team-a/one', 'team-a/two']);
  expect(result.problems.map(({ code, object }) => [code, object])).toEqual([
    ['refs-unreadable', 'team-b/three'],
  ]);
});

test('a fetch that is cut each time fails alone, one that is cut twice is done, and the next run finishes', async () => {
  const servers = await smallServers();
  const cut = { kind: 'cut', bytes: 60 } as const;
  const { faults } = servers.gitbucket.server;
  faults.add({ url: /^\/git\/team-a\/one\.git\/git-upload-pack/, times: Infinity, action: cut });
  faults.add({ url: /^\/git\/team-b\/three\.git\/git-upload-pack/, times: 2, action: cut });

  const first = await migrateAll(servers);
  expect(first.code, first.stderr).toBe(1);
  const result = resultOf(first);
  expectMoved(servers, result, ['team-a/two', 'team-b/three']);
  const { state, problem } = itemOf(result, 'team-a/one');
  expect([state, problem?.code]).toEqual(['failed', 'connection-cut']);
  expect(problem?.message).toContain('the connection to GitBucket was cut at team-a/one');
  expect(problem?.fix).toContain('run the same command again');
  expect(refsIn(servers.gitlab.gitDir('team-a/one'))).toEqual([]);

  faults.clear();
  const second = await migrateAll(servers);
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second));
});
