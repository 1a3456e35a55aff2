import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { maySetMetadata, mayUpdate, seesItems } from './access.ts';
import { isMergeRequest, type Item } from './items.ts';
import { availableLabels } from './labels.ts';
import { availableMilestones, milestoneOf } from './milestones.ts';
import type { QuickAction } from './quick-action-text.ts';
import type { LabelState } from './state.ts';
import type { Updates } from './updates.ts';

/** What commands come to: changes, the same as the API tells them, and what is said about each. */
export type Interpretation = {
  updates: Updates;
  changes: Record<string, unknown>;
  messages: string[];
};

type Case = {
  context: Context;
  project: Project;
  item: Item;
  actor: Actor;
  /** False while the item is only being made. */
  persisted: boolean;
  kind: string;
  found: Interpretation;
};

/** What a command does; false when it does not fit. */
type Handler = (each: Case, argument: string) => boolean;

const quiet =
  (message: string): Handler =>
  ({ found }) => {
    found.messages.push(message);
    return true;
  };

const HANDLERS: Readonly<Record<string, Handler>> = {
  close: (each) => each.item.state === 'opened' && state(each, 'close', `Closed this ${each.kind}.`),
  reopen: (each) => each.item.state === 'closed' && state(each, 'reopen', `Reopened this ${each.kind}.`),
  title({ found, persisted, ...each }, argument) {
    if (!persisted || argument === '' || !mayUpdate(each.context, each.actor, each.project, each.item))
      return false;
    found.updates.title = argument;
    found.changes['title'] = argument;
    found.messages.push(`Changed the title to "${argument}".`);
    return true;
  },
  label: (each, argument) => label(each, argument, 'add'),
  labels: (each, argument) => label(each, argument, 'add'),
  relabel: (each, argument) => label(each, argument, 'replace'),
  unlabel: (each, argument) => label(each, argument, 'remove'),
  remove_label: (each, argument) => label(each, argument, 'remove'),
  assign: (each, argument) => assign(each, argument),
  unassign: (each) => assign(each, null),
  milestone: (each, argument) => milestone(each, argument),
  remove_milestone: (each) => milestone(each, null),
  due: (each, argument) => due(each, argument),
  remove_due_date: (each) => due(each, null),
  lock: (each) => lock(each, true),
  unlock: (each) => lock(each, false),
  confidential(each) {
    if (isMergeRequest(each.item) || each.item.confidential || !allowed(each)) return false;
    return set(each, { confidential: true }, { confidential: true }, 'Made this issue confidential.');
  },
  todo: quiet('Added a to-do item.'),
  done: quiet('Marked to-do item as done.'),
  subscribe: quiet('Subscribed to notifications.'),
  unsubscribe: quiet('Unsubscribed from notifications.'),
};

/** Reads commands as QuickActions::InterpretService does; nothing is changed yet. */
export function interpretActions(
  context: Context,
  of: { project: Project; item: Item; actor: Actor; persisted: boolean },
  actions: readonly QuickAction[],
): Interpretation {
  const found: Interpretation = { updates: {}, changes: {}, messages: [] };
  const kind = isMergeRequest(of.item) ? 'merge request' : 'issue';
  for (const { name, argument } of actions) {
    const fits = HANDLERS[name]?.({ ...of, context, kind, found }, argument) ?? false;
    if (!fits) found.messages.push(`Could not apply ${name} command.`);
  }
  return found;
}

function allowed({ context, actor, project, item }: Case): boolean {
  return maySetMetadata(context, actor, project, item);
}

function set(each: Case, updates: Updates, changes: Record<string, unknown>, message: string): true {
  Object.assign(each.found.updates, updates);
  Object.assign(each.found.changes, changes);
  each.found.messages.push(message);
  return true;
}

function state(each: Case, event: 'close' | 'reopen', message: string): boolean {
  const { context, actor, project, item } = each;
  return (
    mayUpdate(context, actor, project, item) && set(each, { state: event }, { state_event: event }, message)
  );
}

function label(each: Case, argument: string, how: 'add' | 'remove' | 'replace'): boolean {
  if (!allowed(each)) return false;
  const { item, found } = each;
  const labels = labelsIn(each, argument);
  const ids = labels.map(({ id }) => id);
  if (labels.length === 0 && (how !== 'remove' || argument !== '')) return false;
  const present = found.updates.labels ?? item.labels;
  const names = labels.map(({ name }) => (/^\w+$/.test(name) ? `~${name}` : `~"${name}"`)).join(' ');
  const word = labels.length === 1 ? 'label' : 'labels';
  if (how === 'add') {
    const all = [...new Set([...present, ...ids])];
    return set(each, { labels: all }, { add_label_ids: ids }, `Added ${names} ${word}.`);
  }
  if (how === 'replace') {
    return set(each, { labels: ids }, { label_ids: ids }, `Replaced all labels with ${names} ${word}.`);
  }
  if (labels.length === 0) return set(each, { labels: [] }, { label_ids: [] }, 'Removed all labels.');
  const left = present.filter((id) => !ids.includes(id));
  return set(each, { labels: left }, { remove_label_ids: ids }, `Removed ${names} ${word}.`);
}

/** `~bug ~"in two words"`, or names alone. */
function labelsIn({ context, project }: Case, argument: string): LabelState[] {
  const matches = argument.matchAll(/~?"([^"]+)"|~?(\S+)/g);
  const names = new Set(Array.from(matches, ([, inQuotes, word]) => inQuotes ?? word));
  return availableLabels(context, project).filter(({ name }) => names.has(name));
}

function assign(each: Case, argument: string | null): boolean {
  const { context, project, item } = each;
  if (!allowed(each)) return false;
  if (argument === null) {
    if (item.assignees.length === 0) return false;
    return set(each, { assignees: [] }, { assignee_ids: [] }, 'Removed assignee.');
  }
  const names = argument === 'me' ? [each.actor.user.username] : argument.split(/[\s,]+/);
  const user = names
    .map((name) => context.routes.userByName(name.replace(/^@/, '')))
    .find((one) => one !== null && seesItems(context, one, project, item));
  if (!user) return false;
  return set(each, { assignees: [user.id] }, { assignee_ids: [user.id] }, `Assigned @${user.username}.`);
}

function milestone(each: Case, argument: string | null): boolean {
  const { context, project, item } = each;
  if (!allowed(each)) return false;
  if (argument === null) {
    const old = milestoneOf(context, project, item)?.milestone;
    if (!old) return false;
    return set(each, { milestone: null }, { milestone_id: null }, `Removed %${quoted(old.title)} milestone.`);
  }
  const title = argument.replace(/^%/, '').replaceAll('"', '');
  const found = availableMilestones(context, project).find((one) => one.milestone.title === title)?.milestone;
  if (found?.state !== 'active') return false;
  const message = `Set the milestone to %${quoted(found.title)}.`;
  return set(each, { milestone: found }, { milestone_id: found.id }, message);
}

function quoted(title: string): string {
  return /^\w+$/.test(title) ? title : `"${title}"`;
}

function due(each: Case, argument: string | null): boolean {
  if (isMergeRequest(each.item) || !allowed(each)) return false;
  if (argument === null) return set(each, { dueDate: null }, { due_date: null }, 'Removed the due date.');
  const time = Date.parse(argument);
  if (Number.isNaN(time)) return false;
  const date = new Date(time).toISOString().slice(0, 10);
  return set(each, { dueDate: date }, { due_date: date }, `Set the due date to ${date}.`);
}

function lock(each: Case, locked: boolean): boolean {
  if (!each.persisted || each.item.locked === locked || !allowed(each)) return false;
  const message = `${locked ? 'Locked' : 'Unlocked'} the discussion.`;
  return set(each, { locked }, { discussion_locked: locked }, message);
}
