import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Group } from '../../sandbox/gitlab.ts';
import type { Visibility } from '../../src/model/forge.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Result } from '../../src/model/result.ts';
import { commitOn } from '../helpers/commits.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  itemOf,
  migrateAll,
  resultOf,
  smallRepositories,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';

async function planAll(servers: TestServers, env: Record<string, string> = {}): Promise<Plan> {
  const { gitlab } = servers;
  await gb2gl(servers, ['plan', '--all', '--quiet'], env);
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  const file = join(await workplace(servers), '.gb2gl', 'reports', 'latest', 'plan.json');
  return JSON.parse(await readFile(file, 'utf8')) as Plan;
}

/** Small servers with a public group that is there already, and the token of somebody who cannot read what is restricted. */
async function restrictedServers(...levels: Visibility[]): Promise<TestServers> {
  const servers = await smallServers({ gitlab: { settings: { restrictedVisibilities: levels } } });
  const { gitlab } = servers;
  gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  gitlab.addGroup({ path: 'team-b', owner: 'mover', visibility: 'public' });
  add(servers, 'team-b/open');
  return { ...servers, env: { ...servers.env, GITLAB_TOKEN: gitlab.token('mover') } };
}

function add({ gitbucket }: TestServers, id: string): void {
  const [owner = '', name = ''] = id.split('/');
  gitbucket.addRepository({ owner, name, defaultBranch: 'main' });
  commitOn(gitbucket.gitDir(owner, name), 'main', `first of ${id}`);
}

const everything = [...smallRepositories, 'team-b/open'];

function groupOn({ gitlab }: TestServers, fullPath: string): Group {
  const group = gitlab.context.state.groups.find((each) => each.fullPath === fullPath);
  if (!group) throw new Error(`no group ${fullPath}`);
  return group;
}

function levelsOn(servers: TestServers): Record<string, Visibility> {
  const { gitlab } = servers;
  const paths = ['team-a/one', 'team-a/two', 'team-b/three', 'team-b/open'];
  return {
    'team-a': groupOn(servers, 'team-a').visibility,
    ...Object.fromEntries(paths.map((path) => [path, gitlab.project(path).visibility])),
  };
}

/** As the result has them. */
function visibilitiesIn({ items }: Result): Record<string, Visibility | undefined> {
  return Object.fromEntries(items.map(({ id, visibility }) => [id, visibility?.target]));
}

function refusedPosts({ gitlab }: TestServers): number {
  return gitlab.server.requests.filter(({ method, status }) => method === 'POST' && status === 400).length;
}

function loweredIn(result: Result): string[] {
  return result.items.flatMap(({ steps }) =>
    steps.flatMap(({ notices }) =>
      notices.filter(({ code }) => code === 'visibility-lowered').map(({ object }) => object),
    ),
  );
}

test('a restricted level that the token cannot read is lowered for the whole run by one refusal, foretold and reported', async () => {
  const servers = await restrictedServers('public');
  const { gitlab } = servers;
  const plan = await planAll(servers);
  expect(plan.warnings.join()).toMatch(/restricted the level public; if so, the run creates .* lower level/);

  const first = await migrateAll(servers);
  expect(first.code, first.stderr).toBe(0);
  expectMoved(servers, resultOf(first), everything);
  expect(levelsOn(servers)).toEqual({
    'team-a': 'internal',
    'team-a/one': 'internal',
    'team-a/two': 'internal',
    'team-b/three': 'private',
    'team-b/open': 'internal',
  });
  expect(refusedPosts(servers)).toBe(1);
  expect(loweredIn(resultOf(first))).toEqual(['team-a', 'team-a/one', 'team-a/two', 'team-b/open']);
  expect(first.stderr).toContain('team-a and 3 more: visibility is internal instead of public');
  expect(visibilitiesIn(resultOf(first))).toMatchObject(levelsOn(servers));

  for (const command of [['verify'], ['migrate', '--yes']]) {
    gitlab.server.requests.length = 0;
    const again = await gb2gl(servers, [...command, '--all', '--json']);
    expect(again.code, again.stderr).toBe(0);
    expectMoved(servers, resultOf(again), everything);
    expect(visibilitiesIn(resultOf(again))).toMatchObject(levelsOn(servers));
    expect(writesOf(gitlab.server.requests)).toEqual([]);
  }

  add(servers, 'team-a/later');
  const later = await migrateAll(servers);
  expect(later.code, later.stderr).toBe(0);
  expect(gitlab.project('team-a/later').visibility).toBe('internal');
  expect(refusedPosts(servers)).toBe(0);
});

test('what is restricted further goes lower still, a group keeps its own lower level, and no way down is a refusal', async () => {
  const servers = await restrictedServers('public', 'internal');
  const { gitlab } = servers;
  groupOn(servers, 'team-b').visibility = 'internal';
  const run = await migrateAll(servers);
  expect(run.code, run.stderr).toBe(0);
  expect(new Set(Object.values(levelsOn(servers)))).toEqual(new Set(['private']));
  expect(refusedPosts(servers)).toBe(2);

  gitlab.settings.restrictedVisibilities = ['public', 'internal', 'private'];
  add(servers, 'team-b/none');
  const none = await migrateAll(servers);
  expect(none.code, none.stderr).toBe(4);
  const { state, problem } = itemOf(resultOf(none), 'team-b/none');
  expect([state, problem?.code]).toEqual(['blocked', 'visibility-restricted']);
  expect(problem?.fix).toMatch(/^ask a GitLab administrator to allow the level internal/);
});

test('a plan file is carried out again after its run had to lower levels', async () => {
  const servers = await restrictedServers('public');
  await planAll(servers);
  const follow = ['migrate', '--yes', '--plan', join('.gb2gl', 'reports', 'latest', 'plan.json'), '--json'];
  const action = { kind: 'status', status: 400, body: '{"message":"not now"}' } as const;
  servers.gitlab.server.faults.add({ method: 'POST', url: /\/projects$/, action });
  const first = await gb2gl(servers, [...follow, '--concurrency', '1']);
  expect(first.code, first.stderr).toBe(1);
  expect(itemOf(resultOf(first), 'team-a/one').state).toBe('failed');

  const second = await gb2gl(servers, follow);
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second), everything);
});

test('a restricted level that the config names stays a refusal: a warning in the plan, one code in both steps, and its way out works', async () => {
  const servers = await restrictedServers('public');
  const config = join(await workplace(servers), 'migrate.config.json');
  await writeFile(config, JSON.stringify({ visibility: { public: 'public' } }));
  const plan = await planAll(servers);
  expect(plan.warnings.join()).toMatch(/restricted the level public; if so, GitLab refuses/);

  const first = await migrateAll(servers);
  expect(first.code, first.stderr).toBe(4);
  const result = resultOf(first);
  for (const id of ['team-a', 'team-b/open']) {
    const { state, problem } = itemOf(result, id);
    expect([state, problem?.code], `${id}: ${problem?.message}`).toEqual([
      'blocked',
      'visibility-restricted',
    ]);
    expect(problem?.fix, id).toContain('"visibility": { "public": "auto" }');
  }
  expectMoved(servers, result, ['team-b/three']);
  expect(loweredIn(result)).toEqual([]);

  await writeFile(config, JSON.stringify({ visibility: { public: 'auto' } }));
  const second = await migrateAll(servers);
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second), everything);
});

test('a personal namespace that gets full: the plan names the projects that the run then leaves, in the same words', async () => {
  const servers = await smallServers();
  const { gitbucket, gitlab } = servers;
  gitbucket.addUser({ login: 'alice', password: 'secret-enough', email: 'alice@example.com' });
  gitlab.addUser({ username: 'alice', email: 'alice@example.com', projectsLimit: 2 });
  for (const name of ['one', 'three', 'two']) {
    gitbucket.addRepository({ owner: 'alice', name, defaultBranch: 'main' });
    commitOn(gitbucket.gitDir('alice', name), 'main', name);
  }
  const plan = await planAll(servers);
  const foreseen = plan.projects.flatMap(({ id, blocked }) =>
    blocked ? [[id, blocked.code, blocked.message]] : [],
  );
  expect(foreseen).toEqual([
    ['alice/two', 'project-limit', expect.stringContaining('its project limit is 2')],
  ]);

  const run = await migrateAll(servers);
  expect(run.code, run.stderr).toBe(4);
  const left = resultOf(run).items.flatMap(({ id, problem }) =>
    problem === null ? [] : [[id, problem.code, problem.message]],
  );
  expect(left).toEqual(foreseen);
  expectMoved(servers, resultOf(run), ['alice/one', 'alice/three', 'team-a/one']);
});
