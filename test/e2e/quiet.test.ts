import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git } from '../helpers/commits.ts';
import { filesOf } from '../helpers/odd-objects.ts';
import type { TestServers } from '../helpers/servers.ts';
import { startCli } from '../helpers/run-cli.ts';
import { builtGb2gl, smallRepositories, smallServers, workplace } from '../helpers/small-server.ts';

/** A branch with a CI file in every repository. */
async function serversWithCi(): Promise<TestServers> {
  const servers = await smallServers();
  for (const id of smallRepositories) addCi(servers, id, 'ci');
  return servers;
}

function addCi({ gitbucket }: TestServers, id: string, branch: string): void {
  const [owner = '', name = ''] = id.split('/');
  const gitDir = gitbucket.gitDir(owner, name);
  const files = { '.gitlab-ci.yml': 'test: { script: [make] }\n' };
  git(gitDir, 'update-ref', `refs/heads/${branch}`, filesOf(gitDir, files, { parents: [], message: branch }));
}

async function pipelinesOf({ gitlab }: TestServers): Promise<string[]> {
  await gitlab.settle();
  return gitlab.context.pipelines.map(({ ref, status }) => `${status} ${ref}`);
}

function buildsOf({ gitlab }: TestServers): unknown[] {
  return smallRepositories.map((id) => gitlab.project(id).attributes['builds_access_level']);
}

/** A wait that is longer than the embedded GitLab's job takes, and short enough for a test. */
async function withShortWait(servers: TestServers, quietSeconds = 1): Promise<TestServers> {
  const config = join(await workplace(servers), 'migrate.config.json');
  await writeFile(config, JSON.stringify({ limits: { quietSeconds } }));
  return servers;
}

test.each(['relay', 'mirror'])(
  'a migration starts no pipeline, and CI/CD is on afterwards (%s)',
  async (way) => {
    const servers = await withShortWait(await serversWithCi());

    const run = await builtGb2gl(servers, ['migrate', '--all', '--yes', '--transport', way]);

    expect(run.code, run.stderr).toBe(0);
    expect(await pipelinesOf(servers)).toEqual([]);
    expect(buildsOf(servers)).toEqual(['enabled', 'enabled', 'enabled']);
  },
);

test('without the wait the job of the push would find CI/CD enabled: the embedded GitLab is no kinder', async () => {
  const servers = await withShortWait(await serversWithCi(), 0);
  const run = await builtGb2gl(servers, ['migrate', '--all', '--yes']);
  expect(run.code, run.stderr).toBe(0);
  expect(await pipelinesOf(servers)).not.toEqual([]);
});

test('where Auto DevOps starts pipelines without a CI file, every new project is muted', async () => {
  const servers = await withShortWait(await smallServers({ gitlab: { settings: { autoDevops: true } } }));
  const run = await builtGb2gl(servers, ['migrate', '--all', '--yes']);
  expect(run.code, run.stderr).toBe(0);
  expect(await pipelinesOf(servers)).toEqual([]);
  expect(buildsOf(servers)).toEqual(['enabled', 'enabled', 'enabled']);
});

test('a run that is ended while it waits leaves the rest to the next one', async () => {
  const servers = await withShortWait(await serversWithCi(), 600);
  const run = startCli(['migrate', '--all', '--yes', '--json'], {
    cwd: await workplace(servers),
    env: servers.env,
  });
  await run.heard('before CI/CD is enabled');
  run.child.kill('SIGINT');
  expect((await run.finished).code).toBe(130);
  expect(buildsOf(servers)).toEqual(['disabled', 'disabled', 'disabled']);

  const again = await builtGb2gl(await withShortWait(servers), ['migrate', '--all', '--yes']);
  expect(again.code, again.stderr).toBe(0);
  expect(await pipelinesOf(servers)).toEqual([]);
  expect(buildsOf(servers)).toEqual(['enabled', 'enabled', 'enabled']);
});

test('what a run could not switch on again is switched on by the next one, and verify says so in between', async () => {
  const servers = await withShortWait(await serversWithCi());
  const { faults } = servers.gitlab.server;
  faults.add({
    method: 'PUT',
    url: /\/api\/v4\/projects\/\d+$/,
    // The first project tells the level that new ones get, the others are made muted.
    skip: 1,
    times: Infinity,
    action: { kind: 'status', status: 403, body: '{"message":"403 Forbidden"}' },
  });
  expect((await builtGb2gl(servers, ['migrate', '--all', '--yes', '--concurrency', '1'])).code).toBe(1);
  expect(buildsOf(servers)).toEqual(['disabled', 'disabled', 'disabled']);
  faults.clear();

  const between = await builtGb2gl(servers, ['verify', '--all', '--json']);
  expect(between.code).toBe(1);
  expect(between.stdout).toContain('CI/CD is still disabled');
  const again = await builtGb2gl(servers, ['migrate', '--all', '--yes']);

  expect(again.code, again.stderr).toBe(0);
  expect(buildsOf(servers)).toEqual(['enabled', 'enabled', 'enabled']);
  expect(await pipelinesOf(servers)).toEqual([]);
  expect((await builtGb2gl(servers, ['verify', '--all'])).code).toBe(0);
});

test('a project that was there before is neither muted nor switched on', async () => {
  const servers = await withShortWait(await serversWithCi());
  const { gitlab } = servers;
  gitlab.addGroup({ path: 'team-a', visibility: 'public' });
  for (const [path, level] of [
    ['one', 'disabled'],
    ['two', 'private'],
  ] as const) {
    const attributes = { builds_access_level: level };
    gitlab.addProject({ namespace: 'team-a', path, name: path, visibility: 'public', attributes });
  }

  const run = await builtGb2gl(servers, ['migrate', '--all', '--yes']);

  expect(run.code, run.stderr).toBe(0);
  expect(buildsOf(servers)).toEqual(['disabled', 'private', 'enabled']);
});
