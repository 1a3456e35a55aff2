import type { Context } from '../context.ts';
import { trackerOf, type Project } from '../state.ts';
import { nextId, takeIid } from './items.ts';
import type { IssueState } from './state.ts';

export type NewIssue = Pick<IssueState, 'title' | 'authorId'> & Partial<IssueState>;

/** Adds an issue; without a number it is the next one, without dates of now. */
export function addIssue(context: Context, project: Project, { iid, ...fields }: NewIssue): IssueState {
  const tracker = trackerOf(project);
  const createdAt = fields.createdAt ?? new Date().toISOString();
  const issue: IssueState = {
    id: nextId(context),
    iid: takeIid(tracker, 'issue', iid),
    description: null,
    state: 'opened',
    createdAt,
    updatedAt: new Date().toISOString(),
    closedAt: null,
    closedById: null,
    labels: [],
    milestone: null,
    assignees: [],
    locked: false,
    confidential: false,
    imported: false,
    notes: [],
    events: [],
    ...fields,
  };
  tracker.issues.push(issue);
  context.changed();
  return issue;
}
