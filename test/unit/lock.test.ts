import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Failure } from '../../src/failures/failure.ts';
import { lockWorkDir, runIn, type Held, type Self } from '../../src/journal/lock.ts';
import { when } from '../../src/text/format.ts';
import { failureFrom } from '../helpers/failures.ts';

const contender = fileURLToPath(new URL('lock-contender.ts', import.meta.url));
let parent = '';
let directory = '';
const taken: Held[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'gb2gl-lock-'));
  directory = join(parent, 'work');
});
afterEach(async () => {
  for (const held of taken.splice(0)) await held.release();
  await rm(parent, { recursive: true, force: true });
});

const me: Self = {
  pid: process.pid,
  host: 'my-host',
  now: () => Date.parse('2026-01-02T03:04:05Z'),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
  alive: (pid) => pid === process.pid,
};

async function take(self: Self = me): Promise<Held> {
  const held = await lockWorkDir(directory, self);
  taken.push(held);
  return held;
}

async function refused(self: Self = me): Promise<Failure> {
  const failure = await failureFrom(take(self));
  expect(failure.code).toBe('work-dir-locked');
  return failure;
}

/** What a run left that this process cannot know otherwise: its holder is as given, and nobody listens there. */
async function leaveLock(holder: object | string, { silentMs = 0 } = {}): Promise<string> {
  const folder = join(directory, 'run.lock.abcdef');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'holder.json'), typeof holder === 'string' ? holder : JSON.stringify(holder));
  await writeFile(join(folder, 'alive'), '');
  const then = new Date(Date.now() - silentMs);
  await utimes(join(folder, 'alive'), then, then);
  return folder;
}

/** The holder that this process would be, without a socket. */
async function asMine(changes: object = {}): Promise<object> {
  const held = await lockWorkDir(directory, me);
  const holder = JSON.parse(await readFile(join(held.folder, 'holder.json'), 'utf8')) as object;
  await held.release();
  return { ...holder, socket: false, ...changes };
}

test('the work directory is made for its owner alone and left without a trace of the lock', async () => {
  const held = await take();
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^run\.lock\.\w+$/)]);
  expect((await stat(held.folder)).mode & 0o777).toBe(0o700);
  await held.release();
  expect(await readdir(directory)).toEqual([]);
});

test('a second run is refused and told who holds the directory, where and since when, and to stop nobody', async () => {
  await take();
  const { words, notice } = await refused({ ...me, host: 'other-host' });
  const since = when(new Date(me.now()).toISOString(), me.now());
  expect(words).toMatchObject({ pid: process.pid, host: 'my-host', since });
  expect(notice.message).toContain(`process ${process.pid} on my-host, since ${since}`);
  expect(notice.fix).toBe('wait for it to finish, or give this run its own --work-dir');
  expect(await readdir(directory)).toHaveLength(1);
  expect(await runIn(directory, me)).toMatchObject({ pid: process.pid });
});

test('a number that a foreign program has by now is no run', async () => {
  await leaveLock(await asMine({ started: '1' }));
  expect(await runIn(directory, me)).toBeNull();
  await take();
  expect(await readdir(directory)).toHaveLength(1);
});

test('where the file system has no sockets the number and the start of the process tell', async () => {
  const mine = await asMine();
  await leaveLock(mine);
  const { words } = await refused();
  expect(words['pid']).toBe(process.pid);
  expect(words['silentSeconds']).toBeUndefined();
  await leaveLock({ ...mine, pid: 2 ** 30 });
  await take();
});

test('in another container the same number is another process: one that is silent too long is gone', async () => {
  const foreign = await asMine({ pids: 'pid:[1]' });
  await leaveLock(foreign);
  const { notice } = await refused();
  expect(notice.message).toMatch(/last sign of life \d+ s ago/);
  expect(notice.fix).toContain('if its machine or container is gone, run again two minutes after');
  await leaveLock(foreign, { silentMs: 180_000 });
  await take();
});

test('a machine that shares the disk counts for as long as it gives signs of life, by the clock of the disk', async () => {
  const foreign = await asMine({ kernel: 'another', socket: true });
  await leaveLock(foreign, { silentMs: 20_000 });
  expect((await refused({ ...me, now: () => Date.now() + 3_600_000 })).words).toMatchObject({
    host: 'my-host',
  });
  await leaveLock(foreign, { silentMs: 180_000 });
  await take({ ...me, now: () => Date.now() - 3_600_000 });
});

test('a run whose container has other numbers is seen by its socket, however silent it is', async () => {
  const { folder } = await take();
  const holder = JSON.parse(await readFile(join(folder, 'holder.json'), 'utf8')) as object;
  await writeFile(
    join(folder, 'holder.json'),
    JSON.stringify({ ...holder, pids: 'pid:[1]', kernel: 'another' }),
  );
  const longAgo = new Date(0);
  await utimes(join(folder, 'alive'), longAgo, longAgo);
  expect((await refused()).words['silentSeconds']).toBeUndefined();
});

test('a run gives signs of life, and learns that its lock was taken away', async () => {
  const sleepers: (() => void)[] = [];
  const wake = (): void => sleepers.splice(0).forEach((resolve) => resolve());
  const asleep = (): Promise<void> => new Promise((resolve) => void sleepers.push(resolve));
  const held = await take({ ...me, sleep: asleep });
  const alive = join(held.folder, 'alive');
  await utimes(alive, new Date(0), new Date(0));
  wake();
  await expect.poll(async () => (await stat(alive)).mtimeMs).toBeGreaterThan(0);
  await held.check();
  await rm(held.folder, { recursive: true });
  await expect(held.check()).rejects.toMatchObject({ code: 'work-dir-lost', object: directory });
  wake();
  await expect(stat(held.folder)).rejects.toThrow('ENOENT');
});

test.each(['run.lock', 'run.lock.4711.1767225600000'])('a file %s is no lock', async (name) => {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), '');
  const held = await take();
  await held.release();
  expect((await readdir(directory)).filter((left) => left !== 'run.lock')).toEqual([]);
});

test.each(['', '{}', 'no JSON'])(
  'a lock that a power failure left with %j in it is gone after a while',
  async (text) => {
    await leaveLock(text);
    expect((await refused()).message).toContain('process unknown on an unknown host');
    await leaveLock(text, { silentMs: 180_000 });
    await take();
  },
);

test('a work directory that cannot be made is named', async () => {
  await writeFile(join(parent, 'file'), '');
  for (const place of [join(parent, 'file', 'work'), join(parent, 'file'), '/proc/no-such-folder/work/dir']) {
    await expect(lockWorkDir(place, me)).rejects.toMatchObject({ code: 'work-dir', object: place });
  }
});

type Contender = {
  child: ChildProcess;
  ask: (what: 'take' | 'give back') => Promise<string>;
  end: () => Promise<void>;
};

async function contend(): Promise<Contender> {
  const child = spawn(process.execPath, ['--import', 'tsx', contender, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  expect(await nextLine()).toBe('ready');
  return {
    child,
    ask: (what) => {
      child.stdin.write(`${what}\n`);
      return nextLine();
    },
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}

test.each(['work', `${'long/'.repeat(30)}work`])(
  'in %s a run that stands still holds its lock, one that was killed does not',
  async (name) => {
    directory = join(parent, name);
    const { child, ask } = await contend();
    expect(await ask('take')).toBe('won');
    child.kill('SIGSTOP');
    expect((await refused()).words).toMatchObject({ pid: child.pid, host: 'contender-host' });
    child.kill('SIGKILL');
    await once(child, 'close');
    await take();
    expect(await readdir(directory)).toHaveLength(1);
  },
);

test('of many processes that want the same stale lock exactly one gets it, round after round', async () => {
  const contenders = await Promise.all(Array.from({ length: 6 }, () => contend()));
  const all = (what: 'take' | 'give back'): Promise<string[]> =>
    Promise.all(contenders.map(({ ask }) => ask(what)));
  const dead = await asMine({ pid: 2 ** 30 });
  for (let round = 0; round < 6; round += 1) {
    await leaveLock(dead);
    const verdicts = await all('take');
    expect(verdicts.toSorted()).toEqual(['won', ...Array.from({ length: 5 }, () => 'work-dir-locked')]);
    const ends = await all('give back');
    expect(ends.toSorted()).toEqual(['given back', ...Array.from({ length: 5 }, () => 'has none')]);
    expect(await readdir(directory)).toEqual([]);
  }
  await Promise.all(contenders.map(({ end }) => end()));
});
