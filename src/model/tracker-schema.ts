/** The schemas of trackers, for where they are written to a file and read back. */
import * as z from 'zod';
import type {
  LineComment,
  TrackerAsset,
  TrackerComment,
  TrackerEvent,
  TrackerGap,
  TrackerItem,
  TrackerLabel,
  TrackerMilestone,
  TrackerRelease,
} from './tracker.ts';

const text = z.string().nullable();
const line = z.int().nullable();

const label: z.ZodType<TrackerLabel> = z.object({ name: z.string(), color: z.string() });

const milestone: z.ZodType<TrackerMilestone> = z.object({
  id: z.int(),
  title: z.string(),
  description: z.string(),
  closed: z.boolean(),
  closedAt: text,
  dueOn: text,
});

const commentFields = {
  id: z.int(),
  author: z.string(),
  body: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
};
const comment: z.ZodType<TrackerComment> = z.object(commentFields);

const lineComment: z.ZodType<LineComment> = z.object({
  ...commentFields,
  commit: z.string(),
  path: text,
  oldLine: line,
  newLine: line,
  replyTo: line,
  now: z.object({ commit: z.string(), oldLine: line, newLine: line }).exactOptional(),
});

const eventFields = { id: z.int(), author: z.string(), at: z.string() };
const event: z.ZodType<TrackerEvent> = z.union([
  z.object({
    ...eventFields,
    kind: z.enum(['close', 'reopen', 'merge']),
    text: z.string().exactOptional(),
  }),
  z.object({ ...eventFields, kind: z.enum(['label', 'assignee']), added: z.boolean(), name: z.string() }),
  z.object({
    ...eventFields,
    kind: z.enum(['title', 'milestone', 'priority', 'base']),
    from: z.string(),
    to: z.string(),
  }),
  z.object({ ...eventFields, kind: z.literal('mention'), of: z.string(), text: z.string() }),
  z.object({ ...eventFields, kind: z.literal('branch-deleted'), name: z.string() }),
]);

const itemFields = {
  number: z.int(),
  title: z.string(),
  body: z.string(),
  author: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  labels: z.array(z.string()),
  milestone: text,
  assignees: z.array(z.string()),
  priority: text,
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
  comments: z.array(comment),
  events: z.array(event).nullable(),
  closedAt: text,
  closedBy: text,
};

/** An issue or a pull request. */
export const TrackerItemSchema: z.ZodType<TrackerItem> = z.union([
  z.object({ ...itemFields, kind: z.literal('issue'), state: z.enum(['open', 'closed']) }),
  z.object({
    ...itemFields,
    kind: z.literal('pull'),
    state: z.enum(['open', 'closed', 'merged']),
    draft: z.boolean(),
    head: z.object({ repository: text, branch: z.string(), commit: text }),
    base: z.object({ branch: z.string(), commit: text }),
    mergedAt: text,
    mergedBy: text,
    lineComments: z.array(lineComment).nullable(),
  }),
]);

const asset: z.ZodType<TrackerAsset> = z.object({ id: z.string(), name: z.string(), size: z.int() });

const release: z.ZodType<TrackerRelease> = z.object({
  tag: z.string(),
  name: z.string(),
  body: z.string(),
  author: text,
  createdAt: text,
  assets: z.array(asset),
});

const gap: z.ZodType<TrackerGap> = z.object({
  what: z.enum([
    'issue',
    'pull-request',
    'comments',
    'history',
    'line-comments',
    'commit-comments',
    'priorities',
    'custom-fields',
    'milestones',
    'releases',
    'attachment',
  ]),
  count: line,
  of: z.string(),
  detail: z.string(),
});

/** All of a tracker but its items. */
export const TrackerHead = z.object({
  labels: z.array(label),
  milestones: z.array(milestone).nullable(),
  furnished: z.boolean().optional(),
  numbers: z.array(
    z.object({
      number: z.int(),
      kind: z.enum(['issue', 'pull']),
      updatedAt: z.string(),
      open: z.boolean(),
    }),
  ),
  commitComments: z.array(lineComment).nullable(),
  releases: z.array(release).nullable(),
  gaps: z.array(gap),
});
export type TrackerHead = z.infer<typeof TrackerHead>;
