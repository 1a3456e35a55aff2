import type { Context } from '../context.ts';
import { groupsAbove } from '../groups.ts';
import type { Errors } from '../projects.ts';
import { trackerOf, type Group, type Project } from '../state.ts';
import { addEvent, nextId, takeIid, type Item } from './items.ts';
import type { MilestoneState } from './state.ts';

/** A milestone with whose it is. */
export type OwnedMilestone = { milestone: MilestoneState; of: Project | Group };

export type MilestoneFields = {
  title: string;
  description?: string | null;
  startDate?: string | null;
  dueDate?: string | null;
};

/** Those of the project itself, or of the group itself. */
export function ownMilestones(of: Project | Group): MilestoneState[] {
  return 'namespaceId' in of ? trackerOf(of).milestones : (of.milestones ??= []);
}

/** With those of every group above. */
export function availableMilestones(context: Context, of: Project | Group): OwnedMilestone[] {
  const groupId = 'namespaceId' in of ? of.namespaceId : of.parentId;
  const group = groupId === null ? null : context.routes.group(groupId);
  const places = [of, ...(group === null ? [] : groupsAbove(context, group))];
  return places.flatMap((place) => ownMilestones(place).map((milestone) => ({ milestone, of: place })));
}

/** What the model objects to (GL-381); a title is taken in every place from which items of the same project may choose. */
export function milestoneErrors(
  context: Context,
  of: Project | Group,
  fields: MilestoneFields,
  self?: MilestoneState,
): Errors {
  const { title, startDate, dueDate } = fields;
  const errors: Errors = {};
  if (title.trim() === '') errors['title'] = ["can't be blank"];
  const rivals = [...availableMilestones(context, of), ...below(context, of)];
  if (rivals.some(({ milestone }) => milestone.title === title && milestone !== self)) {
    errors['title'] = ['already being used for another group or project milestone.'];
  }
  if (startDate && dueDate && dueDate < startDate) errors['due_date'] = ['must be greater than start date'];
  return errors;
}

function below(context: Context, of: Project | Group): OwnedMilestone[] {
  if ('namespaceId' in of) return [];
  const places = [...context.routes.projectsIn(of.id), ...context.routes.subgroups(of.id)];
  return places.flatMap((place) => [
    ...ownMilestones(place).map((milestone) => ({ milestone, of: place })),
    ...below(context, place),
  ]);
}

/** Adds a milestone; what may go wrong is the caller's to check. */
export function addMilestone(
  context: Context,
  of: Project | Group,
  fields: MilestoneFields & Partial<MilestoneState>,
): MilestoneState {
  const now = new Date().toISOString();
  const own = ownMilestones(of);
  const milestone: MilestoneState = {
    id: nextId(context),
    iid:
      fields.iid ??
      ('namespaceId' in of
        ? takeIid(trackerOf(of), 'milestone')
        : Math.max(0, ...own.map(({ iid }) => iid)) + 1),
    title: fields.title,
    description: fields.description ?? null,
    state: fields.state ?? 'active',
    startDate: fields.startDate ?? null,
    dueDate: fields.dueDate ?? null,
    createdAt: fields.createdAt ?? now,
    updatedAt: fields.updatedAt ?? now,
  };
  own.push(milestone);
  context.changed();
  return milestone;
}

/** The milestone that an item may have by this id: an active one of the project or of a group above (GL-382). */
export function usableMilestone(context: Context, project: Project, id: number): MilestoneState | null {
  const found = availableMilestones(context, project).find(({ milestone }) => milestone.id === id);
  return found?.milestone.state === 'active' ? found.milestone : null;
}

export function milestoneOf(context: Context, project: Project, item: Item): OwnedMilestone | null {
  if (item.milestone === null) return null;
  return (
    availableMilestones(context, project).find(({ milestone }) => milestone.id === item.milestone) ?? null
  );
}

/** Gives the item this milestone, or none, and notes it. */
export function changeMilestone(
  context: Context,
  project: Project,
  item: Item,
  change: { to: MilestoneState | null; userId: number; at?: string | undefined },
): void {
  const { to, userId, at } = change;
  if (item.milestone === (to?.id ?? null)) return;
  const subject = (to ?? milestoneOf(context, project, item)?.milestone)?.title ?? null;
  addEvent(context, item, {
    kind: 'milestone',
    action: to === null ? 'remove' : 'add',
    subject,
    userId,
    ...(at !== undefined && { createdAt: at }),
  });
  item.milestone = to?.id ?? null;
}
