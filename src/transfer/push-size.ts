import { GitExit } from '../git/errors.ts';
import type { Git } from '../git/run.ts';

/**
 * What is known of how much the target takes in one push, in bytes as git stores them. Kept as long as the transport, so
 * that the next repository starts with what the last one learned.
 */
export type PushLimit = {
  /** Bytes that the next push may have; Infinity while nothing was ever too large. */
  budget(): number;
  worked(bytes: number): void;
  /** `stated`: the limit as the server told it, where it did. */
  tooLarge(bytes: number, stated?: number | null): void;
  /** Something on the way takes no request whose length is not told beforehand (RFC 9110 §15.5.12). */
  requireLength(): void;
  needsLength(): boolean;
};

/** No server takes less; one odd answer to a small push must not chop up all that follows. */
const floor = 64 * 1024;
/** Sizes are estimates, and a push that is refused costs more than one that is a little small. */
const margin = 0.9;
/** What was refused may be that many times larger than what worked; below that no more is tried. */
const close = 1.5;

/** git holds all of a push in memory whose length it tells beforehand. */
const heldBytes = 32 * 1024 * 1024;

/** Halves what was too large until something works, then comes near the limit and stays there. */
export function createPushLimit(): PushLimit {
  let largest = 0;
  let refused = Infinity;
  let needsLength = false;
  return {
    budget() {
      if (needsLength && refused > heldBytes) return heldBytes;
      if (largest === 0) return Math.max(floor, Math.floor(refused / 2));
      if (refused === Infinity || refused <= largest * close) return Math.max(floor, largest);
      return Math.max(floor, Math.floor((largest + refused) / 2));
    },
    worked(bytes) {
      if (bytes < refused) largest = Math.max(largest, bytes);
    },
    tooLarge(bytes, stated = null) {
      refused = Math.min(refused, bytes);
      // What worked once may be refused another time.
      if (largest >= refused) largest = 0;
      if (stated === null || stated * margin >= bytes) return;
      refused = Math.min(refused, stated);
      largest = Math.floor(refused * margin);
    },
    requireLength() {
      needsLength = true;
    },
    needsLength: () => needsLength,
  };
}

const units: Readonly<Record<string, number>> = { bytes: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `pack exceeds maximum allowed size (1024.00 KiB)`, as newer servers say it (GL-240). */
export function statedLimit(text: string): number | null {
  const [, size, unit = ''] = /maximum allowed size \(([\d.]+) (\w+)\)/.exec(text) ?? [];
  const factor = units[unit];
  return size === undefined || factor === undefined ? null : Math.floor(Number(size) * factor);
}

/** Ids that a command line holds with ease; without the others the size is merely guessed too high. */
const knownIds = 10_000;

/** About how many bytes a push of these ids has when the target holds the others already. */
export async function pushBytes(git: Git, ids: readonly string[], there: Iterable<string>): Promise<number> {
  if (ids.length === 0) return 0;
  // The target may hold what the mirror never had.
  const range = ['--ignore-missing', ...ids, '--not', ...[...new Set(there)].slice(-knownIds)];
  try {
    return Number(await git.run('rev-list', '--objects', '--disk-usage', ...range));
  } catch (error) {
    // git before 2.31 does not know the option.
    if (!(error instanceof GitExit) || error.exitCode !== 129) throw error;
    return guessedBytes(git, range);
  }
}

/** As if all commits were of the same size. */
async function guessedBytes(git: Git, range: readonly string[]): Promise<number> {
  const commits = Number(await git.run('rev-list', '--count', ...range));
  const all = Number(await git.run('rev-list', '--count', '--all'));
  const counts = await git.run('count-objects', '-v');
  const kilobytes = [...counts.matchAll(/^size(?:-pack)?: (\d+)$/gm)].map(([, size]) => Number(size));
  return Math.ceil((commits / Math.max(all, 1)) * kilobytes.reduce((sum, size) => sum + size, 0) * 1024);
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
export async function longestFitting(
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
