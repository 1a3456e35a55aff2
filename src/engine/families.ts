import type { PlanItem } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import { parentsFirst } from '../plan/forks.ts';
import type { ItemWork } from '../steps/step.ts';

/**
 * Begins each job when that of its parent has ended, so that a fork finds what it shares with it. Nothing waits inside a
 * slot: whoever waits for a parent must not keep it from its turn.
 */
export async function inFamilies<T extends { item: PlanItem }>(
  all: readonly T[],
  run: (each: T, parent: T | undefined) => Promise<void>,
): Promise<void> {
  const byId = new Map(all.map((each) => [each.item.id, each]));
  const runs = new Map<string, Promise<void>>();
  for (const item of parentsFirst(all.map((each) => each.item))) {
    const each = byId.get(item.id);
    if (each === undefined) continue;
    const parent = byId.get(parentOf(item) ?? '');
    // Only what comes before is there: a circle has been cut.
    const before = parent && runs.get(parent.item.id);
    runs.set(item.id, before === undefined ? run(each, parent) : before.then(() => run(each, parent)));
  }
  await Promise.all(runs.values());
}

/** `owner/name` of what the item is a fork of. */
export function parentOf(item: PlanItem): string | undefined {
  return item.kind === 'project' ? item.parent : undefined;
}

/** Where the parent is, and what was sent for it. */
export function placeAbove(
  parent: { work: Pick<ItemWork, 'place'>; done: readonly Pick<StepResult, 'bytes'>[] } | undefined,
): ItemWork['parent'] {
  const place = parent?.work.place ?? null;
  const bytes = parent?.done.reduce((sum, step) => sum + step.bytes, 0) ?? 0;
  return place === null ? null : { ...place, bytes };
}
