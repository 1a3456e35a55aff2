import type { Project } from '../state.ts';
import { PLANNER, featureFor, mayReadItem, seesItems } from '../tracker/access.ts';
import { findIssue, findMergeRequest, type Item } from '../tracker/items.ts';
import type { IssueState, MergeRequestState } from '../tracker/state.ts';
import type { Call } from './endpoint.ts';
import { ApiError, failure, forbidden } from './errors.ts';
import { findProject } from './lookup.ts';
import { isArchivedAbove } from '../projects.ts';
import { listOf, type Params } from './params.ts';

/** What ActiveRecord does not find: with a small letter. */
export function recordNotFound(): ApiError {
  return failure(404, '404 Not found');
}

/** The issue of the path, as far as the caller may read it. */
export function findIssueOf(call: Call): { project: Project; item: IssueState } {
  const project = findProject(call);
  const item = findIssue(project, numberIn(call, 'iid'));
  if (!item || !mayReadItem(call.context, call.actor, project, item)) throw recordNotFound();
  return { project, item };
}

export function findMergeRequestOf(call: Call): { project: Project; item: MergeRequestState } {
  const project = findProject(call);
  const item = findMergeRequest(project, numberIn(call, 'iid'));
  if (!item || !mayReadItem(call.context, call.actor, project, item)) throw recordNotFound();
  return { project, item };
}

/** A number in the path; what is none belongs to no route. */
export function numberIn(call: Call, name: string): number {
  const text = call.route[name] ?? '';
  if (!/^-?\d+$/.test(text)) throw new ApiError(400, { error: `${name} is invalid` });
  return Number(text);
}

/** Nothing is written into what is archived. */
export function refuseArchived(call: Call, project: Project): void {
  if (project.archived || isArchivedAbove(call.context, project)) throw forbidden();
}

/** The feature is there, and the caller sees it. */
export function requireFeature(call: Call, project: Project, name: Parameters<typeof featureFor>[3]): void {
  if (!featureFor(call.context, call.actor, project, name)) throw forbidden();
}

/** Labels and milestones are for planners and above. */
export function requirePlanner(call: Call, project: Project): void {
  if (call.context.accessLevel(call.actor, project) < PLANNER) throw forbidden();
}

/** Names in a list or separated by commas, or in both ways at once. */
export function namesOf(params: Params, name: string): string[] | undefined {
  if (name in params && params[name] === null) return [];
  return listOf(params, name)
    ?.flatMap((each) => each.split(',').map((part) => part.trim()))
    .filter(Boolean);
}

/** The one person of those asked for who may be in charge: only the first counts, and only who sees the item (GL-386). */
export function assigneesOf(call: Call, project: Project, item: Item): number[] | undefined {
  const { params, context } = call;
  const asked =
    params['assignee_ids'] ?? (params['assignee_id'] === undefined ? undefined : [params['assignee_id']]);
  if (asked === undefined) return undefined;
  const [first = 0] = [asked].flat().map(Number);
  if (first === 0) return [];
  const user = context.routes.user(first);
  return user && seesItems(context, user, project, item) ? [user.id] : undefined;
}
