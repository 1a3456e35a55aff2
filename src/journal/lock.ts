import * as fs from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { workDirLocked, workDirLost, workDirUnusable } from '../failures/usage.ts';
import { when } from '../text/format.ts';
import { useDirectory } from './journal.ts';

/** What a process knows of itself, and how it looks at others. */
export type Self = {
  pid: number;
  host: string;
  now(): number;
  sleep(ms: number, signal?: AbortSignal, idle?: 'idle'): Promise<void>;
  alive(pid: number): boolean;
};

/** A folder that belongs to this process for as long as it lives. */
export type Held = {
  folder: string;
  /** @throws work-dir-lost when somebody took this process for dead */
  check: () => Promise<void>;
  release: () => Promise<void>;
};

const Holder = z.object({
  pid: z.number(),
  host: z.string(),
  since: z.string(),
  /** One for everything that runs on the same kernel, containers included. */
  kernel: z.string(),
  /** Among which processes the number counts. */
  pids: z.string().nullable(),
  /** A number that is given again has another start. */
  started: z.string().nullable(),
  socket: z.boolean(),
});
type Holder = z.infer<typeof Holder>;
/** `since`: for people, as `when` tells it; `silentSeconds`: since its last sign of life, where nothing else tells whether it still runs. */
export type OtherRun = { pid: number | string; host: string; since: string; silentSeconds?: number };

const lockName = 'run.lock';
const signOfLifeMs = 10_000;
/** A network file system may show a sign of life a minute late. */
const deadAfterMs = 120_000;

/**
 * Makes the work directory (mode 0700) and takes its lock: one run at a time. Each run puts down a folder of its own,
 * and only then looks for others: of two that come at once at least the later one sees the other.
 * @throws work-dir-locked, work-dir
 */
export async function lockWorkDir(directory: string, self: Self): Promise<Held> {
  await useDirectory(directory);
  for (let attempt = 1; ; attempt += 1) {
    const holder = await othersIn(directory, lockName, self);
    if (holder) throw workDirLocked(directory, holder);
    const held = await holdFolder(directory, lockName, self);
    if ((await othersIn(directory, lockName, self, { mine: held.folder })) === null) return held;
    // Two came at once: both step back, and come again after times that differ like their names.
    await held.release();
    await self.sleep((held.folder.charCodeAt(held.folder.length - 1) - 47) * attempt);
  }
}

/** The run that is using the work directory; null when there is none. Only looks. */
export function runIn(directory: string, self: Self): Promise<OtherRun | null> {
  return othersIn(directory, lockName, self, { looksOnly: true });
}

/**
 * Makes `name.XXXXXX`, by which others can tell whether this process still runs: a socket in it, which the kernel closes
 * with the process; number and start of the process; for other machines a file that it keeps writing.
 * @throws work-dir
 */
export async function holdFolder(directory: string, name: string, self: Self): Promise<Held> {
  const ended = new AbortController();
  let server: Server | null = null;
  let folder = '';
  try {
    folder = await fs.mkdtemp(join(directory, `${name}-new.`));
    server = await listenIn(folder);
    const since = new Date(self.now()).toISOString();
    const holder: Holder = { ...(await identity(self)), since, socket: server !== null };
    await fs.writeFile(join(folder, 'holder.json'), JSON.stringify(holder));
    await fs.writeFile(join(folder, 'alive'), since);
    // Nobody meets half of it.
    const whole = folder.replace(/-new(\.\w+)$/, '$1');
    await fs.rename(folder, whole);
    folder = whole;
  } catch (error) {
    server?.close();
    if (folder !== '') await remove(folder);
    throw workDirUnusable(directory, { detail: (error as Error).message }, error);
  }
  void keepAlive(folder, self, ended.signal);
  return {
    folder,
    async check() {
      if ((await touched(folder)) === null) throw workDirLost(directory);
    },
    async release() {
      ended.abort();
      server?.close();
      await remove(folder);
    },
  };
}

async function keepAlive(folder: string, self: Self, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await self.sleep(signOfLifeMs, ended, 'idle').catch(() => {});
    if (ended.aborted) return;
    // It is written again soon, and `check` tells when the folder is gone.
    await fs.writeFile(join(folder, 'alive'), new Date(self.now()).toISOString()).catch(() => {});
  }
}

/**
 * Removes what processes that are gone left of their folders of this name; the holder of another one, if there is any.
 * @throws work-dir
 */
export async function othersIn(
  directory: string,
  name: string,
  self: Self,
  { mine = '', looksOnly = false } = {},
): Promise<OtherRun | null> {
  let found: OtherRun | null = null;
  try {
    for (const entry of await fs.readdir(directory)) {
      const folder = join(directory, entry);
      const begun = entry.startsWith(`${name}-new.`);
      if (folder === mine || !(begun || entry.startsWith(`${name}.`))) continue;
      const holder = await holderOf(folder, self, () => (looksOnly ? self.now() : clockOf(directory)));
      if (holder !== null && !begun) found ??= holder;
      if (holder === null && !looksOnly) await remove(folder);
    }
  } catch (error) {
    throw workDirUnusable(directory, { detail: (error as Error).message }, error);
  }
  return found;
}

/** Who holds the folder; null when nobody does any more. */
async function holderOf(
  folder: string,
  self: Self,
  now: () => number | Promise<number>,
): Promise<OtherRun | null> {
  const reading = fs.readFile(join(folder, 'holder.json'), 'utf8');
  const holder = await reading.then((text) => Holder.parse(JSON.parse(text))).catch(() => null);
  const { pid = 'unknown', host = 'an unknown host', since } = holder ?? {};
  const run = { pid, host, since: since === undefined ? 'an unknown time' : when(since, self.now()) };
  const here = await identity(self);
  if (holder !== null) {
    const knock = holder.socket ? await knockAt(folder) : null;
    if (knock === true) return run;
    if (holder.kernel === here.kernel) {
      if (knock === false) return null;
      const runs = holder.pids === here.pids ? await isRunning(holder, self) : null;
      if (runs !== null) return runs ? run : null;
    }
  }
  const touchedMs = (await touched(`${folder}/alive`)) ?? (await touched(`${folder}/.`)) ?? 0;
  const silentMs = (await now()) - touchedMs;
  if (silentMs > deadAfterMs) return null;
  return { ...run, silentSeconds: Math.max(0, Math.round(silentMs / 1000)) };
}

/** The clock that dates the files there: that of another machine may differ from ours. */
async function clockOf(directory: string): Promise<number> {
  const folder = await fs.mkdtemp(join(directory, 'clock.'));
  const { mtimeMs } = await fs.stat(folder);
  await remove(folder);
  return mtimeMs;
}

async function touched(path: string): Promise<number | null> {
  return (await fs.stat(path).catch(() => null))?.mtimeMs ?? null;
}

async function identity({ pid, host }: Self): Promise<Omit<Holder, 'since' | 'socket'>> {
  const boot = await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => `host ${host}`);
  const pids = await fs.readlink('/proc/self/ns/pid').catch(() => null);
  return { pid, host, kernel: boot.trim(), pids, started: (await processOf(pid))?.started ?? null };
}

/** Null when nothing but its number is known. */
async function isRunning({ pid, started }: Holder, self: Self): Promise<boolean | null> {
  if (!self.alive(pid)) return false;
  const now = await processOf(pid);
  if (now === null || started === null) return null;
  return now.started === started && now.state !== 'Z';
}

/** `pid (name) state parent … start …` of proc(5); the name may hold spaces and parentheses. */
async function processOf(pid: number): Promise<{ state: string; started: string } | null> {
  const text = await fs.readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', started = ''] = [fields[0], fields[19]];
  return started === '' ? null : { state, started };
}

/** Null where the file system takes no sockets. */
function listenIn(folder: string): Promise<Server | null> {
  const server = createServer((visitor) => visitor.on('error', () => {}).destroy()).unref();
  const listen = (path: string) =>
    new Promise<Server>((resolve, reject) => {
      server.on('error', reject).listen(path, () => resolve(server));
    });
  return withSocketPath(folder, listen).catch(() => null);
}

/** EAGAIN: there is a queue. */
const answers: Readonly<Record<string, boolean>> = {
  EAGAIN: true,
  ECONNREFUSED: false,
  ENOENT: false,
  ENOTSOCK: false,
};

/** Does a process on this kernel listen there? Null when there is no telling. */
function knockAt(folder: string): Promise<boolean | null> {
  return withSocketPath(folder, answerAt).catch(() => null);
}

function answerAt(path: string): Promise<boolean | null> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true)).on('connect', () => socket.destroy());
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(answers[code] ?? null));
  });
}

/** Some systems take 103 bytes at most: a longer path is reached through a short link. */
async function withSocketPath<T>(folder: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, 'socket');
  if (Buffer.byteLength(path) <= 103) return use(path);
  const detour = await fs.mkdtemp('/tmp/gb2gl-');
  try {
    await fs.symlink(folder, join(detour, 'to'));
    return await use(join(detour, 'to', 'socket'));
  } finally {
    await remove(detour);
  }
}

/** A git that is being ended may still write there. */
function remove(folder: string): Promise<void> {
  return fs.rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
