import { pipeline } from 'node:stream/promises';
import type { Git } from './run.ts';
import { eachLine, feed, together } from './stream.ts';

/** What is to be walked: everything that can be reached from `wanted` and not from `there`. */
export type Range = { wanted: readonly string[]; there: readonly string[] };

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

const format = '%(objectname) %(objecttype) %(objectsize) %(objectsize:disk) %(rest)';

/**
 * Visits every object of the range once, commits oldest first, each followed by what it brings. The lists of git go from
 * process to process and through here line by line, so memory does not grow with the repository.
 */
export async function walk(
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

const objectLine = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+) (\d+) ?(.*)$/;

/** One line of `cat-file --batch-check`, null when it is none. */
export function parseObjectLine(line: string): WalkedObject | null {
  const match = objectLine.exec(line);
  if (match === null) return null;
  const [, id = '', type = '', size, packed, path = ''] = match;
  return { id, type: type as WalkedObject['type'], size: Number(size), packed: Number(packed), path };
}
