import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { TargetItem } from '../model/target-tracker.ts';
import { PullBranch } from '../plan/pull-branches.ts';
import { contentDigestOf, digestOf } from '../tracker/proof.ts';
import type { Place, Work, WritingWork } from './step.ts';

const count = z.int().nonnegative();

/** How items get to the target: an archive that it loads, or request by request. */
export type Door = 'archive' | 'rest';

export const TrackerPart = z.object({
  issues: z.boolean().describe('There are some: commits that are pushed meanwhile must close none of them'),
  count: z.object({ issues: count, pulls: count }).describe('What the source has, without what stays'),
  rest: z.boolean().default(false).describe('Issues are sent by REST instead of loaded'),
  stay: count.default(0).describe('Pull requests that stay on the source, because REST cannot make them'),
  add: count.describe('Issues and pull requests that are not on the target yet'),
  change: count.describe('Those that changed on the source since they were loaded'),
  furnish: z.boolean().describe('Labels and milestones are to be made although there is nothing to use them'),
  closed: Notice.nullable().describe('Why nothing can be loaded'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
export type TrackerPart = z.infer<typeof TrackerPart>;

/** What is known of an item that was loaded; its key is `i7` or `m7`, as issues and merge requests have numbers of their own. */
const Loaded = z.object({
  at: z.string().describe('When it was changed last on the source'),
  sent: z.string().describe('Digest of what was sent'),
  seen: z.string().describe('Digest of what the target showed then'),
  content: z.string().describe('The same of what a push does not change'),
});
export type Loaded = z.infer<typeof Loaded>;

/** What is written down of an item that GitLab shows as `found`. */
export function loadedAs(found: TargetItem, { at, sent }: Pick<Loaded, 'at' | 'sent'>): Loaded {
  return { at, sent, seen: digestOf(found), content: contentDigestOf(found) };
}

export const TrackerData = z.object({
  items: z.record(z.string(), Loaded).optional(),
  loading: z
    .record(z.string(), z.literal(true))
    .optional()
    .describe('Items that are being sent, in an archive or by themselves: those that are there are ours'),
  replacing: z
    .record(z.string(), z.literal(true))
    .optional()
    .describe('Items of ours that are removed to be loaded again'),
  files: z
    .record(z.string(), z.string())
    .optional()
    .describe('Where an attachment lies on the target, by its id on the source'),
  heads: z.record(z.string(), z.string()).optional().describe('Refs that are on the target for a while'),
  branches: z
    .record(z.string(), PullBranch)
    .optional()
    .describe('Branches that were made for pull requests, or are being made, by their refs'),
  pushed: z.string().optional().describe('When such a branch was pushed or removed last'),
  guests: z
    .record(z.string(), z.literal(true))
    .optional()
    .describe('Accounts that a loading makes members, and that had no role of their own before'),
  left: z
    .record(z.string(), z.string())
    .optional()
    .describe('What did not arrive, or stays as it was, and why'),
  taken: z
    .record(z.string(), z.literal(true))
    .optional()
    .describe('Those whose number somebody else has on the target'),
  bare: z
    .record(z.string(), z.literal(true))
    .optional()
    .describe('Merge requests that show no diff, though their commits are there'),
  furniture: z
    .record(z.string(), z.string())
    .optional()
    .describe('Labels and milestones that were made, or found to be there, with their states'),
});
export type TrackerData = z.infer<typeof TrackerData>;

export const trackerRecords = { name: 'tracker', data: TrackerData };
export const trackerTitle = 'Issues and merge requests';

export type TrackerWork = WritingWork<TrackerData, PlannedProject>;

/** Where the project is: as the run placed it, else as the plan found it; null where there is none. */
export function placeOfProject({
  place,
  item,
}: Pick<Work<never, PlannedProject>, 'place' | 'item'>): Place | null {
  const { existing, fullPath } = item;
  return place ?? (existing === null ? null : { id: existing.id, fullPath, url: existing.webUrl });
}

/** How an item is called in the journal. */
export function keyOfItem({ kind, number }: { kind: 'issue' | 'pull'; number: number }): string {
  return `${kind === 'pull' ? 'm' : 'i'}${number}`;
}

/** How people call it on GitLab. */
export function nameOfKey(key: string): string {
  return key.replace('i', '#').replace('m', '!');
}
