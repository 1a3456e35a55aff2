import type { Config } from '../config/schema.ts';
import { mapImpossible, groupsForbidden, projectsForbidden } from '../failures/target.ts';
import { unexpected } from '../failures/usage.ts';
import type { History } from '../journal/history.ts';
import type { Owner, Namespace } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Survey, Target, TargetIdentity } from '../model/target.ts';
import { blockedPath, ownerPaths, type Placement, lastPart, parentOf } from '../plan/groups.ts';
import type { MatchedPeople } from './match-people.ts';
import { namesOfNewAccounts, personalPlacements } from './personal-places.ts';
import type { PathAssignment } from '../plan/path-assignment.ts';
import { whyUnusable } from '../plan/projects.ts';

export type PlacementContext = PathContext & { config: Config; hidden: HiddenPaths; people: MatchedPeople };

/**
 * Finds for each owner the namespace it goes to. Paths that turn out to belong to somebody else are taken out and the
 * pure rules asked again, until every path is free, usable or blocked.
 */
export async function placeOwners(
  owners: readonly Owner[],
  context: PlacementContext,
): Promise<Map<string, Placement>> {
  const placements = await personalPlacements(owners, context);
  const rest = owners.filter((owner) => !placements.has(owner.login));
  const made = namesOfNewAccounts(context.people);
  const looked = new Map<string, Found>();
  for (;;) {
    const occupied = [...looked].flatMap(([path, { takenBy }]) => (takenBy === null ? [] : [path]));
    const taken = new Set([...made, ...occupied]);
    const paths = ownerPaths(rest, context.config, taken, context.history);
    const unknown = [...paths.values()]
      .map(({ fullPath }) => fullPath)
      .filter((fullPath) => !looked.has(fullPath.toLowerCase()));
    if (unknown.length === 0) {
      for (const owner of rest) placements.set(owner.login, groupPlacement(owner, paths, looked));
      return placements;
    }
    const found = await context.hidden.unhide(await lookAtPaths(unknown, context));
    for (const [path, at] of found) looked.set(path, at);
  }
}

type Assigned = PathAssignment & { fullPath: string };

function groupPlacement(
  owner: Owner,
  paths: ReadonlyMap<string, Assigned>,
  looked: ReadonlyMap<string, Found>,
): Placement {
  const assignment = paths.get(owner.login);
  if (!assignment) throw unexpected(owner.login, { detail: 'no path was assigned' });
  const found = looked.get(assignment.fullPath.toLowerCase());
  return {
    owner,
    fullPath: found?.namespace?.fullPath ?? assignment.fullPath,
    kind: 'group',
    namespace: found?.namespace ?? null,
    parent: found?.parent ?? null,
    reasons: assignment.reason === null ? [] : [assignment.reason],
    blocked: blockedBy(owner, assignment, found, paths),
  };
}

function blockedBy(
  owner: Owner,
  { fullPath, blocked }: Assigned,
  found: Found | undefined,
  paths: ReadonlyMap<string, Assigned>,
): Notice | null {
  if (blocked) return mapImpossible(fullPath, { detail: blocked.reason, fix: blocked.fix }).notice;
  return found?.takenBy ? blockedPath(owner, fullPath, found.takenBy, paths) : (found?.blocked ?? null);
}

/** What stands at the path of a group. */
export type Found = {
  namespace: Namespace | null;
  /** The group around it; null at the top level. */
  parent: Namespace | null;
  /** Why the path cannot be used, when it belongs to somebody else. */
  takenBy: string | null;
  /** Why a human must decide first, when it is the right place. */
  blocked: Notice | null;
};

export type PathContext = { survey: Survey; identity: TargetIdentity; history: History };

/** Looks at all these full paths at once; keyed by lower-case path. */
export async function lookAtPaths(
  fullPaths: readonly string[],
  context: PathContext,
): Promise<Map<string, Found>> {
  const { survey } = context;
  const parentPaths = fullPaths.map(parentOf).filter((path) => path !== '');
  const groups = await survey.groupsAt([...fullPaths, ...parentPaths]);
  const missing = fullPaths.filter((path) => !groups.has(path.toLowerCase()));
  const parents = missing.flatMap((path) => groups.get(parentOf(path)) ?? []);
  const [users] = await Promise.all([
    survey.usersNamed(missing.filter((path) => parentOf(path) === '')),
    survey.fillIn([...new Set(parents)]),
  ]);
  const ours = ownIds(context.history);
  return new Map(
    fullPaths.map((fullPath) => {
      const path = fullPath.toLowerCase();
      const group = groups.get(path);
      const parent = groups.get(parentOf(fullPath)) ?? null;
      if (group) return [path, atGroup(group, parent, ours.has(group.id))];
      if (parentOf(fullPath) !== '') return [path, below(fullPath, parent, context)];
      return [path, free(null, users.has(path) ? 'a GitLab user' : null)];
    }),
  );
}

function atGroup(namespace: Namespace, parent: Namespace | null, ours: boolean): Found {
  const { fullPath } = namespace;
  const at = { namespace, parent, takenBy: null };
  const around = parent?.unusableReason;
  const inherited = around === 'archived' || around === 'pending-deletion' ? around : null;
  const reason = inherited ?? namespace.unusableReason;
  if (reason !== null) return { ...at, blocked: whyUnusable(reason, fullPath) };
  if (namespace.canCreateProjects) return { ...at, blocked: null };
  const detail = 'the user is not a Maintainer of the group';
  // What an earlier run made stays its place, also when another token has no rights there.
  if (ours) return { ...at, blocked: projectsForbidden(fullPath, { detail }).notice };
  return free(parent, 'a group in which the token cannot create projects');
}

function below(fullPath: string, parent: Namespace | null, { identity }: PathContext): Found {
  if (parent === null) return free(null, 'not a valid group: its parent group does not exist');
  const name = lastPart(fullPath).toLowerCase();
  const project = parent.projects.some(({ fullPath: path }) => lastPart(path).toLowerCase() === name);
  if (project) return free(parent, 'a GitLab project');
  if (parent.takenPaths.some(({ path }) => path.toLowerCase() === name))
    return free(parent, 'a GitLab item pending deletion');
  if (parent.canCreateSubgroups) return free(parent, null);
  const where = ` in ${parent.fullPath}`;
  const context = { user: identity.user.username, where };
  return { namespace: null, parent, takenBy: null, blocked: groupsForbidden(fullPath, context).notice };
}

function free(parent: Namespace | null, takenBy: string | null): Found {
  return { namespace: null, parent, takenBy, blocked: null };
}

/** Ids of the groups that earlier runs made or adopted. */
function ownIds({ items }: History): Set<number> {
  const ids = new Set<number>();
  for (const [item, { target }] of items) if (!item.includes('/') && target !== null) ids.add(target.id);
  return ids;
}

/** Two plans a minute stay within the 20 questions that GitLab answers (GL-99). */
const mostQuestions = 10;

export type HiddenPaths = {
  /** What was found, with the paths that belong to somebody whom the token cannot see. */
  unhide(found: ReadonlyMap<string, Found>): Promise<Map<string, Found>>;
  /** Paths that look free but were not asked for any more. */
  readonly uncheckedPaths: readonly string[];
};

/**
 * A private group of other people is invisible to all but administrators, and yet its path is taken: GitLab is asked about
 * paths that look free.
 */
export function createHiddenPaths(
  target: Pick<Target, 'namespaceExists'>,
  { user }: TargetIdentity,
): HiddenPaths {
  const uncheckedPaths: string[] = [];
  let asked = 0;

  async function look(path: string, found: Found): Promise<Found> {
    const { namespace, parent, takenBy, blocked } = found;
    if (user.admin || namespace !== null || takenBy !== null || blocked !== null) return found;
    if (asked === mostQuestions) {
      uncheckedPaths.push(path);
      return found;
    }
    asked += 1;
    const exists = await target.namespaceExists(lastPart(path), parent?.id ?? null);
    return exists === true ? { ...found, takenBy: 'a group the token cannot see' } : found;
  }

  return {
    uncheckedPaths,
    async unhide(found) {
      const paths = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
      const looked = await Promise.all(
        paths.map(async ([path, at]) => [path, await look(path, at)] as const),
      );
      return new Map(looked);
    },
  };
}
