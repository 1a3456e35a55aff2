import { z } from 'zod';
import { journalled, type ItemHistory } from '../journal/history.ts';

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
