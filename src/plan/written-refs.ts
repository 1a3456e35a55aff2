import { z } from 'zod';
import { journalled, type ItemHistory } from '../journal/history.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import { reasonOf } from './ref-proof.ts';

const Id = z.string().regex(/^[0-9a-f]{40}$/);

/** A ref that the target does not have as the source does, and why. */
const LeftRef = z.object({
  /** What the source had; absent for a ref that was to be deleted: a merge patch cannot keep a null. */
  id: Id.optional(),
  outcome: z.enum(['refused', 'diverged']),
  reason: z.string(),
  fix: z.string(),
});

/** What the step `code` keeps in the journal. */
export const CodeData = z.object({
  /** Ids that this tool wrote, or was writing when it was killed, by ref. */
  refs: z.record(z.string(), z.array(Id)).optional(),
  /** Refs that GitLab did not take, or that somebody moved meanwhile. */
  left: z.record(z.string(), LeftRef).optional(),
});
export type CodeData = z.infer<typeof CodeData>;

/** Ids that the journal says we wrote, or were about to write, by ref. */
export type WrittenRefs = ReadonlyMap<string, ReadonlySet<string>>;

/** The ids of one item. @throws journal-damaged */
export function writtenRefs(history: ItemHistory | undefined): WrittenRefs {
  const refs = journalled(history, { name: 'code', data: CodeData })?.refs ?? {};
  return new Map(Object.entries(refs).map(([ref, ids]) => [ref, new Set(ids)]));
}

/** Between `started` and `done` the target may hold what it held or the new id. */
export function possibleIds(writes: readonly RefChange[], before: CodeData | null): Record<string, string[]> {
  const known = before?.refs ?? {};
  const entries = writes.flatMap(({ ref, outcome, new: next }): [string, string[]][] => {
    if (outcome === 'delete' || next === null) return [];
    return [[ref, [...new Set([...(known[ref] ?? []), next])]]];
  });
  return Object.fromEntries(entries);
}

type LeftRefs = NonNullable<CodeData['left']>;
/** A merge patch: null removes the ref, or the id of a deletion. */
type LeftPatch = Record<string, (Omit<LeftRefs[string], 'id'> & { id: string | null }) | null>;

/** What the journal knows once the answers are in: what was written, and what was left and why. */
export function settled(
  part: { refs: readonly RefChange[] },
  { changes, final }: { changes: readonly RefChange[]; final: readonly RefChange[] },
  known: CodeData | null,
): { refs: Record<string, string[] | null>; left: LeftPatch } {
  const before = known?.left ?? {};
  const byRef = new Map(final.map((change) => [change.ref, change]));
  const refs: Record<string, string[] | null> = {};
  const left = leftAfresh(part, changes);
  for (const { ref, outcome, new: next } of changes.filter(isWrite)) {
    const reason = reasonOf(byRef.get(ref));
    if (reason !== null) {
      left[ref] = { id: outcome === 'delete' ? null : next, ...reason };
      continue;
    }
    refs[ref] = outcome === 'delete' || next === null ? null : [next];
    if (ref in before) left[ref] = null;
  }
  return { refs, left };
}

/** What a later try leaves though the plan did not: the proof knows only the plan and the journal. */
export function leftAfresh(
  { refs }: { refs: readonly RefChange[] },
  changes: readonly RefChange[],
): LeftPatch {
  const planned = new Map(refs.map((change) => [change.ref, change]));
  const left: LeftPatch = {};
  for (const change of changes) {
    const reason = reasonOf(change);
    const before = planned.get(change.ref);
    const foreseen = before?.new === change.new && reasonOf(before) !== null;
    if (reason === null || foreseen) continue;
    left[change.ref] = { id: change.new, ...reason };
  }
  return left;
}
