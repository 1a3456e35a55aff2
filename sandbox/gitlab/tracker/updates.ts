import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { addSystemNote, closeItem, isMergeRequest, reopenItem, type Item } from './items.ts';
import { changeLabels } from './labels.ts';
import { changeMilestone } from './milestones.ts';
import type { MilestoneState } from './state.ts';

/** What a request or a quick action wants of an item; what is absent stays. */
export type Updates = {
  title?: string;
  description?: string | null;
  state?: 'close' | 'reopen';
  /** Ids of all labels from now on. */
  labels?: number[];
  milestone?: MilestoneState | null;
  assignees?: number[];
  reviewers?: number[];
  dueDate?: string | null;
  locked?: boolean;
  confidential?: boolean;
  targetBranch?: string;
};

export type UpdateBy = {
  userId: number;
  /** When it is said to have happened; now when absent. */
  at?: string | undefined;
};

/** What came of the state: only a change is mailed. */
export type StateChange = 'closed' | 'reopened' | null;

/** Changes the item and notes what GitLab notes of it. */
export function applyUpdates(
  context: Context,
  project: Project,
  item: Item,
  updates: Updates,
  by: UpdateBy,
): StateChange {
  const { userId, at } = by;
  const note = (text: string): void => void addSystemNote(context, item, userId, text, at);
  const before = JSON.stringify(factsOf(item));
  if (updates.title !== undefined && updates.title !== item.title) {
    note(`changed title from ${marked(item.title, updates.title)}`);
    item.title = updates.title;
  }
  if (updates.description !== undefined && updates.description !== item.description) {
    if (item.description !== null || updates.description !== null) note('changed the description');
    item.description = updates.description;
  }
  if (updates.targetBranch !== undefined && isMergeRequest(item)) item.targetBranch = updates.targetBranch;
  if (updates.labels) changeLabels(context, project, item, { ids: updates.labels, userId, at });
  if (updates.milestone !== undefined)
    changeMilestone(context, project, item, { to: updates.milestone, userId, at });
  changePeople(context, item, updates, note);
  if (updates.dueDate !== undefined) item.dueDate = updates.dueDate;
  if (updates.locked !== undefined && updates.locked !== item.locked) {
    const kind = isMergeRequest(item) ? 'merge request' : 'issue';
    note(`${updates.locked ? 'locked' : 'unlocked'} the discussion in this ${kind}`);
    item.locked = updates.locked;
  }
  if (updates.confidential !== undefined && !isMergeRequest(item)) {
    if (updates.confidential !== item.confidential) {
      note(updates.confidential ? 'made the issue confidential' : 'made the issue visible to everyone');
    }
    item.confidential = updates.confidential;
  }
  if (before !== JSON.stringify(factsOf(item))) item.updatedAt = at ?? new Date().toISOString();
  context.changed();
  return changeState(context, item, updates, by);
}

function changeState(context: Context, item: Item, { state }: Updates, by: UpdateBy): StateChange {
  if (state === 'close') return closeItem(context, item, by) ? 'closed' : null;
  return state === 'reopen' && reopenItem(context, item, by) ? 'reopened' : null;
}

function changePeople(
  context: Context,
  item: Item,
  { assignees, reviewers }: Updates,
  note: (text: string) => void,
): void {
  const names = (ids: readonly number[]): string =>
    ids.map((id) => `@${context.routes.user(id)?.username ?? 'ghost'}`).join(' and ');
  if (assignees) {
    const added = assignees.filter((id) => !item.assignees.includes(id));
    const removed = item.assignees.filter((id) => !assignees.includes(id));
    const said = [
      ...(added.length > 0 ? [`assigned to ${names(added)}`] : []),
      ...(removed.length > 0 ? [`unassigned ${names(removed)}`] : []),
    ];
    if (said.length > 0) note(said.join(' and '));
    item.assignees = [...assignees];
  }
  if (reviewers && isMergeRequest(item)) {
    const added = reviewers.filter((id) => !item.reviewers.includes(id));
    if (added.length > 0) note(`requested review from ${names(added)}`);
    item.reviewers = [...reviewers];
  }
}

function factsOf({
  title,
  description,
  labels,
  milestone,
  assignees,
  dueDate,
  locked,
  ...rest
}: Item): unknown {
  const others = 'sourceBranch' in rest ? [rest.targetBranch, rest.reviewers] : [rest.confidential];
  return [title, description, labels, milestone, assignees, dueDate, locked, others];
}

/** Old and new title, with what differs in braces. */
function marked(old: string, title: string): string {
  const shorter = Math.min(old.length, title.length);
  let start = 0;
  while (start < shorter && old[start] === title[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === title.at(-1 - end)) end += 1;
  const wrap = (text: string, sign: string): string => {
    const middle = text.slice(start, text.length - end);
    return `**${text.slice(0, start)}${middle === '' ? '' : `{${sign}${middle}${sign}}`}${text.slice(text.length - end)}**`;
  };
  return `${wrap(old, '-')} to ${wrap(title, '+')}`;
}
