import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { commitOn } from '../helpers/commits.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  itemOf,
  migrateAll,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';

async function planAll(servers: TestServers, env: Record<string, string> = {}): Promise<Plan> {
  const { gitlab } = servers;
  await gb2gl(servers, ['plan', '--all', '--quiet'], env);
  expect(writesOf(gitlab.server.requests)).toEqual([]);
  const file = join(await workplace(servers), '.gb2gl', 'reports', 'plan.json');
  return JSON.parse(await readFile(file, 'utf8')) as Plan;
}

test('a restricted level that the token cannot read: a warning in the plan, one code in both steps, and its way out works', async () => {
  const servers = await smallServers({ gitlab: { settings: { restrictedVisibilities: ['public'] } } });
  const { gitlab } = servers;
  gitlab.addUser({ username: 'mover', email: 'mover@example.com' });
  gitlab.addGroup({ path: 'team-b', owner: 'mover', visibility: 'public' });
  servers.gitbucket.addRepository({ owner: 'team-b', name: 'open', defaultBranch: 'main' });
  commitOn(servers.gitbucket.gitDir('team-b', 'open'), 'main', 'open');
  const env = { GITLAB_TOKEN: gitlab.token('mover') };

  const plan = await planAll(servers, env);
  expect(plan.warnings.join()).toContain('restricted the level public');

  const first = await migrateAll(servers, env);
  expect(first.code, first.stderr).toBe(4);
  const result = resultOf(first);
  for (const id of ['team-a', 'team-b/open']) {
    const { state, problem } = itemOf(result, id);
    expect([state, problem?.code], `${id}: ${problem?.message}`).toEqual([
      'blocked',
      'visibility-restricted',
    ]);
    expect(problem?.fix, id).toContain('"visibility": { "public": "internal" }');
  }
  expectMoved(servers, result, ['team-b/three']);

  const config = join(await workplace(servers), 'migrate.config.json');
  await writeFile(config, JSON.stringify({ visibility: { public: 'internal' } }));
  const second = await migrateAll(servers, env);
  expect(second.code, second.stderr).toBe(0);
  expectMoved(servers, resultOf(second), ['team-a/one', 'team-a/two', 'team-b/three', 'team-b/open']);
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
