import type { ItemWork } from './step.ts';

/** Asks once more after each pause, in seconds, until there is an answer; null when all were in vain. */
export async function askAgain<T>(
  pauses: readonly number[],
  reason: string,
  { item, context: { emit, runtime } }: ItemWork,
  ask: () => Promise<T | null>,
): Promise<T | null> {
  for (const seconds of pauses) {
    const waitMs = seconds * 1000;
    emit({ type: 'item-retry', id: item.id, reason, waitMs });
    await runtime.sleep(waitMs, runtime.aborting);
    const answer = await ask();
    if (answer !== null) return answer;
  }
  return null;
}
