import { pipeline } from 'node:stream/promises';
import type { Git } from '../git/run.ts';
import { eachLine, feed, together } from '../git/stream.ts';
import { createSizeCheck, type LargeCommit, type LargeFile, type SizeLimits } from './large-files.ts';
import { createPointerSearch, type FoundPointer } from './lfs.ts';

export type ReachedBadObject = { path: string; commit: string; faults: readonly BadObject[] };

export type Scan = {
  bad: ReachedBadObject[];
  files: LargeFile[];
  commits: LargeCommit[];
  perCommit: ReadonlyMap<string, number>;
  /** By LFS object. */
  pointers: Map<string, FoundPointer>;
};

export type ScanOptions = {
  /** What fsck found; only what the range reaches counts. */
  bad: ReadonlyMap<string, readonly BadObject[]>;
  limits: SizeLimits;
  visited(objects: number): void;
};

const reportEvery = 20_000;

/** Goes once through the objects of the range and collects what is remarkable about them. */
export async function scan(git: Git, range: Range, options: ScanOptions): Promise<Scan> {
  const pointers = new Map<string, FoundPointer>();
  const bad: ReachedBadObject[] = [];
  if (range.wanted.length === 0) return { bad, files: [], commits: [], perCommit: new Map(), pointers };
  const search = createPointerSearch(git, pointers);
  const sizes = createSizeCheck(options.limits);
  let commit = '';
  let visited = 0;
  try {
    await walk(git, range, (object) => {
      visited += 1;
      if (visited % reportEvery === 0) options.visited(visited);
      if (object.type === 'commit') commit = object.id;
      const faults = options.bad.get(object.id);
      if (faults) bad.push({ path: object.path, commit: object.type === 'tag' ? '' : commit, faults });
      sizes.visit(object, commit);
      return search.offer(object, commit);
    });
    sizes.end();
    await search.end();
  } catch (error) {
    search.stop();
    throw error;
  }
  const { files, commits, perCommit } = sizes;
  return { bad, files, commits, perCommit, pointers };
}

/** What is to be walked: everything that can be reached from `wanted` and not from `there`. */
export type Range = { wanted: readonly string[]; there: readonly string[] };

const format = '%(objectname) %(objecttype) %(objectsize) %(objectsize:disk) %(rest)';

/**
 * Visits every object of the range once, commits oldest first, each followed by what it brings. The lists of git go from
 * process to process and through here line by line, so memory does not grow with the repository.
 */
async function walk(
  git: Git,
  { wanted, there }: Range,
  visit: (object: WalkedObject) => void | Promise<void>,
): Promise<void> {
  if (wanted.length === 0) return;
  const list = git.start(
    'rev-list',
    '--objects',
    '--in-commit-order',
    '--topo-order',
    '--reverse',
    '--stdin',
  );
  const check = git.start('cat-file', '--buffer', `--batch-check=${format}`);
  await together(
    [list, check],
    [
      feed(list.stdin, [...wanted, ...there.map((id) => `^${id}`)]),
      pipeline(list.stdout, check.stdin),
      eachLine(check.stdout, (line) => {
        const object = parseObjectLine(line);
        if (object !== null) return visit(object);
      }),
    ],
  );
}

export type WalkedObject = {
  id: string;
  type: 'commit' | 'tree' | 'blob' | 'tag';
  /** Bytes as a checkout would show it. */
  size: number;
  /** Bytes in the pack, which is about what a push sends. */
  packed: number;
  /** Where it was met first; empty for commits, root trees, and what a tag points to directly. */
  path: string;
};

const objectLine = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+) (\d+) ?(.*)$/;

/** One line of `cat-file --batch-check`, null when it is none. */
export function parseObjectLine(line: string): WalkedObject | null {
  const match = objectLine.exec(line);
  if (match === null) return null;
  const [, id = '', type = '', size, packed, path = ''] = match;
  return { id, type: type as WalkedObject['type'], size: Number(size), packed: Number(packed), path };
}

export type BadObject = {
  type: string;
  id: string;
  /** Name of git's check, such as `badDate`. */
  check: string;
  text: string;
};

const fsckError = /^error in (\w+) ([0-9a-f]{40})(?: \([^)]*\))?: (\w+): (.*)$/;
const progress = /^Checking objects: +(\d+)%/;

/** `error in commit <id>: badDate: invalid author/committer line`, from `git fsck`; null for warnings and all else. */
export function parseFsckLine(line: string): BadObject | null {
  const match = fsckError.exec(line);
  if (match === null) return null;
  const [, type = '', id = '', check = '', text = ''] = match;
  return { type, id, check, text };
}

/** Percent of the objects that are checked; null for other lines. */
export function progressOf(line: string): number | null {
  const percent = progress.exec(line)?.[1];
  return percent === undefined ? null : Number(percent);
}
