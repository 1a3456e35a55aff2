import { accountsForAll } from '../helpers/accounts.ts';
import { differencesOf } from '../helpers/code-of.ts';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGitLab } from '../../sandbox/gitlab.ts';
import { seedSample } from '../../sandbox/seed/sample.ts';
import type { Result } from '../../src/model/result.ts';
import { parseResult } from '../../src/report/schema.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { runProgram } from '../helpers/run-program.ts';
import { refsIn, testServers, writesOf } from '../helpers/servers.ts';
import { gb2gl, resultOf, workplace } from '../helpers/small-server.ts';

/** Side by side the projects would get their ids in another order each time. */
const ONE_BY_ONE = ['migrate', '--all', '--yes', '--json', '--concurrency', '1'];

/** What the two ways must agree on: all but times, bytes, and the address of the target. */
function comparable(result: Result, url: string): unknown {
  const text = JSON.stringify(result, (key, value: unknown) => {
    if (['ms', 'bytes', 'startedAt', 'finishedAt', 'asOf', 'gb2gl'].includes(key)) return null;
    return value;
  });
  return JSON.parse(text.replaceAll(url, 'https://gitlab.example.com')) as unknown;
}

describe('the whole sample server', () => {
  const shared = sharedByAll(async () => {
    const servers = await testServers();
    const sample = await seedSample(servers.gitbucket);
    servers.gitlab.allowImports();
    accountsForAll(servers);
    const { requests } = servers.gitlab.server;
    const dry = await gb2gl(servers, ['migrate', '--all', '--dry-run']);
    const writesOfDry = [...writesOf(requests)];
    requests.length = 0;
    const run = await gb2gl(servers, [...ONE_BY_ONE, '--transport', 'relay']);
    const writes = writesOf(requests).length;
    return { servers, sample, dry, writesOfDry, run, writes };
  });

  test('a dry run makes no write request', () => {
    expect(shared().dry.stdout).toContain('Nothing was changed');
    expect(shared().writesOfDry).toEqual([]);
  });

  test('is moved, every repository with equal refs but for those that GitLab refuses', () => {
    const { servers, sample, run, writes } = shared();
    expect(run.code, run.stderr).toBe(1);
    expect(writes).toBeGreaterThan(50);
    const result = resultOf(run);
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

  test('comes to the same result over the mirror as over the relay', async () => {
    const { servers, run } = shared();
    const second = await createGitLab({ dir: join(servers.folder, 'gitlab-2') });
    onTestFinished(() => second.close());
    second.allowImports();
    accountsForAll({ gitbucket: servers.gitbucket, gitlab: second });
    const mirrored = await gb2gl(
      servers,
      [...ONE_BY_ONE, '--transport', 'mirror', '--work-dir', 'mirrored'],
      { GITLAB_URL: second.url, GITLAB_TOKEN: second.token('root') },
    );

    const result = resultOf(mirrored);
    expect(result.totals.states.proven).toBeGreaterThan(20);
    expect(comparable(result, second.url)).toEqual(comparable(resultOf(run), servers.gitlab.url));
  });

  test('makes no write request the second time', async () => {
    const { servers } = shared();
    servers.gitlab.server.requests.length = 0;

    const second = await gb2gl(servers, ['migrate', '--all', '--yes', '--json']);

    expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
    expect(resultOf(second).items.filter(({ changed }) => changed)).toEqual([]);
  });
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
  expect((await runProgram(['migrate', '--all', '--yes'], { cwd, env })).code).toBe(0);
  await gitlab.settle();

  const source = gitbucket.gitDir('team-a', 'one');
  commitOn(source, 'topic', 'rewritten', { orphan: true });
  commitOn(source, 'main', 'rewritten too', { orphan: true });
  commitOn(source, 'fresh', 'new branch');
  gitlab.server.requests.length = 0;
  const second = await runProgram(['migrate', '--yes', '--group', 'team-a', '--json'], { cwd, env });

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
  await runProgram(['migrate', '--all', '--yes'], { cwd, env });

  const foreign = commitOn(gitlab.gitDir('team-a/one'), 'topic', 'work on GitLab');
  const wanted = commitOn(source, 'topic', 'work on GitBucket');
  const run = await runProgram(['migrate', '--all', '--yes', '--json'], { cwd, env });

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
