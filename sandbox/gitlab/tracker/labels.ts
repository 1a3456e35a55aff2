import type { Context } from '../context.ts';
import { groupsAbove } from '../groups.ts';
import type { Errors } from '../projects.ts';
import type { Group, Project } from '../state.ts';
import { isLonger } from '../names.ts';
import { colorOf } from './colors.ts';
import { addEvent, nextId, type Item } from './items.ts';
import type { LabelState } from './state.ts';

/** What a label has that comes into being by being named (Label::DEFAULT_COLOR). */
const USUAL_COLOR = '#6699cc';
const LONGEST_DESCRIPTION = 512 * 1024;

/** Those of the project and of every group above, sorted by name as the lists are. */
export function availableLabels(context: Context, of: Project | Group): LabelState[] {
  const own = of.labels ?? [];
  const groupId = 'namespaceId' in of ? of.namespaceId : of.parentId;
  const group = groupId === null ? null : context.routes.group(groupId);
  const above = group === null ? [] : groupsAbove(context, group).flatMap(({ labels = [] }) => labels);
  return [...own, ...above].toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** By number, else by its exact name. */
export function findLabel(labels: readonly LabelState[], idOrName: string): LabelState | null {
  const byId = /^\d+$/.test(idOrName) ? labels.find(({ id }) => id === Number(idOrName)) : undefined;
  return byId ?? labels.find(({ name }) => name === idOrName) ?? null;
}

type LabelFields = { name: string; color: string; description?: string | null | undefined };

/** What the model objects to (GL-380). */
export function labelErrors({ name, color, description }: LabelFields): Errors {
  const errors: Errors = {};
  const title = [
    ...(name.trim() === '' ? ["can't be blank", 'is invalid'] : []),
    ...(name.includes(',') ? ['is invalid'] : []),
    ...(isLonger(name, 255) ? ['is too long (maximum is 255 characters)'] : []),
  ];
  if (title.length > 0) errors['title'] = title;
  if (colorOf(color) === null) errors['color'] = ['must be a valid color code'];
  if (Buffer.byteLength(description ?? '') > LONGEST_DESCRIPTION) {
    errors['description'] = ['is too long (512 KiB). The maximum size is 512 KiB.'];
  }
  return errors;
}

/** Adds a label; what may go wrong is the caller's to check. */
export function addLabel(context: Context, of: Project | Group, fields: LabelFields): LabelState {
  const label: LabelState = {
    id: nextId(context),
    name: fields.name.trim(),
    color: colorOf(fields.color) ?? USUAL_COLOR,
    description: fields.description ?? null,
  };
  (of.labels ??= []).push(label);
  context.changed();
  return label;
}

/** Ids of the labels of these names, a group's among them; what is unknown comes into being (GL-386). */
export function labelsNamed(context: Context, project: Project, names: readonly string[]): number[] {
  const wanted = [...new Set(names.map((name) => name.trim()).filter(Boolean))];
  const ids = wanted.map((name) => {
    const found = availableLabels(context, project).find((label) => label.name === name);
    if (found) return found.id;
    const fields = { name, color: USUAL_COLOR };
    return Object.keys(labelErrors(fields)).length > 0 ? null : addLabel(context, project, fields).id;
  });
  return ids.filter((id) => id !== null);
}

/** Names of an item's labels, sorted. */
export function labelNames(context: Context, project: Project, item: Item): string[] {
  return labelsOf(context, project, item).map(({ name }) => name);
}

export function labelsOf(context: Context, project: Project, item: Item): LabelState[] {
  return availableLabels(context, project).filter(({ id }) => item.labels.includes(id));
}

/** Gives the item these labels and notes what came and what went. */
export function changeLabels(
  context: Context,
  project: Project,
  item: Item,
  change: { ids: readonly number[]; userId: number; at?: string | undefined },
): void {
  const { ids, userId, at } = change;
  const names = new Map(availableLabels(context, project).map(({ id, name }) => [id, name]));
  const note = (action: 'add' | 'remove') => (id: number) =>
    addEvent(context, item, {
      kind: 'label',
      action,
      subject: names.get(id) ?? null,
      userId,
      ...(at !== undefined && { createdAt: at }),
    });
  ids.filter((id) => !item.labels.includes(id)).forEach(note('add'));
  item.labels.filter((id) => !ids.includes(id)).forEach(note('remove'));
  item.labels = [...new Set(ids)];
}

/** Takes a label away from the project and from every item. */
export function removeLabel(context: Context, project: Project, label: LabelState): void {
  project.labels = project.labels.filter((each) => each !== label);
  const { issues = [], mergeRequests = [] } = project.tracker ?? {};
  for (const item of [...issues, ...mergeRequests]) {
    item.labels = item.labels.filter((id) => id !== label.id);
  }
  context.changed();
}
