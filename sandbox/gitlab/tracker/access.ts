import { DEVELOPER, MAINTAINER, OWNER, REPORTER, type Actor } from '../access.ts';
import type { Context } from '../context.ts';
import type { Project, User } from '../state.ts';
import { isMergeRequest, type Item } from './items.ts';

const GUEST = 10;
/** May plan, but not see code. */
export const PLANNER = 15;

/** Whether a feature is there for the caller: switched off it is for nobody, `private` for members only. */
export function featureFor(
  context: Context,
  actor: Actor | null,
  project: Project,
  name: 'issues' | 'merge_requests' | 'releases',
): boolean {
  const level = project.attributes[`${name}_access_level`] ?? 'enabled';
  if (level === 'disabled') return false;
  return level !== 'private' || context.accessLevel(actor, project) >= GUEST;
}

/** Titles, texts and notes of an item; confidential issues are for planners, their author and their assignees. */
export function mayReadItem(context: Context, actor: Actor | null, project: Project, item: Item): boolean {
  const merge = isMergeRequest(item);
  if (!featureFor(context, actor, project, merge ? 'merge_requests' : 'issues')) return false;
  if (merge || !item.confidential) return true;
  if (context.accessLevel(actor, project) >= PLANNER) return true;
  return actor !== null && [item.authorId, ...item.assignees].includes(actor.user.id);
}

/** Labels, milestone, assignees, due date and lock. */
export function maySetMetadata(context: Context, actor: Actor, project: Project, item?: Item): boolean {
  const needed = item !== undefined && isMergeRequest(item) ? DEVELOPER : PLANNER;
  return context.accessLevel(actor, project) >= needed;
}

/** Title, text and state; whoever made it or is in charge of it may, too. */
export function mayUpdate(context: Context, actor: Actor, project: Project, item: Item): boolean {
  if ([item.authorId, ...item.assignees].includes(actor.user.id)) return true;
  return context.accessLevel(actor, project) >= (isMergeRequest(item) ? DEVELOPER : PLANNER);
}

/** Numbers and dates of one's own choice (GL-383). */
export function maySetDates(context: Context, actor: Actor, project: Project): boolean {
  return context.accessLevel(actor, project) >= OWNER;
}

/** A locked discussion is for members only. */
export function mayComment(context: Context, actor: Actor, project: Project, item: Item): boolean {
  return !item.locked || context.accessLevel(actor, project) >= GUEST;
}

export function mayAdminNote(context: Context, actor: Actor, project: Project, authorId: number): boolean {
  return authorId === actor.user.id || context.accessLevel(actor, project) >= MAINTAINER;
}

/** Whether somebody sees the items of a project at all: only these can be assigned or mailed (GL-386). */
export function seesItems(context: Context, user: User, project: Project, item: Item): boolean {
  const actor: Actor = { user, admin: user.admin, token: NO_TOKEN };
  return context.canRead(actor, project) && mayReadItem(context, actor, project, item);
}

export function mayReadInternal(context: Context, actor: Actor | null, project: Project): boolean {
  return context.accessLevel(actor, project) >= REPORTER;
}

const NO_TOKEN: Actor['token'] = {
  id: 0,
  userId: 0,
  name: '',
  value: '',
  scopes: [],
  revoked: false,
  expiresAt: null,
  createdAt: '',
  lastUsedAt: null,
};
