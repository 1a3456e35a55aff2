import { trackerOf } from '../../state.ts';
import { nextId } from '../items.ts';
import type { ActivityState, EventState } from '../state.ts';
import type { Line } from './archive.ts';
import type { Importing } from './importing.ts';
import { labelFor, milestoneFor } from './named.ts';
import { integerOf, objectOf, objectsOf, textOf, timeOf } from './values.ts';

const STATES = new Set(['opened', 'closed', 'reopened', 'merged', 'locked']);

/** State, label and milestone events of an item, by their dates. */
export function eventsOf(importing: Importing, line: Line): EventState[] {
  const events = [
    ...objectsOf(line, 'resource_state_events').map((each) => {
      const state = textOf(each, 'state') ?? '';
      return STATES.has(state) ? eventOf(importing, each, 'state', { action: state, subject: null }) : null;
    }),
    ...objectsOf(line, 'resource_label_events').map((each) => {
      const label = labelFor(importing, objectOf(each, 'label') ?? {});
      return label && changeOf(importing, each, 'label', label.name);
    }),
    ...objectsOf(line, 'resource_milestone_events').map((each) => {
      const milestone = milestoneFor(importing, objectOf(each, 'milestone') ?? {});
      return milestone && changeOf(importing, each, 'milestone', milestone.title);
    }),
  ];
  return events.filter((event) => event !== null).toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
}

function changeOf(
  importing: Importing,
  line: Line,
  kind: 'label' | 'milestone',
  subject: string,
): EventState | null {
  const action = textOf(line, 'action') ?? '';
  if (action !== 'add' && action !== 'remove') return null;
  return eventOf(importing, line, kind, { action, subject });
}

function eventOf(
  { context, people, now }: Importing,
  line: Line,
  kind: EventState['kind'],
  what: Pick<EventState, 'action' | 'subject'>,
): EventState | null {
  const userId = people.of(line['user_id']);
  if (userId === null) return null;
  return { id: nextId(context), kind, ...what, userId, createdAt: timeOf(line, 'created_at') ?? now };
}

/** Words and numbers of actions, as the API shows them. */
const ACTIONS = new Map([
  ['created', 'opened'],
  ['1', 'opened'],
  ['updated', 'updated'],
  ['2', 'updated'],
  ['closed', 'closed'],
  ['3', 'closed'],
  ['reopened', 'opened'],
  ['4', 'opened'],
  ['commented', 'commented on'],
  ['6', 'commented on'],
  ['merged', 'accepted'],
  ['7', 'accepted'],
  ['approved', 'approved'],
  ['12', 'approved'],
]);

/** Adds the lines of the project's activity that an item brings (GL-436). */
export function addActivity(importing: Importing, line: Line, target: ActivityState['target']): void {
  const { context, project, people, now } = importing;
  for (const each of objectsOf(line, 'events')) {
    const authorId = people.of(each['author_id']);
    const action = ACTIONS.get(textOf(each, 'action') ?? String(integerOf(each, 'action')));
    if (authorId === null || action === undefined) continue;
    const createdAt = timeOf(each, 'created_at') ?? now;
    (trackerOf(project).activity ??= []).push({
      id: nextId(context),
      action,
      target,
      authorId,
      createdAt,
      imported: true,
    });
  }
}
