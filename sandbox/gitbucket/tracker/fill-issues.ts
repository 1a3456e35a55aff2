import type { GitBucketContext } from '../context.ts';
import type { Role } from '../state.ts';
import { closeIssue, known, type FullName } from './fill-target.ts';
import { insertComment, insertIssue, type NewComment, type NewIssue } from './insert.ts';
import { insertMilestone } from './milestones.ts';
import type { CommentState, IssueState, LabelState, MilestoneState, TrackerState } from './state.ts';

/** Fills the issue list directly; `closed` closes it with the event that the real server stores. */
export function addIssue(
  context: GitBucketContext,
  fullName: FullName,
  issue: NewIssue & { closed?: boolean; closedBy?: string; closedAt?: number },
): IssueState {
  const { tracker } = known(context, fullName);
  const row = insertIssue(context, tracker, issue);
  if (issue.closed) closeIssue(context, tracker, row, issue.closedBy ?? issue.author, issue.closedAt);
  return row;
}

/** Gives an issue or a pull request the value of a custom field, which is made for it (since 4.38). */
export function setCustomField(
  context: GitBucketContext,
  fullName: FullName,
  number: number,
  field: { name: string; value: string },
): void {
  const { tracker } = known(context, fullName);
  tracker.customFields = [...new Set([...(tracker.customFields ?? []), field.name])];
  const issue = issueOf(tracker, fullName, number);
  issue.fields = [...(issue.fields ?? []), field];
  context.changed();
}

/** Adds a comment or an event to an issue or pull request. */
export function addComment(
  context: GitBucketContext,
  fullName: FullName,
  number: number,
  comment: Omit<NewComment, 'issue'>,
): CommentState {
  const { tracker } = known(context, fullName);
  return insertComment(context, tracker, { ...comment, issue: issueOf(tracker, fullName, number) });
}

/** Adds a label without the API's rules for names. */
export function addLabel(context: GitBucketContext, fullName: FullName, label: LabelState): LabelState {
  const { tracker } = known(context, fullName);
  tracker.labels.push(label);
  context.changed();
  return label;
}

/**
 * Adds a milestone as the web form does: any title, and a due day that means midnight in the server's time zone, so
 * that east of Greenwich it reads as the day before (GB-192).
 */
export function addMilestone(
  context: GitBucketContext,
  fullName: FullName,
  milestone: {
    title: string;
    description?: string;
    /** `YYYY-MM-DD`. */
    dueOn?: string;
    /** Minutes that the server's clock is ahead of UTC; 0 when absent. */
    zoneMinutes?: number;
    closed?: boolean;
  },
): MilestoneState {
  const { tracker } = known(context, fullName);
  const { dueOn, zoneMinutes = 0 } = milestone;
  return insertMilestone(context, tracker, {
    title: milestone.title,
    description: milestone.description ?? null,
    dueAt: dueOn === undefined ? null : Date.parse(`${dueOn}T00:00:00Z`) - zoneMinutes * 60_000,
    closedAt: milestone.closed ? context.now() : null,
  });
}

/** Adds a collaborator row for a user or a group. */
export function addCollaborator(
  context: GitBucketContext,
  fullName: FullName,
  login: string,
  role: Role,
): void {
  known(context, fullName).repository.collaborators.push({ login, role });
  context.changed();
}

function issueOf(tracker: TrackerState, fullName: FullName, number: number): IssueState {
  const issue = tracker.issues.find((row) => row.number === number);
  if (!issue) throw new Error(`no issue ${fullName}#${number}`);
  return issue;
}
