import type { GitBucketContext } from '../context.ts';
import type { CommentAction, CommentState, IssueState, PullState, TrackerState } from './state.ts';

export type NewIssue = {
  title: string;
  author: string;
  body?: string | null | undefined;
  assignees?: string[];
  labels?: string[];
  milestone?: number | null;
  priority?: string | null;
  pull?: PullState | 'orphan' | null;
  createdAt?: number;
};

/** Gives an issue or a pull request the repository's next number. */
export function insertIssue(context: GitBucketContext, tracker: TrackerState, issue: NewIssue): IssueState {
  const at = issue.createdAt ?? context.now();
  tracker.lastNumber += 1;
  const row: IssueState = {
    number: tracker.lastNumber,
    title: issue.title,
    body: issue.body ?? null,
    author: issue.author,
    closed: false,
    createdAt: at,
    updatedAt: at,
    assignees: issue.assignees ?? [],
    labels: issue.labels ?? [],
    milestone: issue.milestone ?? null,
    priority: issue.priority ?? null,
    pull: issue.pull ?? null,
  };
  tracker.issues.push(row);
  context.changed();
  return row;
}

export type NewComment = {
  issue: IssueState;
  author: string;
  body: string;
  action?: CommentAction;
  at?: number;
};

/** Events that leave the date of their issue as it is (GB-198). */
const untouching: ReadonlySet<CommentAction> = new Set([
  'add_label',
  'delete_label',
  'add_assignee',
  'delete_assignee',
]);

/** Adds a comment (or an event, which is stored as one), which most often touches its issue. */
export function insertComment(
  context: GitBucketContext,
  tracker: TrackerState,
  comment: NewComment,
): CommentState {
  const at = comment.at ?? context.now();
  const row: CommentState = {
    id: context.nextId('comment'),
    issue: comment.issue.number,
    action: comment.action ?? 'comment',
    author: comment.author,
    body: comment.body,
    createdAt: at,
    updatedAt: at,
  };
  tracker.comments.push(row);
  if (!untouching.has(row.action)) comment.issue.updatedAt = at;
  context.changed();
  return row;
}
