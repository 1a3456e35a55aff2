import { journalDamaged, journalOfOthers, workDirUnusable } from '../failures/usage.ts';
import { mkdir, open, readFile, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isSameServer } from '../text/format.ts';
import { Entry, type StepRecord, apply, emptyHistory, type History, summary } from './history.ts';

/** The append-only record of what the steps did: JSON Lines, one write and one fdatasync per record. */
export type Journal = {
  /** The work directory, for files that a run needs for a while. */
  readonly directory: string;
  readonly history: History;
  record(step: StepRecord): Promise<void>;
  close(): Promise<void>;
};

export type JournalOptions = {
  directory: string;
  servers: Servers;
  /** Somebody says that these are the servers of before, under other names. */
  sameServers?: boolean | undefined;
  run: string;
  now(): number;
  /** Asked before each record, and so before each effect: throws when the work directory is not ours any more. */
  check?: () => Promise<void>;
};

/** Makes the work directory, for its owner alone. @throws work-dir */
export async function useDirectory(path: string): Promise<void> {
  await makeDirectory(path).catch((error: Error) => {
    throw workDirUnusable(path, { detail: error.message }, error);
  });
}

/** Makes a directory and those above it, mode 0700. Node's own way to do so never ends below /proc. */
export async function makeDirectory(path: string): Promise<void> {
  const isThere = async (): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false;
  if (await isThere()) return;
  if (dirname(path) !== path) await makeDirectory(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    if (!(await isThere())) throw error;
  });
}

/** Records that a compaction must save before it is worth the writing. */
const compactFrom = 5000;

export function journalFile(directory: string): string {
  return join(directory, 'journal.jsonl');
}

/**
 * Opens the journal of a work directory, replays it and appends to it.
 * @throws journal-damaged, journal-of-others
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const file = journalFile(options.directory);
  const read = await readJournal(file);
  const { history } = read;
  requireSame(history, options.servers, options.sameServers === true, file);
  const short = read.entries > compactFrom ? summary(history, timestamp(options.now())) : null;
  if (short !== null && read.entries - short.length > compactFrom) await compact(file, short);
  else if (read.torn) await truncate(file, read.bytes);
  const handle = await open(file, 'a', 0o600).catch((error: Error) => {
    throw workDirUnusable(file, { detail: error.message }, error);
  });
  return appendTo(handle, (await handle.stat()).size, history, options);
}

type Servers = { source: string; target: string };

/** True when both pairs are the same servers, however their addresses are spelled. */
export function areSame(one: Servers, other: Servers): boolean {
  return isSameServer(one.source, other.source) && isSameServer(one.target, other.target);
}

/** @throws journal-of-others, unless somebody says that the servers are the same under other names */
export function requireSame({ servers }: History, now: Servers, said: boolean, file: string): void {
  if (servers !== null && !said && !areSame(servers, now)) throw journalOfOthers(file, servers);
}

function appendTo(handle: FileHandle, bytes: number, history: History, options: JournalOptions): Journal {
  let size = bytes;
  const { servers } = history;
  const { source, target } = options.servers;
  const opened = servers?.source === source && servers.target === target;
  let opening: Promise<void> | null = opened ? Promise.resolve() : null;
  // Appends are chained so that the order of the file is the order of the calls.
  let last: Promise<void> = Promise.resolve();

  function append(entry: Entry): Promise<void> {
    const done = appendAfter(last, entry);
    last = done.catch(() => {});
    return done;
  }

  async function appendAfter(previous: Promise<void>, entry: Entry): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    await previous;
    await options.check?.();
    await write(line);
    apply(history, entry, 'own');
  }

  /** A full disk takes a part of a line: it must not stay, for further lines may follow once there is space again. */
  async function write(line: Buffer): Promise<void> {
    try {
      await handle.appendFile(line);
      await handle.datasync();
      size += line.length;
    } catch (error) {
      await handle.truncate(size).catch(() => {});
      throw error;
    }
  }

  return {
    directory: options.directory,
    history,
    async record(step) {
      const at = timestamp(options.now());
      // With other addresses than before they are known from now on by these. Only an effect binds the work directory to a pair of servers: a start that failed may have had a wrong URL.
      opening ??= append({ v: 1, type: 'opened', at, ...options.servers });
      await opening.catch((error: unknown) => {
        opening = null;
        throw error;
      });
      await append({ v: 1, type: 'step', at, run: options.run, ...step });
    },
    async close() {
      await last;
      await handle.close();
    },
  };
}

/** Replays a journal; an absent one is empty, an unfinished last line is left out. */
export async function readJournal(
  file: string,
): Promise<{ history: History; entries: number; torn: boolean; bytes: number }> {
  const content = await contentOf(file);
  const history = emptyHistory();
  let [entries, bytes] = [0, 0];
  // One after the other: a line may name tens of thousands of refs.
  for (let end = content.indexOf(0x0a); end >= 0; end = content.indexOf(0x0a, bytes)) {
    entries += 1;
    apply(history, entryOf(content.toString('utf8', bytes, end), entries, file));
    bytes = end + 1;
  }
  return { history, entries, torn: bytes < content.length, bytes };
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw workDirUnusable(file, { detail: (error as Error).message }, error);
  }
}

function entryOf(line: string, number: number, file: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw journalDamaged(file, { line: number, detail: 'it is not JSON' });
  }
  const parsed = Entry.safeParse(value);
  if (parsed.success) return parsed.data;
  const version = (value as { v?: unknown } | null)?.v;
  const detail =
    typeof version === 'number' && version !== 1
      ? `it was written by a newer gb2gl (journal version ${version})`
      : (parsed.error.issues[0]?.message ?? 'unknown record');
  throw journalDamaged(file, { line: number, detail });
}

async function truncate(file: string, bytes: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.truncate(bytes);
  await handle.datasync();
  await handle.close();
}

/** Replaces the file at once. */
async function compact(file: string, entries: readonly Entry[]): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  for (const entry of entries) await handle.appendFile(`${JSON.stringify(entry)}\n`);
  await handle.sync();
  await handle.close();
  await rename(temporary, file);
  const directory = await open(dirname(file), 'r');
  await directory.sync();
  await directory.close();
}

function timestamp(now: number): string {
  return new Date(now).toISOString();
}
