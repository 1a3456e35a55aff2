import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, rmdirSync, writeFileSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { git } from '../helpers/commits.ts';
import { processesIn } from '../helpers/processes.ts';
import { programArgs, startCli } from '../helpers/run-cli.ts';
import { testServers, type TestServers } from '../helpers/servers.ts';
import {
  expectMoved,
  gb2gl,
  itemOf,
  migrateAll,
  resultOf,
  smallServers,
  workplace,
} from '../helpers/small-server.ts';

/** Null where nobody may mount: then there is no disk that could be filled without harm. */
function tinyDisk(size = '2m'): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'gb2gl-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return null;
  }
  return folder;
}

/** A branch with 4 MB that do not shrink. */
function fatCommit(gitDir: string): void {
  const options = { cwd: gitDir, encoding: 'utf8' } as const;
  const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    ...options,
    input: randomBytes(4_000_000),
  });
  const input = `100644 blob ${blob.trim()}\tfat\n`;
  const tree = execFileSync('git', ['mktree'], { ...options, input }).trim();
  git(gitDir, 'update-ref', 'refs/heads/fat', git(gitDir, 'commit-tree', tree, '-m', 'fat'));
}

test('a full disk fails the one repository that does not fit, and more space finishes it', async (context) => {
  const disk = tinyDisk();
  if (disk === null) return context.skip('only root can mount the small disk that this test fills');
  onTestFinished(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });
  const servers = await smallServers();
  fatCommit(servers.gitbucket.gitDir('team-a', 'one'));

  const full = await gb2gl(servers, [
    'migrate',
    '--yes',
    '--all',
    '--json',
    '--concurrency',
    '1',
    '--work-dir',
    disk,
    '--transport',
    'mirror',
  ]);

  expect(full.code, full.stderr).toBe(1);
  const result = resultOf(full);
  expectMoved(servers, result, ['team-a/two', 'team-b/three']);
  const { problem } = itemOf(result, 'team-a/one');
  expect(problem?.code, problem?.message).toBe('disk-full');
  expect(problem?.fix).toContain('--work-dir DIR');

  execFileSync('mount', ['-o', 'remount,size=40m', disk]);
  const again = await gb2gl(servers, [
    'migrate',
    '--yes',
    '--all',
    '--json',
    '--work-dir',
    disk,
    '--transport',
    'mirror',
  ]);
  expect(again.code, again.stderr).toBe(0);
  expectMoved(servers, resultOf(again));
});

test('a work directory that cannot be made is named with the way out', async () => {
  const servers = await testServers();
  const inFile = join(await workplace(servers), 'file', 'below');
  writeFileSync(join(inFile, '..'), 'a file, no folder');
  const run = await gb2gl(servers, ['migrate', '--all', '--yes', '--work-dir', inFile]);

  expect(run.code).toBe(3);
  expect(run.stderr).toContain(`the work directory ${inFile} cannot be used`);
  expect(run.stderr).toContain('choose a writable directory with --work-dir DIR');
});

test('a work directory below /proc, a full one and a read-only one end every command at once, with one error', async (context) => {
  const disk = tinyDisk('64k');
  if (disk === null) return context.skip('only root can mount the small disk that this test fills');
  onTestFinished(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });
  const servers = await testServers();
  execFileSync('sh', ['-c', `head -c 64k /dev/zero > ${disk}/fill`], { stdio: 'ignore' });
  const full = await gb2gl(servers, ['migrate', '--all', '--yes', '--work-dir', join(disk, 'work')]);
  expect([full.code, full.stderr.trim().split('\n').length], full.stderr).toEqual([3, 2]);
  expect(full.stderr).toContain('no space left on device');

  execFileSync('mount', ['-o', 'remount,ro', disk]);
  for (const place of ['/proc/no-such-folder/work', join(disk, 'work')]) {
    for (const [command = '', ...more] of [
      ['migrate', '--yes'],
      ['plan', '--deep'],
      ['verify'],
      ['rehearse'],
    ]) {
      const run = await gb2gl(servers, [command, ...more, '--all', '--work-dir', place]);
      expect([run.code, run.stderr.trim().split('\n').length], run.stderr).toEqual([3, 2]);
      expect(run.stderr).toContain(place);
      expect(run.stderr).toContain('--work-dir DIR');
    }
  }
  expect(servers.gitbucket.server.requests).toEqual([]);
  // A plan is worth reading where it cannot be written.
  const place = join(disk, 'work');
  const plan = await gb2gl(servers, ['plan', '--all', '--work-dir', place]);
  expect(plan.code, plan.stderr).toBe(1);
  expect(plan.stdout).toContain('Nothing was changed.');
  expect(plan.stderr).toContain(`the reports cannot be written to ${place}`);
});

test('a journal that another user wrote is named with the way out', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('only root can give files to another user');
  const servers = await testServers();
  const open = [tmpdir(), dirname(tmpdir())].every((folder) => (statSync(folder).mode & 1) === 1);
  if (!open) return context.skip('the temporary directory is closed to others');
  const cwd = await workplace(servers);
  const workDir = join(cwd, '.gb2gl');
  mkdirSync(workDir);
  writeFileSync(join(workDir, 'journal.jsonl'), '');
  for (const folder of [servers.folder, cwd, workDir]) chownSync(folder, 65534, 65534);
  const child = spawn(process.execPath, [...programArgs, 'migrate', '--all', '--yes'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...servers.env },
    stdio: ['ignore', 'ignore', 'pipe'],
    uid: 65534,
    gid: 65534,
  });
  const run = await endOf(child);
  expect(run.code, run.stderr).toBe(3);
  expect(run.stderr).toContain(`the work directory ${join(workDir, 'journal.jsonl')} cannot be used: EACCES`);
});

/** As in a container: its processes have numbers of their own, and gb2gl has the first. */
function inContainer(servers: TestServers, cwd: string, workDir: string): ChildProcess {
  const args = ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath, ...programArgs];
  return spawn('unshare', [...args, 'migrate', '--all', '--yes', '--work-dir', workDir], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...servers.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

test('of two containers with one work directory and one process number the second is refused, and takes over at once when the first is killed', async (context) => {
  const possible = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
  if (!possible) return context.skip('only root can make the containers of this test');
  const servers = await smallServers();
  const cwd = await workplace(servers);
  // Longer than the path of a socket may be.
  const workDir = join(cwd, 'shared-volume-'.repeat(9));
  servers.gitlab.server.faults.add({ url: /^\/api\/v4\/user$/, action: { kind: 'hang' } });
  const first = inContainer(servers, cwd, workDir);
  const ended = endOf(first);
  await expect.poll(() => servers.gitlab.server.requests.length).toBeGreaterThan(0);

  const refused = await endOf(inContainer(servers, cwd, workDir));
  expect(refused.code, refused.stderr).toBe(3);
  expect(refused.stderr).toContain(`another run (process 1 on ${hostname()}, since `);
  first.kill('SIGKILL');
  await ended;
  const taken = await endOf(inContainer(servers, cwd, workDir));
  expect(taken.code, taken.stderr).toBe(0);
});

test('a second run in the same work directory is refused with the process id, the first one ends well', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  const arrived = new Promise<void>((resolve) => {
    servers.gitlab.server.faults.add({
      url: /^\/api\/v4\/user$/,
      action: {
        kind: 'notice',
        call: async () => {
          resolve();
          await second;
        },
      },
    });
  });
  const first = startCli(['migrate', '--all', '--yes', '--json'], { cwd, env: servers.env });
  const second = arrived.then(() => migrateAll(servers));

  const refused = await second;
  expect(refused.code, refused.stderr).toBe(3);
  expect(refused.stderr).toContain(`another run (process ${first.child.pid} on ${hostname()}, since `);
  expect(refused.stderr).toContain('its own --work-dir');
  const finished = await first.finished;
  expect(finished.code, finished.stderr).toBe(0);
  expectMoved(servers, resultOf(finished));
});

test('the lock of a run that is gone is taken over', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  servers.gitlab.server.faults.add({ url: /^\/api\/v4\/user$/, action: { kind: 'hang' } });
  const first = startCli(['migrate', '--all', '--yes'], { cwd, env: servers.env });
  await expect.poll(() => servers.gitlab.server.requests.length).toBeGreaterThan(0);
  first.child.kill('SIGKILL');
  await first.finished;

  const run = await migrateAll(servers);
  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
});

test('what the environment tells git and other programs does not reach the migration', async () => {
  const servers = await smallServers();
  const elsewhere = join(servers.folder, 'elsewhere');
  mkdirSync(elsewhere);
  const run = await migrateAll(servers, {
    GIT_SSL_CAINFO: '/no/such/file.pem',
    GIT_TRACE: join(elsewhere, 'trace'),
    GIT_TRACE_CURL: join(elsewhere, 'curl'),
    GIT_DIR: elsewhere,
    GIT_WORK_TREE: elsewhere,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'url.http://127.0.0.1:9/.insteadOf',
    GIT_CONFIG_VALUE_0: 'http://127.0.0.1',
    GIT_ASKPASS: '/bin/false',
    GIT_EDITOR: '/bin/false',
    EDITOR: 'vi',
    VISUAL: 'vi',
    PAGER: 'less',
    SSH_ASKPASS: '/bin/false',
    LANG: 'de_DE.UTF-8',
    LANGUAGE: 'de',
  });

  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
  expect(execFileSync('ls', [elsewhere], { encoding: 'utf8' })).toBe('');
});

test('a server that falls silent during a fetch is given up and asked again, and no git is left behind', async () => {
  const servers = await smallServers();
  servers.gitbucket.server.faults.add({
    url: /^\/git\/team-a\/one\.git\/git-upload-pack/,
    action: { kind: 'hang' },
  });

  // As short as may be, but nothing else may take as long on a busy machine.
  const run = await migrateAll(servers, { GB2GL_TIMEOUT: '5' });

  expect(processesIn(await workplace(servers))).toEqual([]);
  expect(run.code, run.stderr).toBe(0);
  expectMoved(servers, resultOf(run));
});

test('a server that never answers its first request ends the run with exit 3, and the time it was given is named', async () => {
  const servers = await testServers();
  servers.gitbucket.server.faults.add({ url: /^\/api\/v3\/user$/, times: 2, action: { kind: 'hang' } });
  const run = await migrateAll(servers, { GB2GL_TIMEOUT: '3' });

  expect(run.code, run.stderr).toBe(3);
  expect(run.stderr).toContain('GitBucket did not respond to /api/v3/user within 3 s');
});
