import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { git } from '../helpers/commits.ts';
import { processesIn } from '../helpers/processes.ts';
import { startCli } from '../helpers/run-cli.ts';
import { testServers } from '../helpers/servers.ts';
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
function tinyDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'gb2gl-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
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
  const run = await gb2gl(servers, ['migrate', '--all', '--work-dir', inFile]);

  expect(run.code).toBe(3);
  expect(run.stderr).toContain(`the work directory ${inFile} cannot be used`);
  expect(run.stderr).toContain('choose a writable directory with --work-dir DIR');
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
  const first = startCli(['migrate', '--all', '--json'], { cwd, env: servers.env });
  const second = arrived.then(() => migrateAll(servers));

  const refused = await second;
  expect(refused.code, refused.stderr).toBe(3);
  expect(refused.stderr).toContain(`another run (process ${first.child.pid}, since `);
  expect(refused.stderr).toContain('its own --work-dir');
  const finished = await first.finished;
  expect(finished.code, finished.stderr).toBe(0);
  expectMoved(servers, resultOf(finished));
});

test('the lock of a run that is gone is taken over', async () => {
  const servers = await smallServers();
  const cwd = await workplace(servers);
  servers.gitlab.server.faults.add({ url: /^\/api\/v4\/user$/, action: { kind: 'hang' } });
  const first = startCli(['migrate', '--all'], { cwd, env: servers.env });
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
