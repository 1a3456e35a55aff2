import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { descendants, ended, killAll, until } from '../helpers/processes.ts';
import { startCli, type RunningCli } from '../helpers/run-cli.ts';
import { writesOf, type TestServers } from '../helpers/servers.ts';
import { gb2gl, smallServers, workplace } from '../helpers/small-server.ts';

/** Said at the first Ctrl-C. */
const STOPPING = 'gb2gl: stopping';

async function started(servers: TestServers): Promise<RunningCli> {
  const args = ['rehearse', '--all', '--json', '--concurrency', '1', '--transport', 'mirror'];
  return startCli(args, { cwd: await workplace(servers), env: servers.env });
}

/** A fetch of a repository, not the look into its wiki that the plan takes. */
const ofCode = /(?<!\.wiki)\.git\/git-upload-pack$/;

/** Folders that a rehearsal makes for itself. */
async function leftovers(servers: TestServers): Promise<string[]> {
  const workDir = join(await workplace(servers), '.gb2gl');
  await mkdir(workDir, { recursive: true });
  return (await readdir(workDir)).filter((name) => name.startsWith('rehearsal'));
}

function fetches({ gitbucket }: TestServers): number {
  return gitbucket.server.requests.filter(({ method, url }) => method === 'POST' && ofCode.test(url)).length;
}

/** A rehearsal whose first fetch gets no answer. */
async function startedAndHanging(servers: TestServers): Promise<RunningCli> {
  servers.gitbucket.server.faults.add({
    method: 'POST',
    url: ofCode,
    action: { kind: 'hang' },
  });
  const running = await started(servers);
  await until(() => fetches(servers) > 0, 'a fetch');
  return running;
}

test('Ctrl-C lets what is under way come to its end, and leaves nothing behind', async () => {
  const servers = await smallServers();
  const call = async (): Promise<void> => {
    expect((await leftovers(servers)).length).toBe(1);
    running.child.kill('SIGINT');
    await running.heard(STOPPING);
  };
  servers.gitbucket.server.faults.add({
    method: 'POST',
    url: ofCode,
    action: { kind: 'notice', call },
  });
  const running = await started(servers);

  const { code, stdout, stderr } = await running.finished;

  expect({ code, stderr }).toMatchObject({ code: 130 });
  expect(JSON.parse(stdout)).toMatchObject({ command: 'rehearse', exitCode: 130 });
  expect(await leftovers(servers)).toEqual([]);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
});

test('Ctrl-C twice stops at once, and leaves neither folder nor git behind', async () => {
  const servers = await smallServers();
  const running = await startedAndHanging(servers);
  running.child.kill('SIGINT');
  await running.heard(STOPPING);
  const below = descendants(running.child.pid ?? 0);
  expect(below.length).toBeGreaterThan(0);
  running.child.kill('SIGINT');

  expect((await running.finished).code).toBe(130);

  await ended(below);
  expect(await leftovers(servers)).toEqual([]);
});

test('a failure leaves nothing behind either, nor does what was killed outlive the next rehearsal', async () => {
  const servers = await smallServers();
  const running = await startedAndHanging(servers);
  const below = descendants(running.child.pid ?? 0);
  running.child.kill('SIGKILL');
  await running.finished;
  servers.gitbucket.server.faults.clear();
  killAll(below);
  await ended(below);
  expect((await leftovers(servers)).length).toBe(1);

  // Between the plan and the stage GitLab goes away.
  servers.gitlab.server.faults.add({
    url: /\/api\/v4\/user$/,
    skip: 1,
    action: { kind: 'status', status: 401, body: '{"message":"401 Unauthorized"}' },
  });
  const failed = await gb2gl(servers, ['rehearse', '--all']);
  expect(failed.code, failed.stderr).toBe(3);
  expect(await leftovers(servers)).toEqual([]);
});
