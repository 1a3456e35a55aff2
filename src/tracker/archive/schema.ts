/**
 * The lines of issues and merge requests. GitLab tells nobody what it drops, so what does not match here is not sent. The
 * forms are those that were seen to arrive on 18.9 (GL-421 to GL-423, GL-432 to GL-436).
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Description, Iid, LabelLine, MilestoneLine, NoteText, Person, Text, Time, Title } from './words.ts';

const Sha = z.string().regex(/^[\da-f]{40}$/, 'is not a commit id');
const Path = Text.min(1);

/** What a request without its two commits has; with them, GitLab computes the diff (GL-426). */
const EmptyDiff = z.strictObject({ state: z.literal('empty'), created_at: Time, updated_at: Time });

const Position = z
  .strictObject({
    position_type: z.literal('text'),
    base_sha: Sha,
    start_sha: Sha,
    head_sha: Sha,
    old_path: Path,
    new_path: Path,
    old_line: z.int().min(1).nullable(),
    new_line: z.int().min(1).nullable(),
  })
  .refine(({ old_line, new_line }) => old_line !== null || new_line !== null, 'names no line');
export type Position = z.infer<typeof Position>;

/** The icons of GitLab's system notes that are used here; with a word that it does not know, the icon is lost. */
const SystemNote = z.strictObject({
  action: z.enum([
    'assignee',
    'branch',
    'closed',
    'cross_reference',
    'label',
    'merged',
    'milestone',
    'opened',
    'title',
  ]),
  created_at: Time,
  updated_at: Time,
});
export type SystemAction = z.infer<typeof SystemNote>['action'];

/** Of somebody whom GitLab cannot map, a note without a name or a time of change takes its whole item with it (GL-434). */
export const NoteLine = z
  .strictObject({
    type: z.enum(['DiscussionNote', 'DiffNote']).optional(),
    note: NoteText,
    noteable_type: z.enum(['Issue', 'MergeRequest']),
    author_id: Person,
    author: z.strictObject({ name: Text.min(1).max(1024) }),
    system: z.boolean(),
    created_at: Time,
    updated_at: Time,
    system_note_metadata: SystemNote.optional(),
    /** The same for all notes of a thread. */
    discussion_id: Sha.optional(),
    line_code: z.string().optional(),
    position: Position.optional(),
    original_position: Position.optional(),
  })
  .superRefine(({ type, line_code, position, original_position, discussion_id }, context) => {
    const wrong = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (type !== undefined && discussion_id === undefined) wrong('discussion_id', 'is missing');
    if (type !== 'DiffNote') {
      if (line_code !== undefined || position !== undefined) wrong('type', 'has to be DiffNote');
      return;
    }
    if (position === undefined) wrong('position', 'is missing');
    else if (
      line_code?.startsWith(`${pathHash(position.new_path)}_`) !== true ||
      !/_\d+_\d+$/.test(line_code)
    )
      // Without one the note is lost; a wrong one is taken as it is (GL-427).
      wrong('line_code', 'is not that of the path');
    if (JSON.stringify(original_position) !== JSON.stringify(position)) wrong('original_position', 'differs');
  });
export type NoteLine = z.infer<typeof NoteLine>;

/** How `line_code` begins. */
export function pathHash(path: string): string {
  return createHash('sha1').update(path).digest('hex');
}

const act = { user_id: Person, created_at: Time };
const change = { action: z.enum(['add', 'remove']), ...act };
export const StateEvent = z.strictObject({ state: z.enum(['closed', 'reopened', 'merged']), ...act });
export const LabelEvent = z.strictObject({ ...change, label: LabelLine });
export const MilestoneEvent = z.strictObject({
  ...change,
  state: z.literal('opened'),
  milestone: MilestoneLine,
});

const labelLinks = (type: 'Issue' | 'MergeRequest') =>
  z.array(z.strictObject({ target_type: z.literal(type), label: LabelLine }));

const history = {
  notes: z.array(NoteLine),
  resource_state_events: z.array(StateEvent),
  resource_label_events: z.array(LabelEvent),
  resource_milestone_events: z.array(MilestoneEvent),
};

const head = { iid: Iid, title: Title, description: Description, author_id: Person };
const times = { created_at: Time, updated_at: Time };

export const IssueLine = z
  .strictObject({
    ...head,
    state: z.enum(['opened', 'closed']),
    ...times,
    closed_at: Time.optional(),
    closed_by_id: Person.nullable().optional(),
    issue_type: z.literal('issue'),
    confidential: z.literal(false),
    milestone: MilestoneLine.optional(),
    label_links: labelLinks('Issue'),
    issue_assignees: z.array(z.strictObject({ user_id: Person })),
    ...history,
  })
  .refine(({ state, closed_at }) => state === 'closed' || closed_at === undefined, {
    path: ['closed_at'],
    message: 'is there, and the issue is open',
  });
export type IssueLine = z.infer<typeof IssueLine>;

/** What GitLab shows as `merged_at`, `merged_by`, `closed_at` and `closed_by` comes from here only (GL-433). */
const Metrics = z.strictObject({
  merged_at: Time.optional(),
  merged_by_id: Person.nullable().optional(),
  latest_closed_at: Time.optional(),
  latest_closed_by_id: Person.nullable().optional(),
  ...times,
});

export const MergeRequestLine = z
  .strictObject({
    ...head,
    state: z.enum(['opened', 'closed', 'merged']),
    /** Both are needed, and equal numbers mean this project: without one of them the request is lost (GL-433). */
    source_project_id: z.literal(1),
    target_project_id: z.literal(1),
    source_branch: Path,
    target_branch: Path,
    source_branch_sha: Sha.optional(),
    target_branch_sha: Sha.optional(),
    merge_request_diff: EmptyDiff.optional(),
    merge_commit_sha: Sha.optional(),
    squash_commit_sha: Sha.optional(),
    merge_user_id: Person.nullable().optional(),
    merge_status: z.enum(['can_be_merged', 'unchecked']),
    ...times,
    metrics: Metrics,
    milestone: MilestoneLine.optional(),
    label_links: labelLinks('MergeRequest'),
    merge_request_assignees: z.array(z.strictObject({ user_id: Person, created_at: Time })),
    ...history,
  })
  .superRefine((line, context) => {
    const wrong = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const { source_branch_sha: source, target_branch_sha: target, merge_request_diff: empty } = line;
    if ((source === undefined) !== (target === undefined))
      wrong('target_branch_sha', 'is one of two commits');
    if ((source === undefined) !== (empty !== undefined))
      wrong('merge_request_diff', 'has to stand for commits');
    if (source !== undefined && source === target) wrong('target_branch_sha', 'is the head');
    if (line.state !== 'merged' && line.metrics.merged_at !== undefined) wrong('state', 'is not merged');
    if (line.state === 'opened' && line.metrics.latest_closed_at !== undefined)
      wrong('state', 'is not closed');
  });
export type MergeRequestLine = z.infer<typeof MergeRequestLine>;
