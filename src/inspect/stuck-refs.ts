import {
  commitsOf,
  firstParentLine,
  longestLine,
  readHistory,
  stepsAlong,
  type History,
} from '../git/objects.ts';
import type { Git } from '../git/run.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import type { Range } from '../git/object-walk.ts';
import type { Scan } from './objects.ts';

/**
 * Refs that cannot be pushed in portions of `limit` bytes though each commit of theirs can be. Only asked when
 * everything together is larger than that.
 */
export async function refsTooLarge(
  git: Git,
  range: Range,
  { changes, scan, limit }: { changes: readonly RefChange[]; scan: Scan; limit: number | null },
): Promise<Stuck[]> {
  const total = [...scan.perCommit.values()].reduce((sum, size) => sum + size, 0);
  if (limit === null || total <= limit) return [];
  const history = await readHistory(git, range.wanted, range.there);
  const commits = await commitsOf(git, range.wanted);
  const refs = changes.filter(isWrite).flatMap(({ ref, new: id }): WantedRef[] => {
    const commit = commits.get(id ?? '');
    return commit === undefined ? [] : [{ ref, commit }];
  });
  const known = new Set([
    ...scan.commits.map(({ commit }) => commit),
    ...scan.files.filter(({ exceeds }) => exceeds === 'push').map(({ commit }) => commit),
  ]);
  return stuckRefs(history, scan.perCommit, refs, limit).filter(
    (stuck) => !stuck.commits.some((commit) => known.has(commit)),
  );
}

/** A ref that leads to a commit; tags go in one push, branches along their history. */
export type WantedRef = { ref: string; commit: string };

/** Where a ref cannot go on: `commits` can only be pushed together. */
export type Stuck = { ref: string; commit: string; packed: number; commits: readonly string[] };

type Step = Omit<Stuck, 'ref'>;

/**
 * The refs that no sequence of pushes brings to GitLab when one push may have `limit` bytes: as the mirror pushes them,
 * first along the first parents, else along the longest line, and again as long as other refs bring in parts.
 */
export function stuckRefs(
  history: History,
  bytes: ReadonlyMap<string, number>,
  refs: readonly WantedRef[],
  limit: number,
): Stuck[] {
  const unsent = new Map(history);
  const rest = { unsent, bytes, limit };
  let waiting = refs.map((wanted): Waiting => ({ ...wanted, line: null, stop: null }));
  for (let before = Infinity; waiting.length > 0 && unsent.size < before;) {
    before = unsent.size;
    waiting = waiting.map((each) => pushed(each, rest)).filter(({ stop }) => stop !== null);
  }
  return waiting.flatMap(({ ref, stop }) => (stop === null ? [] : [{ ref, ...stop }]));
}

type Unsent = { unsent: Map<string, readonly string[]>; bytes: ReadonlyMap<string, number>; limit: number };

/** A ref that has gone part of its way stays on that line: it is only taken forward. */
type Waiting = WantedRef & { line: readonly string[] | null; stop: Step | null };

/** Sends what can be sent of it; `stop` is the step that cannot, null when it has arrived. */
function pushed(waiting: Waiting, rest: Unsent): Waiting {
  const steps = waiting.line === null ? firstSteps(waiting, rest) : along(waiting.line, rest);
  const at = steps.findIndex(({ packed }) => packed > rest.limit);
  for (const step of at < 0 ? steps : steps.slice(0, at))
    for (const id of step.commits) rest.unsent.delete(id);
  if (at < 0) return { ...waiting, stop: null };
  const begun = waiting.line !== null || at > 0;
  return {
    ...waiting,
    line: begun ? steps.slice(at).map(({ commit }) => commit) : null,
    stop: steps[at] ?? null,
  };
}

function firstSteps({ ref, commit }: WantedRef, rest: Unsent): Step[] {
  if (ref.startsWith('refs/tags/')) return along([commit], rest);
  const usual = along(firstParentLine(rest.unsent, commit), rest);
  if (largest(usual) <= rest.limit) return usual;
  const other = along(longestLine(rest.unsent, commit), rest);
  return largest(other) < largest(usual) ? other : usual;
}

function along(line: readonly string[], { unsent, bytes }: Unsent): Step[] {
  return stepsAlong(unsent, line).map((commits, index) => ({
    commit: line[index] ?? '',
    commits,
    packed: commits.reduce((sum, id) => sum + (bytes.get(id) ?? 0), 0),
  }));
}

function largest(steps: readonly Step[]): number {
  return steps.reduce((most, { packed }) => Math.max(most, packed), 0);
}
