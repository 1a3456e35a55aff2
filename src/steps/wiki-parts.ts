import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import { ObjectId, type RefListing } from '../model/forge.ts';
import { isWrite, RefChange } from '../model/plan.ts';
import { CodeData, type WrittenRefs } from '../plan/known-refs.ts';
import type { Patch } from './step.ts';

const Pages = z.object({
  count: z.int().nonnegative(),
  hash: z.string().describe('SHA-256 over the sorted addresses of the pages'),
});

export const Part = z.object({
  skipped: z
    .enum(['empty', 'untouched', 'shared'])
    .nullable()
    .describe(
      'Why there is nothing to move: no commit, only the page that GitBucket makes itself, or the repository NAME.wiki has the same directory',
    ),
  unread: Notice.nullable().describe('Why GitBucket does not show the wiki'),
  tip: ObjectId.nullable().describe('Commit of the branch that GitBucket shows'),
  branch: z.string().nullable().describe('Full name of that branch on GitLab'),
  refs: z.array(RefChange),
  pages: Pages.nullable().describe(
    'Pages at that commit, as GitLab will list them; null when they are unknown',
  ),
  make: z.boolean().describe('GitLab has no repository for the wiki, or does not show it'),
  switches: z.boolean().describe('The wiki is opened for the members, and switched off again at the end'),
});
export type Part = z.infer<typeof Part>;

/** What the step keeps in the journal: as for code, and what it has seen in the wiki. */
export const Data = CodeData.extend({
  untouched: ObjectId.optional().describe(
    'Tip at which the wiki held only the page that GitBucket makes itself',
  ),
  pages: Pages.extend({ tip: ObjectId }).optional().describe('Pages at the tip that was proven last'),
  arrived: z
    .record(z.string(), ObjectId)
    .optional()
    .describe('What GitLab had when it was last seen or told, by ref; none while a push is under way'),
});
export type Data = z.infer<typeof Data>;

/** Under which name the journal has it. */
export const wikiRecords = { name: 'wiki', data: Data } as const;

/** A part of which nothing is to be done. */
export const nothing: Part = {
  skipped: null,
  unread: null,
  tip: null,
  branch: null,
  refs: [],
  pages: null,
  make: false,
  switches: false,
};

/** Ids that the journal says we wrote, or were about to write, by ref. */
export function writtenIn(known: Data | null): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(Object.entries(known?.refs ?? {}).map(([ref, ids]) => [ref, new Set(ids)]));
}

/** What of the journal decides about the refs. */
export function writtenAndMoved(known: Data | null): { written: WrittenRefs; moved: string | null } {
  return { written: writtenIn(known), moved: known?.pages?.tip ?? null };
}

/** What a wiki that shows nothing would have, had all that was ever sent arrived: good for names, proof of nothing. */
export function lastSent(known: Data | null): RefListing {
  const refs = Object.entries(known?.refs ?? {}).map(([ref, ids]): [string, string] => [
    ref,
    ids.at(-1) ?? '',
  ]);
  return { refs: new Map(refs), head: null };
}

/**
 * The decisions about a wiki that is switched off on GitLab, made with `lastSent`: what diverged stays so, and of what is
 * in doubt a run must have a look.
 */
export function decidedUnseen(refs: readonly RefChange[], known: Data | null): RefChange[] {
  return refs.map((change) => {
    const { ref, outcome, new: next } = change;
    if (next === null || (outcome !== 'unchanged' && !isWrite(change))) return change;
    const left = known?.left?.[ref];
    if (left?.outcome === 'diverged' && left.id === next)
      return { ...change, outcome: 'diverged', force: false, reason: left.reason, fix: left.fix };
    if (outcome !== 'unchanged' || known?.arrived?.[ref] === next) return change;
    const reason = 'it is off on GitLab, and the journal does not tell whether this arrived';
    return { ...change, outcome: 'create', old: null, reason };
  });
}

/** Before a push: what GitLab has of these refs is in doubt until it has answered. */
export function inDoubt(writes: readonly RefChange[]): Record<string, null> {
  return Object.fromEntries(writes.map(({ ref }) => [ref, null]));
}

/** After a look at GitLab, or its answers: only what was seen there, or was taken, has arrived. */
export function seenPatch(
  refs: readonly RefChange[],
  refusals: ReadonlyMap<string, unknown>,
  known: Data | null,
): Pick<Patch<Data>, 'arrived' | 'left'> {
  const arrived: Record<string, string | null> = {};
  const left: Record<string, null> = {};
  for (const change of refs) {
    const { ref, outcome, new: next } = change;
    const there = (outcome === 'unchanged' || isWrite(change)) && !refusals.has(ref);
    const id = there ? next : null;
    if (id !== (known?.arrived?.[ref] ?? null)) arrived[ref] = id;
    if (there && known?.left?.[ref] !== undefined) left[ref] = null;
  }
  return {
    ...(Object.keys(arrived).length > 0 && { arrived }),
    ...(Object.keys(left).length > 0 && { left }),
  };
}
