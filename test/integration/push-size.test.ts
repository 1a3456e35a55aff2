import { expect, test } from 'vitest';
import { Failure } from '../../src/failures/failure.ts';
import { gitFailure, GitExit } from '../../src/git/errors.ts';
import { createGit, type Git } from '../../src/git/run.ts';
import { createPushLimit, statedLimit, pushBytes, longestFitting } from '../../src/transfer/push-size.ts';
import { commitOn, git } from '../helpers/commits.ts';
import { quietRuntime } from '../helpers/prepared.ts';
import { tempDir } from '../helpers/temp-dir.ts';

const MEGABYTE = 1024 * 1024;

async function repository(): Promise<{ directory: string; run: Git }> {
  const directory = await tempDir();
  git(directory, 'init', '--quiet', '--bare');
  const run = createGit({
    directory,
    runtime: quietRuntime(directory),
    remotes: [],
    stallSeconds: 240,
    signal: new AbortController().signal,
  });
  return { directory, run };
}

/** A git that does not know the option yet. */
function older(git: Git): Git {
  return {
    ...git,
    run: (...args) =>
      args.includes('--disk-usage')
        ? Promise.reject(new GitExit(129, '', 'usage: git rev-list [<options>] <commit>... [--] [<path>...]'))
        : git.run(...args),
  };
}

function text(seed: number): string {
  return Array.from({ length: 500 }, (_, index) => Math.sin(seed * 1000 + index)).join('\n');
}

test.each([
  ['of today', (run: Git) => run],
  ['before 2.31', older],
])('git %s tells about how much a push has, without what the target holds', async (_version, as) => {
  const { directory, run } = await repository();
  const ids = [1, 2, 3, 4].map((seed) => commitOn(directory, 'main', text(seed)));
  git(directory, 'repack', '-adq');
  const [first = '', second = ''] = ids;
  const last = ids.at(-1) ?? '';

  const all = await pushBytes(as(run), [last], []);
  const half = await pushBytes(as(run), [last], [second]);

  expect(all).toBeGreaterThan(10_000);
  expect(half / all).toBeGreaterThan(0.4);
  expect(half / all).toBeLessThan(0.6);
  expect(await pushBytes(as(run), [first], [last])).toBe(0);
  expect(await pushBytes(as(run), [], [last])).toBe(0);
  expect(await pushBytes(as(run), [last], ['1'.repeat(40)])).toBe(all);
});

test.each([
  ['all of the same size', (count: number) => count * 100, 1000],
  ['the first ones large', (count: number) => 5000 + count, 6000],
  ['the last ones large', (count: number) => (count > 90 ? 1_000_000 : count), 500],
])('a portion fits and is not needlessly small: %s', async (_case, sizeOf, budget) => {
  const { count, bytes } = await longestFitting(100, budget, (commits) => Promise.resolve(sizeOf(commits)));

  expect(bytes).toBe(sizeOf(count));
  expect(bytes).toBeLessThanOrEqual(budget);
  expect(count).toBeGreaterThan(0);
});

test('when not even one commit fits it is tried alone', async () => {
  expect(await longestFitting(64, 10, () => Promise.resolve(1000))).toEqual({ count: 1, bytes: 1000 });
});

test('the size of a push is halved until it works, then comes near the limit and stays', () => {
  const limit = createPushLimit();
  expect(limit.budget()).toBe(Infinity);
  limit.tooLarge(16 * MEGABYTE);
  expect(limit.budget()).toBe(8 * MEGABYTE);
  limit.tooLarge(8 * MEGABYTE);
  limit.worked(4 * MEGABYTE);
  limit.worked(100);
  expect(limit.budget()).toBe(6 * MEGABYTE);
  limit.tooLarge(6 * MEGABYTE);
  expect(limit.budget()).toBe(4 * MEGABYTE);
  limit.tooLarge(4 * MEGABYTE);
  expect(limit.budget()).toBe(2 * MEGABYTE);
});

test('a limit that the server states is used at once, unless less was refused', () => {
  const limit = createPushLimit();
  limit.tooLarge(16 * MEGABYTE, 3 * MEGABYTE);
  expect(limit.budget() / MEGABYTE).toBeCloseTo(2.7, 5);
  limit.tooLarge(2 * MEGABYTE, 3 * MEGABYTE);
  expect(limit.budget()).toBe(MEGABYTE);
});

test.each([
  ['fatal: pack exceeds maximum allowed size (1024.00 KiB)', MEGABYTE],
  ['fatal: pack exceeds maximum allowed size (300 bytes)', 300],
  ['fatal: pack exceeds maximum allowed size (5.00 GiB)', 5 * 1024 * MEGABYTE],
  ['fatal: pack exceeds maximum allowed size', null],
])('`%s` states %s bytes', (text, bytes) => {
  expect(statedLimit(text)).toBe(bytes);
});

test('one odd answer to a tiny push does not chop up everything that follows', () => {
  const limit = createPushLimit();
  limit.tooLarge(40);
  expect(limit.budget()).toBeGreaterThanOrEqual(64 * 1024);
});

const hangUp =
  'send-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly';

test.each([
  ['error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413', 0, 'push-too-large'],
  ['remote: fatal: pack exceeds maximum allowed size (1024.00 KiB)', 0, 'push-too-large'],
  ['error: RPC failed; HTTP 504 curl 22 The requested URL returned error: 504', 2, 'push-too-large'],
  ['error: RPC failed; HTTP 504 curl 22 The requested URL returned error: 504', 0.1, 'push-failed'],
  ['error: RPC failed; curl 56 Recv failure: Connection reset by peer', 2, 'push-too-large'],
  ['error: RPC failed; curl 56 Recv failure: Connection reset by peer', 0.1, 'connection-cut'],
  [hangUp, 2, 'push-too-large'],
  [`error: RPC failed; HTTP 500 curl 22 The requested URL returned error: 500\n${hangUp}`, 2, 'push-failed'],
  [
    `error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403\n${hangUp}`,
    2,
    'target-forbidden',
  ],
  ['remote: error: object 1234: badDate\nremote: fatal: fsck error in packed object', 2, 'push-unpack'],
])('a push of this size that ends with `%s` (%f MB) is %s', (stderr, megabytes, code) => {
  const signal = new AbortController().signal;
  const failure = gitFailure(new GitExit(1, '', stderr), 'target', 'team/one', signal, megabytes * MEGABYTE);

  expect(failure).toBeInstanceOf(Failure);
  expect(failure.code).toBe(code);
});
