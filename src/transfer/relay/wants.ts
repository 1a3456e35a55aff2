import { isWrite } from '../send-batches.ts';
import type { RefChange } from '../../model.ts';

/** Tips that the target lacks. */
export function wantsOf(all: readonly RefChange[], changes: readonly RefChange[] = all): string[] {
  const there = new Set(havesOf(all));
  const wants = new Set<string>();
  for (const change of changes) {
    if (isWrite(change) && change.new !== null && !there.has(change.new)) wants.add(change.new);
  }
  return [...wants];
}

/** Ids that the target's refs have now; those that the source knows too come first, since only they help. */
export function havesOf(changes: readonly RefChange[]): string[] {
  const onSource = new Set(changes.map((change) => change.new));
  const ids = new Set(changes.map(({ old }) => old).filter((id) => id !== null));
  return [...ids].sort((a, b) => Number(onSource.has(b)) - Number(onSource.has(a)));
}
