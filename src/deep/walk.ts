import { pipeline } from 'node:stream/promises';
import { eachLine, feed, startGit, together, type LocalGit } from './local-git.ts';
import { parseObjectLine, type WalkedObject } from './object-line.ts';

/** What is to be walked: everything that can be reached from `wanted` and not from `there`. */
export type Range = { wanted: readonly string[]; there: readonly string[] };

const FORMAT = '%(objectname) %(objecttype) %(objectsize) %(objectsize:disk) %(rest)';

/**
 * Visits every object of the range once, commits oldest first, each followed by what it brings. The lists of git go from
 * process to process and through here line by line, so memory does not grow with the repository.
 */
export async function walk(
  git: LocalGit,
  { wanted, there }: Range,
  visit: (object: WalkedObject) => void | Promise<void>,
): Promise<void> {
  if (wanted.length === 0) return;
  const list = startGit(git, [
    'rev-list',
    '--objects',
    '--in-commit-order',
    '--topo-order',
    '--reverse',
    '--stdin',
  ]);
  const check = startGit(git, ['cat-file', '--buffer', `--batch-check=${FORMAT}`]);
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

/** Those of the ids that the repository has. */
export async function presentIn(git: LocalGit, ids: ReadonlySet<string>): Promise<string[]> {
  if (ids.size === 0) return [];
  const present: string[] = [];
  const check = startGit(git, ['cat-file', '--buffer', '--batch-check=%(objectname) %(objecttype)']);
  const read = eachLine(check.stdout, (line) => {
    if (!line.endsWith(' missing')) present.push(line.slice(0, 40));
  });
  await together([check], [feed(check.stdin, ids), read]);
  return present;
}
