import type { Git } from './run.ts';
import { eachLine, feed, together } from './stream.ts';

/** Those of the objects that the repository has, with their types. */
export async function presentObjects(git: Git, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const present = new Map<string, string>();
  if (ids.size === 0) return present;
  const check = git.start('cat-file', '--buffer', '--batch-check=%(objectname) %(objecttype)');
  const read = eachLine(check.stdout, (line) => {
    if (!line.endsWith(' missing')) present.set(line.slice(0, 40), line.slice(41));
  });
  await together([check], [feed(check.stdin, ids), read]);
  return present;
}

/** Bytes of those of the objects that are files and there. */
export async function blobSizes(git: Git, ids: ReadonlySet<string>): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  if (ids.size === 0) return sizes;
  const check = git.start('cat-file', '--buffer', '--batch-check=%(objectname) %(objecttype) %(objectsize)');
  const read = eachLine(check.stdout, (line) => {
    const [, id, size] = /^([0-9a-f]{40}) blob (\d+)$/.exec(line) ?? [];
    if (id !== undefined) sizes.set(id, Number(size));
  });
  await together([check], [feed(check.stdin, ids), read]);
  return sizes;
}

/** The commit that each id is or points to; ids of anything else are left out. */
export async function commitsOf(git: Git, ids: readonly string[]): Promise<Map<string, string>> {
  const commits = new Map<string, string>();
  const check = git.start('cat-file', '--buffer', '--batch-check=%(objectname) %(rest)');
  const asked = ids.map((id) => `${id}^{commit} ${id}`);
  const read = eachLine(check.stdout, (line) => {
    const [, commit, id] = /^([0-9a-f]{40}) ([0-9a-f]{40})$/.exec(line) ?? [];
    if (commit !== undefined && id !== undefined) commits.set(id, commit);
  });
  await together([check], [feed(check.stdin, asked), read]);
  return commits;
}

/** Parents of each commit, every commit after its parents. */
export type History = ReadonlyMap<string, readonly string[]>;

/** The commits that can be reached from `wanted` and not from `there`; ids that the repository lacks are passed over. */
export async function readHistory(
  git: Git,
  wanted: readonly string[],
  there: readonly string[],
): Promise<History> {
  const history = new Map<string, readonly string[]>();
  const list = git.start('rev-list', '--ignore-missing', '--topo-order', '--reverse', '--parents', '--stdin');
  const read = eachLine(list.stdout, (line) => {
    const [id = '', ...parents] = line.split(' ');
    if (id !== '') history.set(id, parents);
  });
  await together([list], [feed(list.stdin, [...wanted, ...there.map((id) => `^${id}`)]), read]);
  return history;
}

/** The line along the first parents, oldest first. */
export function firstParentLine(history: History, tip: string): string[] {
  const line: string[] = [];
  for (let id = tip; history.has(id); id = history.get(id)?.[0] ?? '') line.push(id);
  return line.toReversed();
}

/** The line with the most commits, oldest first: where a merge brings in a long history it goes along that. */
export function longestLine(history: History, tip: string): string[] {
  const lengths = new Map<string, number>();
  const below = new Map<string, string>();
  for (const [id, parents] of history) {
    let length = 0;
    for (const parent of parents) {
      const further = lengths.get(parent) ?? 0;
      if (further <= length) continue;
      length = further;
      below.set(id, parent);
    }
    lengths.set(id, length + 1);
  }
  const line: string[] = [];
  for (let id = tip; history.has(id); id = below.get(id) ?? '') line.push(id);
  return line.toReversed();
}

/** What each step along the line brings in: its commit, with those of the histories that it merges. */
export function stepsAlong(history: History, line: readonly string[]): string[][] {
  const seen = new Set<string>();
  return line.map((step) => {
    const commits: string[] = [];
    const waiting = [step];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (seen.has(id) || !history.has(id)) continue;
      seen.add(id);
      commits.push(id);
      waiting.push(...(history.get(id) ?? []));
    }
    return commits;
  });
}
