import type { Config } from '../config/schema.ts';
import { MigrationError } from '../errors.ts';
import type { History } from '../journal/replay.ts';
import type { Blocked, Namespace, Owner } from '../model.ts';
import { ownerPaths, parentOf, samePerson, type Placement } from '../plan/owners.ts';
import type { PathAssignment } from '../plan/path-assignment.ts';
import type { Target } from '../target/gitlab.ts';
import type { TargetIdentity } from '../target/connect.ts';

export type PlacementContext = { target: Target; identity: TargetIdentity; config: Config; history: History };

/**
 * Finds for each owner the namespace it goes to. Paths that turn out to belong to somebody else are taken out and the
 * pure rules asked again, until every path is free or usable.
 */
export async function placeOwners(
  owners: readonly Owner[],
  context: PlacementContext,
): Promise<Map<string, Placement>> {
  const placements = new Map<string, Placement>();
  await Promise.all(
    owners.map(async (owner) => {
      const personal = await personalPlacement(owner, context);
      if (personal) placements.set(owner.login, personal);
    }),
  );
  const rest = owners.filter((owner) => !placements.has(owner.login));
  const looked = new Map<string, Found>();
  for (;;) {
    const taken = new Set([...looked].filter(([, found]) => found.takenBy !== null).map(([path]) => path));
    const paths = ownerPaths(rest, context.config, taken, context.history);
    const unknown = [...paths.values()].filter(({ fullPath }) => !looked.has(fullPath.toLowerCase()));
    if (unknown.length === 0) {
      for (const owner of rest) placements.set(owner.login, groupPlacement(owner, paths, looked));
      return placements;
    }
    await Promise.all(
      unknown.map(async ({ fullPath }) =>
        looked.set(fullPath.toLowerCase(), await lookAt(fullPath, context)),
      ),
    );
  }
}

/** `takenBy`: why the path cannot be used. */
type Found = { namespace: Namespace | null; takenBy: string | null };

async function lookAt(fullPath: string, { target }: PlacementContext): Promise<Found> {
  const group = await target.findGroup(fullPath);
  if (group?.usable) return { namespace: group, takenBy: null };
  if (group) return { namespace: null, takenBy: 'a group in which the token may not create projects' };
  if (parentOf(fullPath) !== '') {
    const parent = await target.findGroup(parentOf(fullPath));
    if (parent === null) return { namespace: null, takenBy: 'no group: the group above it does not exist' };
    return { namespace: null, takenBy: null };
  }
  const user = await target.findUser(fullPath);
  return { namespace: null, takenBy: user === null ? null : 'a user of GitLab' };
}

async function personalPlacement(owner: Owner, context: PlacementContext): Promise<Placement | null> {
  const { target, identity, config } = context;
  if (owner.kind !== 'user' || config.map.owners[owner.login] !== undefined) return null;
  if (config.userRepositories === 'group') return null;
  const user = await target.findUser(config.map.users[owner.login] ?? owner.login);
  if (user === null || !samePerson(owner, config, user)) return null;
  const own = user.id === identity.user.id;
  if (!own && !identity.user.admin) return null;
  const namespace = await target.personalNamespace(user);
  if (namespace === null) return null;
  return {
    owner,
    fullPath: namespace.fullPath,
    kind: 'user',
    // Projects in the token's own namespace need no user id.
    namespace: own ? { ...namespace, userId: user.id } : namespace,
    reasons: [`personal namespace of the same person, ${user.username}`],
    blocked: null,
  };
}

function groupPlacement(
  owner: Owner,
  paths: ReadonlyMap<string, PathAssignment & { fullPath: string }>,
  looked: ReadonlyMap<string, Found>,
): Placement {
  const assignment = paths.get(owner.login);
  if (!assignment) throw new MigrationError('unexpected', owner.login, { detail: 'no path was assigned' });
  const { fullPath, reason } = assignment;
  const found = looked.get(fullPath.toLowerCase());
  const reasons = reason === null ? [] : [reason];
  return {
    owner,
    fullPath: found?.namespace?.fullPath ?? fullPath,
    kind: 'group',
    namespace: found?.namespace ?? null,
    reasons,
    blocked: assignment.blocked ? fromPath(assignment.blocked) : blockedBy(owner, fullPath, found),
  };
}

function fromPath({ reason, fix }: { reason: string; fix: string }): Blocked {
  return { code: 'map-impossible', reason, fix };
}

/** Only a path that the map demands is kept although it is taken; then a human must choose. */
function blockedBy(owner: Owner, fullPath: string, found: Found | undefined): Blocked | null {
  if (!found?.takenBy) return null;
  return {
    code: 'namespace-taken',
    reason: `${fullPath} is ${found.takenBy}`,
    fix: `"map": { "owners": { ${JSON.stringify(owner.login)}: "another-path" } }`,
  };
}
