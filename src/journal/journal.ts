import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MigrationError } from '../errors.ts';
import { Entry, type StepRecord } from './record.ts';
import { apply, emptyHistory, type History } from './replay.ts';

/** The append-only record of what the steps did: JSON Lines, one write and one fdatasync per record. */
export type Journal = {
  readonly history: History;
  record(step: StepRecord): Promise<void>;
  close(): Promise<void>;
};

export type JournalOptions = {
  directory: string;
  servers: { source: string; target: string };
  run: string;
  now(): number;
};

/** Records that a compaction must save before it is worth the writing. */
const COMPACT_FROM = 5000;

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
  const known = history.servers;
  if (known && (known.source !== options.servers.source || known.target !== options.servers.target)) {
    throw new MigrationError('journal-of-others', file, known);
  }
  if (read.entries - liveEntries(history) > COMPACT_FROM) await compact(file, history, options.now());
  else if (read.torn) await truncate(file, read.bytes);
  const handle = await open(file, 'a', 0o600);
  const journal = appendTo(handle, history, options);
  if (!known)
    await journal.append({ v: 1, type: 'opened', at: timestamp(options.now()), ...options.servers });
  return journal;
}

function appendTo(
  handle: FileHandle,
  history: History,
  options: JournalOptions,
): Journal & { append(entry: Entry): Promise<void> } {
  // Appends are chained so that the order of the file is the order of the calls.
  let last: Promise<void> = Promise.resolve();

  function append(entry: Entry): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    const done = last.then(async () => {
      await handle.write(line);
      await handle.datasync();
      apply(history, entry);
    });
    last = done.catch(() => {});
    return done;
  }

  return {
    history,
    append,
    record: (step) => append({ v: 1, type: 'step', at: timestamp(options.now()), run: options.run, ...step }),
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
  const text = await contentOf(file);
  const end = text.lastIndexOf('\n') + 1;
  const history = emptyHistory();
  const lines = text.slice(0, end).split('\n').slice(0, -1);
  lines.forEach((line, index) => apply(history, entryOf(line, index + 1, file)));
  return {
    history,
    entries: lines.length,
    torn: end < text.length,
    bytes: Buffer.byteLength(text.slice(0, end)),
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new MigrationError('work-dir', file, { detail: (error as Error).message }, error);
  }
}

function entryOf(line: string, number: number, file: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new MigrationError('journal-damaged', file, { line: number, detail: 'it is not JSON' });
  }
  const parsed = Entry.safeParse(value);
  if (parsed.success) return parsed.data;
  const version = (value as { v?: unknown } | null)?.v;
  const detail =
    typeof version === 'number' && version !== 1
      ? `it was written by a newer gb2gl (journal version ${version})`
      : (parsed.error.issues[0]?.message ?? 'unknown record');
  throw new MigrationError('journal-damaged', file, { line: number, detail });
}

async function truncate(file: string, bytes: number): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.truncate(bytes);
  await handle.datasync();
  await handle.close();
}

/** Lines that a compacted journal would have: see `summary`. */
function liveEntries(history: History): number {
  let count = 1;
  for (const item of history.items.values()) count += item.steps.size + 1;
  return count;
}

async function compact(file: string, history: History, now: number): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  await handle.write(
    `${summary(history, timestamp(now))
      .map((entry) => JSON.stringify(entry))
      .join('\n')}\n`,
  );
  await handle.sync();
  await handle.close();
  await rename(temporary, file);
  const directory = await open(dirname(file), 'r');
  await directory.sync();
  await directory.close();
}

/** The shortest journal that replays to the same history. */
export function summary(history: History, at: string): Entry[] {
  const entries: Entry[] = [];
  if (history.servers) entries.push({ v: 1, type: 'opened', at, ...history.servers });
  for (const [item, known] of history.items) {
    const base = { v: 1, type: 'step', at: known.at || at, run: 'compacted', item } as const;
    // A ref with several possible ids needs one `started` record for each of them.
    const depth = Math.max(0, ...[...known.written.values()].map((ids) => ids.size));
    for (let layer = 0; layer < depth; layer += 1) {
      const refs: Record<string, string> = {};
      for (const [ref, ids] of known.written) {
        const id = [...ids][layer];
        if (id !== undefined) refs[ref] = id;
      }
      entries.push({ ...base, step: 'code', status: 'started', refs });
    }
    for (const branch of known.opened)
      entries.push({ ...base, step: 'code', status: 'started', opened: branch });
    for (const [step, status] of known.steps) {
      const target = known.target && (step === 'group' || step === 'project') ? { target: known.target } : {};
      const hash = known.hash !== null && step === 'proof' ? { hash: known.hash } : {};
      const head = known.head !== null && step === 'settings' ? { head: known.head } : {};
      entries.push({ ...base, step, status, ...target, ...hash, ...head });
    }
  }
  return entries;
}

function timestamp(now: number): string {
  return new Date(now).toISOString();
}
