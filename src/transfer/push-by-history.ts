import { formatBytes } from '../text/format.ts';
import { pushFailed } from '../failures/git.ts';
import { Failure } from '../failures/failure.ts';
import { firstParentLine, longestLine, readHistory, stepsAlong, type History } from '../git/objects.ts';
import type { Git } from '../git/run.ts';
import type { PushAnswer } from '../git/send-pack.ts';
import type { RefChange } from '../model/plan.ts';
import type { SplitPush, TooLarge } from './git-push.ts';
import { longestFitting, pushBytes } from './push-size.ts';

/**
 * Takes one ref to its id over older commits of its own history, as many at a time as the server takes. Ends with what
 * the server said of it, or with the commit that alone is too large.
 */
export async function pushByHistory(change: RefChange, split: SplitPush): Promise<PushAnswer> {
  const { git, pushedRefs, limit } = split;
  let commits = await intermediateCommits(git, pushedRefs.asOfNow(change), pushedRefs.ids(), limit.budget());
  let most = commits.length;
  for (;;) {
    const sizeOf = (count: number): Promise<number> =>
      pushBytes(git, [commits[count - 1] ?? ''], pushedRefs.ids());
    const { count, bytes } = await longestFitting(Math.min(most, commits.length), limit.budget(), sizeOf);
    const id = commits[count - 1] ?? '';
    const refusal = await refusalOf(id, bytes, split);
    if (refusal && count === 1) return giveUp(change, id, { ...refusal, bytes }, split);
    if (refusal) {
      most = Math.floor(count / 2);
      continue;
    }
    const answer = await split.push([{ ...pushedRefs.asOfNow(change), new: id }], bytes);
    // Next time round it is known as refused.
    if (answer instanceof Failure) continue;
    if (id === change.new || answer.refs.get(change.ref) !== 'ok') return answer;
    commits = commits.slice(count);
    most = commits.length;
  }
}

/** What is known of a push that had no more to send than this one and was too large. */
async function refusalOf(
  id: string,
  bytes: number,
  { git, tooLarge }: SplitPush,
): Promise<TooLarge | undefined> {
  for (const [base, refusal] of tooLarge) {
    if (bytes >= refusal.bytes && (base === id || (await isAncestor(git, base, id)))) return refusal;
  }
  return undefined;
}

function giveUp(
  { ref }: RefChange,
  id: string,
  { bytes, text, guessed }: TooLarge,
  { pushedRefs, givenUp, job }: SplitPush,
): PushAnswer {
  // It may have been the network after all, and what cannot be made smaller is worth a second try.
  if (guessed && job.attempt === 1) throw pushFailed(job.id, { detail: text });
  givenUp.set(ref, pushedRefs.count());
  const size = `about ${formatBytes(bytes)}`;
  const what = ref.startsWith('refs/tags/')
    ? `a tag is pushed whole, and no pushed branch avoids sending ${size} for it`
    : `its commit ${id} alone requires a push of ${size}${pushedRefs.has(ref) ? '; the ref points to the previous commit' : ''}`;
  return { refs: new Map([[ref, `${text}; ${what}`]]), text };
}

/** Steps that are measured before a line is taken; merges of long histories are the ones that may be too large. */
const measuredSteps = 3;

/**
 * Commits that a ref can be taken over, each a fast-forward of the one before, the last one being its final id; only
 * that one when the ref has no history of its own or can only be moved whole. A tag is moved whole: one that stays half
 * way, because the run was killed, could not be told from somebody else's.
 */
async function intermediateCommits(
  git: Git,
  change: RefChange,
  there: readonly string[],
  budget: number,
): Promise<readonly string[]> {
  const { ref, new: id } = change;
  if (id === null) return [];
  if (ref.startsWith('refs/tags/')) return [id];
  const history = await readHistory(git, [id], there);
  if (!history.has(id)) return [id];
  const usual = await fastForwardPart(git, change, firstParentLine(history, id));
  const largest = await largestStep(git, history, usual, there);
  if (largest <= budget) return usual;
  const other = await fastForwardPart(git, change, longestLine(history, id));
  return (await largestStep(git, history, other, there)) < largest ? other : usual;
}

/** The part of the line that is a fast-forward of what the ref holds. */
async function fastForwardPart(
  git: Git,
  { old, new: id, force }: RefChange,
  line: readonly string[],
): Promise<readonly string[]> {
  if (old === null || id === null) return line;
  if (await isAncestor(git, old, id)) return line.slice(await firstDescendant(git, old, line));
  // git itself refuses what is no fast-forward, unless history may be rewritten.
  return force ? line : line.slice(-1);
}

async function largestStep(
  git: Git,
  history: History,
  line: readonly string[],
  there: readonly string[],
): Promise<number> {
  const commits = stepsAlong(history, line).map(({ length }) => length);
  const heaviest = [...commits.keys()].sort((a, b) => (commits[b] ?? 0) - (commits[a] ?? 0));
  let largest = 0;
  for (const index of heaviest.slice(0, measuredSteps)) {
    const before = line.slice(Math.max(0, index - 1), index);
    largest = Math.max(largest, await pushBytes(git, line.slice(index, index + 1), [...there, ...before]));
  }
  return largest;
}

/** False also when the mirror does not have the commit. */
async function isAncestor(git: Git, old: string, id: string): Promise<boolean> {
  return git.run('merge-base', '--is-ancestor', old, id).then(
    () => true,
    () => false,
  );
}

/** Index of the first commit that has the commit below it; it may have come in by a merge. */
async function firstDescendant(git: Git, old: string, line: readonly string[]): Promise<number> {
  let [low, high] = [0, line.length - 1];
  if (await isAncestor(git, old, line[0] ?? '')) return 0;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isAncestor(git, old, line[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
