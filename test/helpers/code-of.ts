import type { PlannedProject, RefChange } from '../../src/model/plan.ts';
import type { Check, ItemResult, StepResult } from '../../src/model/result.ts';

/** What became of the refs of a project. */
export function codeOf(item: ItemResult | undefined): StepResult {
  const step = item?.steps.find(({ step: name }) => name === 'code');
  if (!step) throw new Error(`${item?.id ?? 'the item'} has no step code`);
  return step;
}

/** The proof of the refs of a project. */
export function proofOf(item: ItemResult | undefined): Check {
  const { check } = codeOf(item);
  if (check === null) throw new Error(`the refs of ${item?.id ?? 'the item'} were not proven`);
  return check;
}

/** How many refs have this fate; 0 when none. */
export function refCount(item: ItemResult | undefined, outcome: RefChange['outcome']): number {
  return codeOf(item).counts[outcome] ?? 0;
}

/** A ref that is not the same on both sides, and why. */
export type Difference = { ref: string; outcome: string; reason: string; fix: string };

export function differencesOf(item: ItemResult | undefined): Difference[] {
  return proofOf(item).differences.map(({ object, code, message, fix }) => ({
    ref: object,
    outcome: code.replace(/^ref-/, ''),
    reason: message,
    fix,
  }));
}

/** What the steps of an item, planned or done, noticed without needing anybody. */
export function noticesOf({ steps }: Pick<ItemResult | PlannedProject, 'steps'>): string[] {
  return steps.flatMap(({ notices }) =>
    notices.filter(({ fix }) => fix === '').map(({ message }) => message),
  );
}

/** Everything that was noticed of an item, what its proofs found included. */
export function allNoticesOf(item: ItemResult): string[] {
  return [
    ...noticesOf(item),
    ...item.steps.flatMap(({ check }) => (check?.differences ?? []).map(({ message }) => message)),
  ];
}
