import type { Context } from '../../context.ts';
import type { Project } from '../../state.ts';
import { isMergeRequest, referenceOf, userNotes, webUrlOf, type Item } from '../../tracker/items.ts';
import { labelNames, labelsOf } from '../../tracker/labels.ts';
import { milestoneOf } from '../../tracker/milestones.ts';
import type { IssueState } from '../../tracker/state.ts';
import { basicLabel, milestoneEntity, people, userById } from './tracker.ts';

type Entity = Record<string, unknown>;

export type ItemOptions = {
  withLabelsDetails?: boolean | undefined;
  /** Lists leave out who is subscribed. */
  subscribed?: boolean | undefined;
};

/** What issues and merge requests have in common at the beginning. */
export function headOf(project: Project, item: Item): Entity {
  return {
    id: item.id,
    iid: item.iid,
    project_id: project.id,
    title: item.title,
    description: item.description,
    state: item.state,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
  };
}

export function importedFrom({ imported }: { imported: boolean }): Entity {
  return { imported, imported_from: imported ? 'gitlab_project' : 'none' };
}

export function countsOf(item: Item): Entity {
  const votes = (name: string): number => (item.awards ?? []).filter((award) => award.name === name).length;
  return {
    user_notes_count: userNotes(item).length,
    upvotes: votes('thumbsup'),
    downvotes: votes('thumbsdown'),
  };
}

export function shownLabels(
  context: Context,
  project: Project,
  item: Item,
  { withLabelsDetails }: ItemOptions,
): unknown[] {
  if (!withLabelsDetails) return labelNames(context, project, item);
  return labelsOf(context, project, item).map(basicLabel);
}

export function shownMilestone(context: Context, project: Project, item: Item): Entity | null {
  const found = milestoneOf(context, project, item);
  return found && milestoneEntity(context, found);
}

export function references(project: Project, item: Item): Entity {
  const short = referenceOf(item);
  return { short, relative: short, full: `${project.fullPath}${short}` };
}

export const NO_TIME = {
  time_estimate: 0,
  total_time_spent: 0,
  human_time_estimate: null,
  human_total_time_spent: null,
};

/** Boxes in a list: `- [ ]`. */
export function tasksOf({ description }: Item): { count: number; completed_count: number } {
  const boxes = [...(description ?? '').matchAll(/^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s/gm)];
  return { count: boxes.length, completed_count: boxes.filter(([, mark]) => mark !== ' ').length };
}

export function issueEntity(
  context: Context,
  project: Project,
  issue: IssueState,
  options: ItemOptions = {},
): Entity {
  const api = `${context.externalUrl}/api/v4/projects/${project.id}`;
  const tasks = tasksOf(issue);
  return {
    ...headOf(project, issue),
    closed_at: issue.closedAt,
    closed_by: userById(context, issue.closedById),
    labels: shownLabels(context, project, issue, options),
    milestone: shownMilestone(context, project, issue),
    assignees: people(context, issue.assignees),
    author: userById(context, issue.authorId),
    type: 'ISSUE',
    assignee: people(context, issue.assignees)[0] ?? null,
    ...countsOf(issue),
    merge_requests_count: 0,
    start_date: null,
    due_date: issue.dueDate ?? null,
    confidential: issue.confidential,
    discussion_locked: issue.locked ? true : null,
    issue_type: 'issue',
    web_url: webUrlOf(context, project, issue),
    time_stats: NO_TIME,
    task_completion_status: tasks,
    has_tasks: tasks.count > 0,
    task_status: `${tasks.completed_count} of ${tasks.count} checklist items completed`,
    _links: {
      self: `${api}/issues/${issue.iid}`,
      notes: `${api}/issues/${issue.iid}/notes`,
      award_emoji: `${api}/issues/${issue.iid}/award_emoji`,
      project: api,
      closed_as_duplicate_of: null,
    },
    references: references(project, issue),
    severity: 'UNKNOWN',
    ...(options.subscribed !== false && { subscribed: true }),
    moved_to_id: null,
    ...importedFrom(issue),
    service_desk_reply_to: null,
  };
}

/** `Issue` or `MergeRequest`. */
export function typeOf(item: Item): string {
  return isMergeRequest(item) ? 'MergeRequest' : 'Issue';
}
