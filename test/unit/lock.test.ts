import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockWorkDir } from '../../src/journal/lock.ts';

const contender = fileURLToPath(new URL('lock-contender.ts', import.meta.url));
let parent = '';
let directory = '';

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'gb2gl-lock-'));
  directory = join(parent, 'work');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

function self(pid: number, alive: (pid: number) => boolean) {
  return { pid, now: () => Date.parse('2026-01-02T03:04:05Z'), sleep, alive };
}

const everybody = (): boolean => true;
const nobody = (): boolean => false;

async function leaveLock(name: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), '');
}

test('the work directory is made for its owner alone and left without a trace of the lock', async () => {
  const release = await lockWorkDir(directory, self(11, everybody));
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const [name = ''] = await readdir(directory);
  expect(name).toMatch(/^run\.lock\.11\./);
  expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  await release();
  expect(await readdir(directory)).toEqual([]);
});

test('a second run is refused and told who holds the directory, since when', async () => {
  await lockWorkDir(directory, self(11, everybody));

  await expect(lockWorkDir(directory, self(12, everybody))).rejects.toMatchObject({
    code: 'work-dir-locked',
    words: { pid: 11, since: '2026-01-02T03:04:05.000Z' },
  });
  expect(await readdir(directory)).toMatchObject([expect.stringMatching(/^run\.lock\.11\./)]);
});

test('the lock of a dead run is taken over', async () => {
  await lockWorkDir(directory, self(11, everybody));
  const release = await lockWorkDir(
    directory,
    self(12, (pid) => pid !== 11),
  );
  await expect(lockWorkDir(directory, self(13, everybody))).rejects.toMatchObject({ words: { pid: 12 } });
  await release();
});

test('a lock with our own process number is that of a dead run, as in containers', async () => {
  await lockWorkDir(directory, self(7, everybody));
  const release = await lockWorkDir(directory, self(7, everybody));
  await release();
  expect(await readdir(directory)).toEqual([]);
});

test.each(['run.lock', 'run.lock.many.1', 'run.lock.7', 'run.lock.1.99999999999999999999'])(
  "a lock file %s, which no run has written, is nobody's",
  async (name) => {
    await leaveLock(name);
    const release = await lockWorkDir(directory, self(12, everybody));
    await release();
    expect(await readdir(directory)).toEqual([]);
  },
);

test('a work directory that cannot be made is named', async () => {
  await writeFile(join(parent, 'file'), '');
  const inside = join(parent, 'file', 'work');
  await expect(lockWorkDir(inside, self(12, nobody))).rejects.toMatchObject({
    code: 'work-dir',
    object: inside,
  });
});

type Contender = { ask: (what: 'take' | 'give back') => Promise<string>; end: () => Promise<void> };

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

test('of many processes that want the same stale lock exactly one gets it, round after round', async () => {
  const contenders = await Promise.all(Array.from({ length: 6 }, () => contend()));
  const all = (what: 'take' | 'give back'): Promise<string[]> =>
    Promise.all(contenders.map(({ ask }) => ask(what)));
  for (let round = 0; round < 6; round += 1) {
    // A process number that cannot exist.
    await leaveLock(`run.lock.${2 ** 30}.1`);
    const verdicts = await all('take');
    expect(verdicts.toSorted()).toEqual(['won', ...Array.from({ length: 5 }, () => 'work-dir-locked')]);
    const ends = await all('give back');
    expect(ends.toSorted()).toEqual(['given back', ...Array.from({ length: 5 }, () => 'has none')]);
    expect(await readdir(directory)).toEqual([]);
  }
  await Promise.all(contenders.map(({ end }) => end()));
});
