import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import { RefChange } from '../model/plan.ts';
import { CodeData, type WrittenRefs } from '../plan/known-refs.ts';

const Id = z.string().regex(/^[0-9a-f]{40}$/);
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
  tip: Id.nullable().describe('Commit of the branch that GitBucket shows'),
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
  untouched: Id.optional().describe('Tip at which the wiki held only the page that GitBucket makes itself'),
  pages: Pages.extend({ tip: Id }).optional().describe('Pages at the tip that was proven last'),
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
export function writtenIn(known: Data | null): WrittenRefs {
  return new Map(Object.entries(known?.refs ?? {}).map(([ref, ids]) => [ref, new Set(ids)]));
}

/** What of the journal decides about the refs. */
export function writtenAndMoved(known: Data | null): { written: WrittenRefs; moved: string | null } {
  return { written: writtenIn(known), moved: known?.pages?.tip ?? null };
}
