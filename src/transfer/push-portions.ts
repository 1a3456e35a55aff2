import { Failure } from '../failures/failure.ts';
import type { Git } from '../git/run.ts';
import type { RefChange } from '../model/plan.ts';
import type { PushAnswer } from './batches.ts';
import { statedLimit, type PushLimit, gitPush, pushBytes } from './git-push.ts';
import type { TransferJob } from './transport.ts';

/** What had to be sent, and what came of it; `guessed`: nobody said why it broke off. */
export type TooLarge = { bytes: number; text: string; guessed: boolean };

/** One repository's push in portions that the server takes. */
export type Pushing = {
  git: Git;
  job: TransferJob;
  arrivals: Arrivals;
  limit: PushLimit;
  /** Ids that could not be sent alone: whatever builds on one and has as much to send cannot either. */
  tooLarge: Map<string, TooLarge>;
  /** Refs that were given up for their size, with how many refs had arrived by then. */
  kept: Map<string, number>;
  /** Sends these as they are, and gives the error when that is too large. `bytes`: what it is thought to have. */
  push(batch: readonly RefChange[], bytes: number | null): Promise<PushAnswer | Failure>;
};

export type PushingOptions = { git: Git; job: TransferJob; arrivals: Arrivals; limit: PushLimit };

/** Nothing is known yet but what other repositories have taught. */
export function createPushing({ git, job, arrivals, limit }: PushingOptions): Pushing {
  const tooLarge = new Map<string, TooLarge>();
  return {
    git,
    job,
    arrivals,
    limit,
    tooLarge,
    kept: new Map(),
    async push(batch, bytes) {
      const size = async (): Promise<number> => bytes ?? bytesOf(batch, { git, arrivals });
      try {
        const answer = await gitPush(git, job, batch, size);
        arrivals.note(batch, answer.refs);
        if (bytes !== null && batch.every(({ ref }) => answer.refs.get(ref) === 'ok')) limit.worked(bytes);
        return answer;
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'push-too-large') throw error;
        const sent = await size();
        const text = error.detail || error.message;
        limit.tooLarge(sent, statedLimit(text));
        const [single, ...others] = batch;
        const guessed = error.cause !== undefined;
        if (single?.new && others.length === 0) tooLarge.set(single.new, { bytes: sent, text, guessed });
        return error;
      }
    },
  };
}

/** About how many bytes this batch has to send. */
export function bytesOf(
  batch: readonly RefChange[],
  { git, arrivals }: Pick<Pushing, 'git' | 'arrivals'>,
): Promise<number> {
  const ids = batch.map((change) => change.new).filter((id) => id !== null);
  return pushBytes(git, ids, arrivals.ids());
}

/** What the target's refs hold while they are being pushed. */
export type Arrivals = {
  /** Ids that the target has, so that nothing below them is sent. */
  ids(): string[];
  /** How many pushes of a ref have succeeded. */
  count(): number;
  /** True when something of the ref has been pushed, if only an older commit. */
  has(ref: string): boolean;
  /** The change as seen from what was pushed of it already: its own last commit is the lease. */
  fromNow(change: RefChange): RefChange;
  /** Takes in those changes that the answer calls `ok`. */
  note(changes: readonly RefChange[], refs: ReadonlyMap<string, string>): void;
};

/** Starts with the ids that the target had when the changes were decided. */
export function createArrivals(changes: readonly RefChange[]): Arrivals {
  const held = new Map(changes.map(({ ref, old }) => [ref, old]));
  const pushed = new Set<string>();
  let count = 0;
  return {
    ids: () => [...held.values()].filter((id) => id !== null),
    count: () => count,
    has: (ref) => pushed.has(ref),
    fromNow(change) {
      const old = held.get(change.ref) ?? null;
      if (!pushed.has(change.ref) || old === null) return change;
      return { ...change, outcome: 'update', old, force: true };
    },
    note(written, refs) {
      for (const { ref, new: id } of written) {
        if (refs.get(ref) !== 'ok') continue;
        held.set(ref, id);
        pushed.add(ref);
        count += 1;
      }
    },
  };
}

/** Two parts in the same order; refs that others build on come first and stay so. */
export function halves<T>(list: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}

/** How many of these commits may go first, when all together have that many bytes; a guess that takes them as equal. */
function firstGuess(commits: number, bytes: number, budget: number): number {
  if (bytes <= budget) return commits;
  // A little less, since no two are alike and a miss is halved.
  const share = Math.floor((0.9 * commits * budget) / bytes);
  return Math.max(1, Math.min(commits - 1, share));
}

/**
 * The longest beginning that fits, by guess and halving; at least one commit. `sizeOf` tells the bytes of the first so
 * many commits.
 */
export async function fitting(
  commits: number,
  budget: number,
  sizeOf: (count: number) => Promise<number>,
): Promise<{ count: number; bytes: number }> {
  let bytes = await sizeOf(commits);
  let count = firstGuess(commits, bytes, budget);
  if (count === commits) return { count, bytes };
  bytes = await sizeOf(count);
  while (count > 1 && bytes > budget) {
    count = Math.floor(count / 2);
    bytes = await sizeOf(count);
  }
  return { count, bytes };
}
