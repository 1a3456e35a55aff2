import type { Config } from '../config/schema.ts';
import { mapImpossible, namespaceTaken } from '../failures/target.ts';
import { unexpected } from '../failures/usage.ts';
import type { Owner } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Person } from '../model/target.ts';
import { ownerPaths, samePerson, type Placement } from '../plan/groups.ts';
import type { PathAssignment } from '../plan/path-assignment.ts';
import { type HiddenPaths, lookAtPaths, whyUnusable, type Found, type PathContext } from './look-at-paths.ts';

export type PlacementContext = PathContext & { config: Config; hidden: HiddenPaths };

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
  const looked = new Map<string, Found>();
  for (;;) {
    const taken = new Set([...looked].filter(([, found]) => found.takenBy !== null).map(([path]) => path));
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

/** Owners whose repositories go into the personal namespace of the same person. */
async function personalPlacements(
  owners: readonly Owner[],
  context: PlacementContext,
): Promise<Map<string, Placement>> {
  const { survey, config } = context;
  const candidates = owners.filter((owner) => mayBePersonal(owner, config));
  const nameOf = ({ login }: Owner): string => config.map.users[login] ?? login;
  const people = await survey.usersNamed(candidates.map(nameOf));
  const placements = new Map<string, Placement>();
  await Promise.all(
    candidates.map(async (owner) => {
      const person = people.get(nameOf(owner).toLowerCase()) ?? null;
      const placement = await personalPlacement(owner, person, context);
      if (placement) placements.set(owner.login, placement);
    }),
  );
  return placements;
}

function mayBePersonal({ kind, login }: Owner, { map, userRepositories }: Config): boolean {
  return kind === 'user' && map.owners[login] === undefined && userRepositories !== 'group';
}

async function personalPlacement(
  owner: Owner,
  person: Person | null,
  { survey, identity, config }: PlacementContext,
): Promise<Placement | null> {
  if (person === null || !samePerson(owner, config, person)) return null;
  if (person.id !== identity.user.id && !identity.user.admin) return null;
  const namespace = await survey.personalNamespace(person);
  if (namespace === null) return null;
  const { fullPath, unusableReason } = namespace;
  return {
    owner,
    fullPath,
    kind: 'user',
    namespace,
    parent: null,
    reasons: [`personal namespace of the same user, ${person.username}`],
    blocked: unusableReason === null ? null : whyUnusable(unusableReason, fullPath),
  };
}

function groupPlacement(
  owner: Owner,
  paths: ReadonlyMap<string, PathAssignment & { fullPath: string }>,
  looked: ReadonlyMap<string, Found>,
): Placement {
  const assignment = paths.get(owner.login);
  if (!assignment) throw unexpected(owner.login, { detail: 'no path was assigned' });
  const { fullPath, reason } = assignment;
  const found = looked.get(fullPath.toLowerCase());
  const reasons = reason === null ? [] : [reason];
  return {
    owner,
    fullPath: found?.namespace?.fullPath ?? fullPath,
    kind: 'group',
    namespace: found?.namespace ?? null,
    parent: found?.parent ?? null,
    reasons,
    blocked: assignment.blocked
      ? mapImpossible(fullPath, { detail: assignment.blocked.reason, fix: assignment.blocked.fix }).notice
      : blockedBy(owner, fullPath, found),
  };
}

/** Only a path that the map demands is kept although it is taken; then a human must choose. */
function blockedBy(owner: Owner, fullPath: string, found: Found | undefined): Notice | null {
  if (!found?.takenBy) return found?.blocked ?? null;
  const words = { detail: `it is ${found.takenBy}`, owner: owner.login, suggestion: 'another-path' };
  return namespaceTaken(fullPath, words).notice;
}
