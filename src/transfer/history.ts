import { formatBytes } from '../text/format.ts';
import { pushFailed } from '../failures/git.ts';
import { Failure } from '../failures/failure.ts';
import { commitsPerStep, firstParentLine, longestLine, parseHistory, type History } from '../git/history.ts';
import type { Git } from '../git/run.ts';
import type { RefChange } from '../model/plan.ts';
import type { PushAnswer } from './batches.ts';
import { pushBytes } from './git-push.ts';
import { type Pushing, type TooLarge, fitting } from './push-portions.ts';

/**
 * Takes one ref to its id over older commits of its own history, as many at a time as the server takes. Ends with what
 * the server said of it, or with the commit that alone is too large.
 */
export async function pushAlong(change: RefChange, pushing: Pushing): Promise<PushAnswer> {
  const { git, arrivals, limit } = pushing;
  let stones = await steppingStones(git, arrivals.fromNow(change), arrivals.ids(), limit.budget());
  let most = stones.length;
  for (;;) {
    const sizeOf = (count: number): Promise<number> =>
      pushBytes(git, [stones[count - 1] ?? ''], arrivals.ids());
    const { count, bytes } = await fitting(Math.min(most, stones.length), limit.budget(), sizeOf);
    const id = stones[count - 1] ?? '';
    const refusal = await refusalOf(id, bytes, pushing);
    if (refusal && count === 1) return keptBack(change, id, { ...refusal, bytes }, pushing);
    if (refusal) {
      most = Math.floor(count / 2);
      continue;
    }
    const answer = await pushing.push([{ ...arrivals.fromNow(change), new: id }], bytes);
    // Next time round it is known as refused.
    if (answer instanceof Failure) continue;
    if (id === change.new || answer.refs.get(change.ref) !== 'ok') return answer;
    stones = stones.slice(count);
    most = stones.length;
  }
}

/** What is known of a push that had no more to send than this one and was too large. */
async function refusalOf(
  id: string,
  bytes: number,
  { git, tooLarge }: Pushing,
): Promise<TooLarge | undefined> {
  for (const [base, refusal] of tooLarge) {
    if (bytes >= refusal.bytes && (base === id || (await isAncestor(git, base, id)))) return refusal;
  }
  return undefined;
}

function keptBack(
  { ref }: RefChange,
  id: string,
  { bytes, text, guessed }: TooLarge,
  { arrivals, kept, job }: Pushing,
): PushAnswer {
  // It may have been the network after all, and what cannot be made smaller is worth a second try.
  if (guessed && job.attempt === 1) throw pushFailed(job.id, { detail: text });
  kept.set(ref, arrivals.count());
  const size = `about ${formatBytes(bytes)}`;
  const what = ref.startsWith('refs/tags/')
    ? `a tag is moved whole, and no branch that arrived spares sending ${size} for it`
    : `its commit ${id} alone takes a push of ${size}${arrivals.has(ref) ? '; the ref holds the commit before it' : ''}`;
  const wayOut = "raise GitLab's receive_max_input_size or the proxy's body size, then run again";
  return { refs: new Map([[ref, `${text}; ${what}; ${wayOut}`]]), text };
}

/** Steps that are measured before a line is taken; merges of long histories are the ones that may be too large. */
const MEASURED_STEPS = 3;

/**
 * Commits that a ref can be taken over, each a fast-forward of the one before, the last one being its final id; only
 * that one when the ref has no history of its own or can only be moved whole. A tag is moved whole: one that stays half
 * way, because the run was killed, could not be told from somebody else's.
 */
async function steppingStones(
  git: Git,
  change: RefChange,
  there: readonly string[],
  budget: number,
): Promise<readonly string[]> {
  const { ref, new: id } = change;
  if (id === null) return [];
  if (ref.startsWith('refs/tags/')) return [id];
  const range = ['--ignore-missing', id, '--not', ...there.slice(-10_000)];
  const history = parseHistory(await git('rev-list', '--topo-order', '--reverse', '--parents', ...range));
  if (!history.has(id)) return [id];
  const usual = await startingAbove(git, change, firstParentLine(history, id));
  const largest = await largestStep(git, history, usual, there);
  if (largest <= budget) return usual;
  const other = await startingAbove(git, change, longestLine(history, id));
  return (await largestStep(git, history, other, there)) < largest ? other : usual;
}

/** The part of the line that is a fast-forward of what the ref holds. */
async function startingAbove(
  git: Git,
  { old, new: id, force }: RefChange,
  line: readonly string[],
): Promise<readonly string[]> {
  if (old === null || id === null) return line;
  if (await isAncestor(git, old, id)) return line.slice(await firstAbove(git, old, line));
  // git itself refuses what is no fast-forward, unless history may be rewritten.
  return force ? line : line.slice(-1);
}

async function largestStep(
  git: Git,
  history: History,
  line: readonly string[],
  there: readonly string[],
): Promise<number> {
  const commits = commitsPerStep(history, line);
  const heaviest = [...commits.keys()].sort((a, b) => (commits[b] ?? 0) - (commits[a] ?? 0));
  let largest = 0;
  for (const index of heaviest.slice(0, MEASURED_STEPS)) {
    const before = line.slice(Math.max(0, index - 1), index);
    largest = Math.max(largest, await pushBytes(git, line.slice(index, index + 1), [...there, ...before]));
  }
  return largest;
}

/** False also when the mirror does not have the commit. */
async function isAncestor(git: Git, old: string, id: string): Promise<boolean> {
  return git('merge-base', '--is-ancestor', old, id).then(
    () => true,
    () => false,
  );
}

/** Index of the first stone that has the commit below it; it may have come in by a merge. */
async function firstAbove(git: Git, old: string, line: readonly string[]): Promise<number> {
  let [low, high] = [0, line.length - 1];
  if (await isAncestor(git, old, line[0] ?? '')) return 0;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isAncestor(git, old, line[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
