import type { Project } from '../state.ts';
import { maySetMetadata } from '../tracker/access.ts';
import type { Item } from '../tracker/items.ts';
import { labelsNamed } from '../tracker/labels.ts';
import { usableMilestone } from '../tracker/milestones.ts';
import { extractActions } from '../tracker/quick-action-text.ts';
import { interpretActions } from '../tracker/quick-actions.ts';
import type { Updates } from '../tracker/updates.ts';
import type { UserCall } from './endpoint.ts';
import { flagOf, integerOf, textOf, type Param } from './params.ts';
import { assigneesOf, namesOf } from './tracker-lookup.ts';

/** What issues and merge requests take when they are made or changed. */
export const ITEM_FIELDS: Record<string, Param> = {
  description: { type: 'string' },
  assignee_id: { type: 'integer' },
  assignee_ids: { type: 'integers' },
  milestone_id: { type: 'integer' },
  labels: { type: 'strings' },
  add_labels: { type: 'strings' },
  remove_labels: { type: 'strings' },
  discussion_locked: { type: 'boolean' },
};

/**
 * What a request wants of an item, with what the commands in its description come to (GL-385). What the caller may
 * not set, and milestones and people that do not fit, are dropped in silence (GL-382, GL-386).
 */
export function wantedUpdates(call: UserCall, project: Project, item: Item, persisted: boolean): Updates {
  const { context, params, actor } = call;
  const updates: Updates = {};
  const title = textOf(params, 'title');
  if (title !== undefined) updates.title = title;
  const event = textOf(params, 'state_event');
  if (event !== undefined) updates.state = event as 'close' | 'reopen';
  if (maySetMetadata(context, actor, project, item)) Object.assign(updates, metadata(call, project, item));
  const confidential = flagOf(params, 'confidential');
  if (confidential !== undefined) updates.confidential = confidential;
  if (!('description' in params)) return updates;
  const given = textOf(params, 'description') ?? null;
  const { text, actions } = extractActions(given ?? '');
  const found = interpretActions(context, { project, item, actor, persisted }, actions);
  const labels = new Set([...(updates.labels ?? []), ...(found.updates.labels ?? [])]);
  Object.assign(updates, found.updates);
  if (labels.size > 0) updates.labels = [...labels];
  updates.description = given === null ? null : text;
  return updates;
}

function metadata(call: UserCall, project: Project, item: Item): Updates {
  const { context, params } = call;
  const updates: Updates = {};
  const labels = wantedLabels(call, project, item);
  if (labels) updates.labels = labels;
  if ('milestone_id' in params) {
    const id = integerOf(params, 'milestone_id') ?? 0;
    const milestone = id === 0 ? null : usableMilestone(context, project, id);
    if (id === 0 || milestone !== null) updates.milestone = milestone;
  }
  const assignees = assigneesOf(call, project, item);
  if (assignees) updates.assignees = assignees;
  const locked = flagOf(params, 'discussion_locked');
  if (locked !== undefined) updates.locked = locked;
  if ('due_date' in params) updates.dueDate = dateIn(textOf(params, 'due_date'));
  return updates;
}

function wantedLabels(call: UserCall, project: Project, item: Item): number[] | undefined {
  const { context, params } = call;
  const ids = (name: string): number[] | undefined => {
    const names = namesOf(params, name);
    return names && labelsNamed(context, project, names);
  };
  const [all, added, removed] = [ids('labels'), ids('add_labels'), ids('remove_labels')];
  if (all === undefined && added === undefined && removed === undefined) return undefined;
  const kept = [...(all ?? item.labels), ...(added ?? [])];
  return [...new Set(kept)].filter((id) => !removed?.includes(id));
}

/** `2026-01-31`; what is no date is none. */
export function dateIn(text: string | undefined): string | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 10);
}
