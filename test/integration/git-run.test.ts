import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GitExit, gitFailure } from '../../src/git/errors.ts';
import { presentObjects, readHistory } from '../../src/git/objects.ts';
import { createGit, type Git } from '../../src/git/run.ts';
import { commitOn, git as ours } from '../helpers/commits.ts';
import { otherHost } from '../helpers/hosts.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { ended, processesIn, until } from '../helpers/processes.ts';
import { tempDir } from '../helpers/temp-dir.ts';

type Place = { directory: string; git: Git; abort: () => void; signal: AbortSignal };

async function place(options: { env?: Record<string, string>; url?: string } = {}): Promise<Place> {
  const directory = await tempDir();
  const runtime = quietRuntime(directory);
  const controller = new AbortController();
  const { signal } = controller;
  const { url } = options;
  const git = createGit({
    directory,
    runtime: { ...runtime, env: { ...runtime.env, ...options.env } },
    remotes: url === undefined ? [] : [{ url, username: 'root', password: 'secret', caFile: null }],
    stallSeconds: 60,
    signal,
  });
  return { directory, git, abort: () => controller.abort(), signal };
}

/** A folder of programs with git in it and nothing else. */
async function gitAlone(): Promise<string> {
  const bin = join(await tempDir(), 'bin');
  mkdirSync(bin);
  const found = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'git'));
  const real = found.find((file) => {
    try {
      return readFileSync(file).length > 0;
    } catch {
      return false;
    }
  });
  symlinkSync(real ?? 'no git', join(bin, 'git'));
  return bin;
}

/** The process group, from `pid (name) state parent group …`. */
function groupOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

test.each([
  ['with setsid', async () => process.env['PATH'] ?? '', true],
  ['without setsid', gitAlone, false],
])('%s an abort ends git and the helper that waits for a server', async (_way, path, ownGroup) => {
  const { url, requests } = await otherHost(() => {});
  const { directory, git, abort } = await place({ url, env: { PATH: await path() } });
  const listing = git.run('ls-remote', url).catch((error: unknown) => error);
  await until(() => requests.length > 0, 'a request');
  const pids = processesIn(directory).map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThan(1);
  expect(pids.every((pid) => groupOf(pid) !== groupOf(process.pid))).toBe(ownGroup);

  abort();

  expect(await listing).toBeInstanceOf(Error);
  await ended(pids);
});

test('an abort ends a git that streams, in a process group of its own', async () => {
  const { directory, git, abort } = await place();
  ours(directory, 'init', '--quiet', '--bare');
  const running = git.start('cat-file', '--batch');
  await until(() => processesIn(directory).length > 0, 'git');
  const [pid = 0] = processesIn(directory).map((each) => each.pid);
  expect(groupOf(pid)).toBe(pid);

  abort();

  await expect(running.ended).rejects.toBeInstanceOf(GitExit);
  await ended([pid]);
  await expect(git.start('version').ended).rejects.toBeInstanceOf(GitExit);
  await expect(git.run('version')).rejects.toBeInstanceOf(GitExit);
});

test.each<[string, (git: Git) => Promise<unknown>]>([
  ['once', (git) => git.run('--version')],
  ['with streams', (git) => git.start('--version').ended],
])('a git that is not there is told as that: %s', async (_way, run) => {
  const { git, signal } = await place({ env: { PATH: await tempDir() } });
  const error: unknown = await run(git).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ENOENT' });
  expect(gitFailure(error, 'source', 'team/one', signal).code).toBe('git-missing');
});

test('a failure has the exit code and the words of git, also when it says nothing', async () => {
  const { directory, git } = await place();
  ours(directory, 'init', '--quiet', '--bare');
  const commit = commitOn(directory, 'main', 'first');
  const other = commitOn(directory, 'other', 'other', { orphan: true });
  await expect(git.run('cat-file', '-t', 'nothing')).rejects.toMatchObject({
    exitCode: 128,
    stderr: expect.stringContaining('Not a valid object name') as string,
  });
  await expect(git.run('merge-base', '--is-ancestor', other, commit)).rejects.toMatchObject({
    exitCode: 1,
    stderr: '',
  });
  await expect(git.start('cat-file', '-t', 'nothing').ended).rejects.toMatchObject({ exitCode: 128 });
  expect((await git.at(directory).run('cat-file', '-t', commit)).trim()).toBe('commit');
});

test('objects and history are told without what the repository lacks', async () => {
  const { directory, git } = await place();
  ours(directory, 'init', '--quiet', '--bare');
  const [first = '', second = '', third = ''] = ['1', '2', '3'].map((text) =>
    commitOn(directory, 'main', text),
  );
  const tree = ours(directory, 'rev-parse', 'main^{tree}');
  const absent = 'ab'.repeat(20);

  expect(await presentObjects(git, new Set())).toEqual(new Map());
  expect(await presentObjects(git, new Set([third, absent, tree]))).toEqual(
    new Map([
      [third, 'commit'],
      [tree, 'tree'],
    ]),
  );
  expect(await readHistory(git, [third, absent], [first, absent])).toEqual(
    new Map([
      [second, [first]],
      [third, [second]],
    ]),
  );
});
