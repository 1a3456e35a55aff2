import type { Login, TrackerItem } from '../../model/tracker.ts';
import { authorOf, comments, inOrder, restOfDescription, type Desk, type Placed } from './notes.ts';
import { descriptionOf } from './description.ts';
import { historyOf } from './events.ts';
import { labelNamed, milestoneNamed } from './labels.ts';
import type { IssueLine, MergeRequestLine } from './schema.ts';
import { exact } from './times.ts';
import { stripped, type LabelLine, type MilestoneLine } from './words.ts';

type Common = keyof IssueLine & keyof MergeRequestLine;
type Head = Pick<IssueLine, Exclude<Common, 'state' | 'label_links' | 'milestone' | Tail>>;
type Tail = 'notes' | 'resource_state_events' | 'resource_label_events' | 'resource_milestone_events';

/** What issues and merge requests have in common; `more` are notes that only one of them has. */
export function partsOfItem(desk: Desk, title: string, rest: string | null, more: readonly Placed[]) {
  const { item } = desk;
  const { description, notes: left } = descriptionOf(desk, rest);
  const { notes: told, ...events } = historyOf(desk);
  const head: Head = {
    iid: item.number,
    title: stripped(title),
    description,
    author_id: authorOf(desk, item.author),
    created_at: exact(item.createdAt),
    updated_at: exact(item.updatedAt),
  };
  const notes = inOrder([...restOfDescription(desk, left), ...comments(desk), ...more, ...told]);
  const tail: Pick<IssueLine, Tail> = { notes, ...events };
  return { head, tail };
}

/** The labels of an item, each once; that of its priority is among them. */
export function labelsOf(desk: Desk): LabelLine[] {
  const { item, making } = desk;
  const priority = item.priority === null ? null : making.priority(item.priority);
  const names = priority === null || priority === 'field' ? item.labels : [...item.labels, priority.label];
  const lines = new Map<string, LabelLine>();
  for (const name of names) {
    const line = labelNamed(making, name);
    if (line === null) desk.say('label-left-out', name);
    else lines.set(line.title, line);
  }
  return [...lines.values()];
}

export function milestoneOf(desk: Desk): { milestone?: MilestoneLine } {
  const { item, making } = desk;
  if (item.milestone === null) return {};
  const milestone = milestoneNamed(making, item.milestone);
  if (milestone !== null) return { milestone };
  desk.say('milestone-left-out', item.milestone);
  return {};
}

/** Numbers of the assignees, each once. */
export function assigneesOf(desk: Desk): number[] {
  const { item, making } = desk;
  const numbers = item.assignees.map((login) => {
    const number = making.people.assignee(login);
    if (number === null) desk.say('assignee-left-out', login);
    return number;
  });
  return [...new Set(numbers.filter((number) => number !== null))];
}

/** Null is nobody; a number that is not mapped would be the importer. */
export function orNobody({ making }: Desk, login: Login | null): number | null {
  return login === null ? null : making.people.number(login);
}

/** When the item was closed, where that is known. */
export function closedAtOf(item: TrackerItem): string | null {
  return item.closedAt === null ? null : exact(item.closedAt);
}
