import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Work, WritingWork } from './step.ts';

const count = z.int().nonnegative();

export const CommentsPart = z.object({
  count: count.describe('Comments on commits that the source has outside of pull requests'),
  add: count.describe('Those that are not on the target yet'),
  change: count.describe('Those that changed on the source since they were moved'),
  unread: Notice.nullable().describe('Why the source could not be read'),
});
export type CommentsPart = z.infer<typeof CommentsPart>;

const Known = z.object({
  open: z.literal(true).optional().describe('It is being written: one of its text is ours'),
  id: z.int().optional().describe('Of the comment on the target'),
  thread: z.string().optional().describe('Of the thread there'),
  source: z.string().optional().describe('Digest of what the source had'),
  sent: z.string().optional().describe('Digest of what was sent'),
  seen: z.string().optional().describe('Digest of what the target showed then'),
  left: z.literal(true).optional().describe('The target has no such commit'),
});
export type KnownComment = z.infer<typeof Known>;

export const CommentsData = z.object({
  comments: z
    .record(z.string(), Known)
    .optional()
    .describe('By their ids on the source; what is left of a long text has the number of the piece behind'),
  files: z
    .record(z.string(), z.string())
    .optional()
    .describe('Where an attachment of a text lies on the target, by its id on the source'),
});
export type CommentsData = z.infer<typeof CommentsData>;

export const commentsRecords = { name: 'commit-comments', data: CommentsData };

export type CommentsWork = WritingWork<CommentsData, PlannedProject>;
export type CommentsChecking = Work<CommentsData, PlannedProject>;
