import type { Context } from '../../context.ts';
import type { Project } from '../../state.ts';
import { textColor } from '../../tracker/colors.ts';
import type { OwnedMilestone } from '../../tracker/milestones.ts';
import type { AwardState, LabelState } from '../../tracker/state.ts';
import { basicUser } from './users.ts';

type Entity = Record<string, unknown>;

/** Somebody by id, as the tracker shows people; null when the account is gone. */
export function userById(context: Context, id: number | null | undefined): Entity | null {
  const user = id === null || id === undefined ? null : context.routes.user(id);
  return user && basicUser(context, user);
}

export function people(context: Context, ids: readonly number[]): Entity[] {
  return ids.map((id) => userById(context, id)).filter((user) => user !== null);
}

export function milestoneEntity(context: Context, { milestone, of }: OwnedMilestone): Entity {
  const inProject = 'namespaceId' in of;
  const place = inProject ? of.fullPath : `groups/${of.fullPath}`;
  return {
    id: milestone.id,
    iid: milestone.iid,
    ...(inProject ? { project_id: of.id } : { group_id: of.id }),
    title: milestone.title,
    description: milestone.description,
    state: milestone.state,
    created_at: milestone.createdAt,
    updated_at: milestone.updatedAt,
    due_date: milestone.dueDate,
    start_date: milestone.startDate,
    expired: milestone.dueDate !== null && milestone.dueDate < new Date().toISOString().slice(0, 10),
    web_url: `${context.externalUrl}/${place}/-/milestones/${milestone.iid}`,
  };
}

/** As items and events show it. */
export function basicLabel(label: LabelState): Entity {
  return {
    id: label.id,
    name: label.name,
    description: label.description ?? null,
    description_html: label.description ?? '',
    text_color: textColor(label.color),
    color: label.color,
  };
}

/** As the lists of a project show it. */
export function labelEntity(project: Project, label: LabelState, counts?: Entity): Entity {
  return {
    ...basicLabel(label),
    ...counts,
    subscribed: false,
    priority: label.priority ?? null,
    is_project_label: project.labels.includes(label),
  };
}

export function awardEntity(context: Context, award: AwardState, of: { id: number; type: string }): Entity {
  return {
    id: award.id,
    name: award.name,
    user: userById(context, award.userId),
    created_at: award.createdAt,
    updated_at: award.createdAt,
    awardable_id: of.id,
    awardable_type: of.type,
    url: null,
  };
}
