import { differencesOf } from '../helpers/code-of.ts';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seedSample } from '../../sandbox/seed/sample.ts';
import { parseResult } from '../../src/report/schema.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { runCli } from '../helpers/run-cli.ts';
import { refsIn, testServers, writesOf, type TestServers } from '../helpers/servers.ts';

async function workplace({ folder }: TestServers): Promise<string> {
  const cwd = join(folder, 'work');
  await mkdir(cwd, { recursive: true });
  return cwd;
}

test('the whole sample server is moved, every repository with equal refs but for those that GitLab refuses', async () => {
  const servers = await testServers();
  const sample = seedSample(servers.gitbucket);
  const cwd = await workplace(servers);

  const run = await runCli(['migrate', '--all', '--json'], { cwd, env: servers.env });

  expect(run.code, run.stderr).toBe(1);
  const result = parseResult(JSON.parse(run.stdout));
  expect(result.problems.map(({ object }) => object).sort()).toEqual(['dave', sample.broken]);
  const projects = result.items.filter(({ kind }) => kind === 'project');
  expect(projects.length).toBeGreaterThanOrEqual(25);
  for (const item of projects) {
    const [owner = '', name = ''] = item.id.split('/');
    const refused = new Set(differencesOf(item).map(({ ref }) => ref));
    const wanted = refsIn(servers.gitbucket.gitDir(owner, name)).filter(
      (line) => !refused.has(line.slice(41)),
    );
    expect(refsIn(servers.gitlab.gitDir(item.target.path)), item.id).toEqual(wanted);
    expect(item.state, item.id).toBe(refused.size > 0 ? 'refused' : 'proven');
  }
});

test('a second run over a finished migration makes no write request, and neither does a dry run', async () => {
  const servers = await testServers();
  seedSample(servers.gitbucket);
  const cwd = await workplace(servers);

  await runCli(['migrate', '--all', '--dry-run'], { cwd, env: servers.env });
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);

  await runCli(['migrate', '--all'], { cwd, env: servers.env });
  expect(writesOf(servers.gitlab.server.requests).length).toBeGreaterThan(50);
  servers.gitlab.server.requests.length = 0;

  const second = await runCli(['migrate', '--all', '--json'], { cwd, env: servers.env });
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
  expect(parseResult(JSON.parse(second.stdout)).items.filter(({ changed }) => changed)).toEqual([]);
});

test('only what changed on the source travels the next time, also rewritten history', async () => {
  const servers = await testServers();
  const { gitbucket, gitlab, env } = servers;
  gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
  for (const name of ['one', 'two']) {
    gitbucket.addRepository({ owner: 'team-a', name });
    commitOn(gitbucket.gitDir('team-a', name), 'main', `first of ${name}`);
    commitOn(gitbucket.gitDir('team-a', name), 'topic', `topic of ${name}`);
  }
  const cwd = await workplace(servers);
  expect((await runCli(['migrate', '--all'], { cwd, env })).code).toBe(0);
  await gitlab.settle();

  const source = gitbucket.gitDir('team-a', 'one');
  commitOn(source, 'topic', 'rewritten', { orphan: true });
  commitOn(source, 'main', 'rewritten too', { orphan: true });
  commitOn(source, 'fresh', 'new branch');
  gitlab.server.requests.length = 0;
  const second = await runCli(['migrate', '--group', 'team-a', '--json'], { cwd, env });

  expect(second.code, second.stderr).toBe(0);
  expect(refsIn(gitlab.gitDir('team-a/one'))).toEqual(refsIn(source));
  expect(writesOf(gitlab.server.requests).filter(({ url }) => url.includes('team-a/two'))).toEqual([]);
  await gitlab.settle();
  expect(gitlab.protectedBranches('team-a/one').map(({ allowForcePush }) => allowForcePush)).toEqual([false]);
});

test('a ref that moved on the target is diverged: untouched, listed with both ids, exit 4', async () => {
  const servers = await testServers();
  const { gitbucket, gitlab, env } = servers;
  gitbucket.addGroup({ login: 'team-a', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team-a', name: 'one' });
  const source = gitbucket.gitDir('team-a', 'one');
  commitOn(source, 'main', 'first');
  commitOn(source, 'topic', 'topic');
  const cwd = await workplace(servers);
  await runCli(['migrate', '--all'], { cwd, env });

  const foreign = commitOn(gitlab.gitDir('team-a/one'), 'topic', 'work on GitLab');
  const wanted = commitOn(source, 'topic', 'work on GitBucket');
  const run = await runCli(['migrate', '--all', '--json'], { cwd, env });

  expect(run.code, run.stderr).toBe(4);
  const item = parseResult(JSON.parse(run.stdout)).items.find(({ state }) => state === 'diverged');
  expect(differencesOf(item)).toMatchObject([
    {
      ref: 'refs/heads/topic',
      outcome: 'diverged',
      reason: expect.stringContaining(`source ${wanted}, target ${foreign}`) as string,
    },
  ]);
  expect(git(gitlab.gitDir('team-a/one'), 'rev-parse', 'refs/heads/topic')).toBe(foreign);
});
