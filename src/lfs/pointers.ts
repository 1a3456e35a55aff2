import type { Readable } from 'node:stream';
import type { WalkedObject } from '../git/object-walk.ts';
import type { Git } from '../git/run.ts';
import { feedLine, together, type RunningGit } from '../git/stream.ts';
import type { PointerBlob } from '../model/lfs.ts';
import type { LfsObject } from '../model/source.ts';

export type PointerSearch = {
  /** Looks into the object when it may be a pointer. */
  offer(object: WalkedObject, commit: string): void | Promise<void>;
  /** Resolves once everything that was offered has been looked at. */
  end(): Promise<void>;
  stop(): void;
};

/** Finds the LFS pointers among the blobs that are offered. */
export function createPointerSearch(git: Git, found: (pointer: PointerBlob) => void): PointerSearch {
  let reading: Reading | null = null;
  return {
    offer({ id, type, size, path }, commit) {
      if (type !== 'blob' || size < shortestPointer || size > longestPointer) return;
      reading ??= startReading(git, (entry) => note(entry, found));
      return feedLine(reading.git.stdin, `${id} ${commit === '' ? noCommit : commit} ${path}`);
    },
    async end() {
      reading?.git.stdin.end();
      await reading?.finished;
    },
    stop: () => reading?.git.stop(),
  };
}

type Reading = { git: RunningGit; finished: Promise<void> };

const noCommit = '-'.repeat(40);

function startReading(git: Git, visit: (entry: BatchEntry) => void): Reading {
  const read = git.start('cat-file', '--buffer', '--batch=%(objectname) %(objectsize) %(rest)');
  const finished = together([read], [eachEntry(read.stdout, visit)]);
  // Whoever ends the search hears of it.
  finished.catch(() => {});
  return { git: read, finished };
}

function note({ id, rest, content }: BatchEntry, found: (pointer: PointerBlob) => void): void {
  const valid = parsePointer(content);
  const plain = plainPointer(content);
  const pointer = valid ?? plain;
  if (pointer === null) return;
  const commit = rest.slice(0, 40) === noCommit ? '' : rest.slice(0, 40);
  const where = { blob: id, path: rest.slice(41), commit };
  found({ ...pointer, ...where, plain: plain !== null, valid: valid !== null });
}

export type BatchEntry = { id: string; size: number; rest: string; content: string };

/** One object of `cat-file --batch='%(objectname) %(objectsize) %(rest)'` after the other; all are small. */
export async function eachEntry(stream: Readable, visit: (entry: BatchEntry) => void): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    bytes = bytes.subarray(takeWhole(bytes, visit));
  }
}

/** Visits the entries that are complete; gives the number of bytes that they took. */
function takeWhole(bytes: Buffer, visit: (entry: BatchEntry) => void): number {
  let at = 0;
  for (let end = bytes.indexOf(10, at); end >= 0; end = bytes.indexOf(10, at)) {
    const [, id = '', digits = '', rest = ''] =
      /^(\S+) (\S+)(?: (.*))?$/.exec(bytes.toString('utf8', at, end)) ?? [];
    const size = Number(digits);
    // `<what was asked> missing`
    if (!Number.isInteger(size)) {
      at = end + 1;
      continue;
    }
    if (bytes.length < end + 1 + size + 1) break;
    const content = bytes.toString('utf8', end + 1, end + 1 + size);
    visit({ id, size, rest, content });
    at = end + 1 + size + 1;
  }
  return at;
}

/** Longer files are no pointers, whatever they begin with (git-lfs spec, "The Pointer"). */
const longestPointer = 1023;
/** The oldest address, an object of one byte, no line end at the last line. */
const shortestPointer = 110;

/** The addresses that git-lfs has had (lfs/pointer.go). */
const versions: ReadonlySet<string> = new Set([
  'http://git-media.io/v/2',
  'https://hawser.github.com/spec/v1',
  'https://git-lfs.github.com/spec/v1',
]);
const keys = ['version', 'oid', 'size'] as const;

/**
 * Reads a blob as git-lfs does: three keys in their order, extensions between them, blank lines, line ends of any kind.
 * Null when it is an ordinary file.
 */
export function parsePointer(content: string): LfsObject | null {
  const values: string[] = [];
  for (const line of content.trim().split(/\r?\n/)) {
    if (line === '') continue;
    const [, key = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (key === keys[values.length]) values.push(value);
    else if (!/^ext-\d-\w+$/.test(key)) return null;
  }
  const [version = '', oid = '', size = ''] = values;
  const [, hash] = /^sha256:([0-9a-f]{64})$/.exec(oid) ?? [];
  if (!versions.has(version) || hash === undefined || !/^\d{1,15}$/.test(size)) return null;
  return { oid: hash, size: Number(size) };
}

/** Gitaly overlooks longer ones. */
const longestForGitlab = 200;

/** What GitLab takes the text for a pointer to when it looks for missing objects (GL-255); null when to nothing. */
export function plainPointer(content: string): LfsObject | null {
  if (Buffer.byteLength(content) > longestForGitlab) return null;
  if (!content.startsWith('version https://git-lfs.github.com/spec')) return null;
  const [, oid] = /^oid sha256:([0-9a-f]{64})\n/m.exec(content) ?? [];
  const [, size] = /^size (\d{1,15})\n/m.exec(content) ?? [];
  return oid === undefined || size === undefined ? null : { oid, size: Number(size) };
}
