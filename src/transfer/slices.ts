/** Two parts in the same order; refs that others build on come first and stay so. */
export function halves<T>(list: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}

/** How many of these commits may go first, when all together have that many bytes; a guess that takes them as equal. */
export function firstGuess(commits: number, bytes: number, budget: number): number {
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
