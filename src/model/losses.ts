/** What a repository has on the source and a run does not move; schema and type are one thing. */
import * as z from 'zod';

const count = z.int().nonnegative();

export const lossKinds = [
  'pull-requests',
  'issues',
  'labels',
  'milestones',
  'releases',
  'wiki-pages',
  'lfs-objects',
  'collaborators',
  'webhooks',
  'protected-branches',
  'other-refs',
] as const;
export const LossKind = z.enum(lossKinds);
export type LossKind = z.infer<typeof LossKind>;

export const Loss = z.object({
  kind: LossKind,
  count: count.nullable().describe('Null when there are some, but the source does not say how many'),
});
export type Loss = z.infer<typeof Loss>;

/** Kinds that only further questions to the source tell, in the order in which they are shown. */
export const uncountedWithoutAsking = lossKinds.filter(
  (kind) => kind !== 'pull-requests' && kind !== 'other-refs',
);

/** The same losses in the order in which they are shown. */
export function sortByKind(losses: readonly Loss[]): Loss[] {
  return [...losses].sort((a, b) => lossKinds.indexOf(a.kind) - lossKinds.indexOf(b.kind));
}

/** By kind; not known as soon as one of them is not known. */
export function summedLosses(losses: readonly Loss[]): Loss[] {
  const sums = new Map<LossKind, number | null>();
  for (const { kind, count } of losses) {
    const sum = sums.get(kind);
    sums.set(kind, count === null || sum === null ? null : (sum ?? 0) + count);
  }
  return sortByKind([...sums].map(([kind, count]) => ({ kind, count })));
}
