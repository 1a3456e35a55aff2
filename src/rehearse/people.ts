import type { UserState } from '../../sandbox/gitlab.ts';
import type * as schema from '../gitlab/schema.ts';
import type { AddressedItem, Plan, PlannedPerson } from '../model/plan.ts';
import { plannedRoles } from '../steps/members.ts';
import { pictureIn } from './settings.ts';
import type { Snapshot, SnapshotMember, SnapshotUser } from './snapshot.ts';

/** GitLab's own default; only administrators see that of others. */
const usualLimit = 100_000;
const states: readonly string[] = [
  'blocked',
  'deactivated',
  'banned',
  'ldap_blocked',
  'blocked_pending_approval',
] satisfies UserState[];

/** A user as the API shows it. */
export function userOf(user: schema.User, namespaceId: number | null): SnapshotUser {
  return {
    id: user.id,
    username: user.username,
    email: user.email ?? '',
    admin: user.is_admin === true,
    canCreateGroup: user.can_create_group,
    projectsLimit: user.projects_limit ?? usualLimit,
    external: user.external,
    state: stateOf(user.state),
    namespaceId,
    ...pictureIn(user.avatar_url),
  };
}

/** A state that the embedded GitLab knows. */
function stateOf(state: string): UserState {
  return states.includes(state) ? (state as UserState) : 'active';
}

/**
 * Adds the accounts that the plan has found, the roles that they have at the places where it gives any, and the groups that
 * collaborate there: the plan has read all of that.
 */
export function withPeople(snapshot: Snapshot, { people, groups, projects }: Plan): Snapshot {
  const known = new Set([snapshot.me.id, ...snapshot.users.map(({ id }) => id)]);
  const users = people.flatMap((person) => {
    const user = userOfPlan(person);
    return user === null || known.has(user.id) ? [] : [user];
  });
  const ofGroup = new Map(groups.map((item) => [item.existing, rolesThere(item, snapshot.me.id)]));
  const ofProject = new Map(projects.map((item) => [item.existing?.id, rolesThere(item, snapshot.me.id)]));
  const shares = new Map(projects.map(({ existing }) => [existing?.id, existing?.sharedWith ?? []]));
  return {
    ...snapshot,
    users: [...snapshot.users, ...users],
    groups: snapshot.groups.map((group) => ({ ...group, members: ofGroup.get(group.id) ?? [] })),
    projects: snapshot.projects.map((project) => ({
      ...project,
      members: ofProject.get(project.id) ?? [],
      shares: shares.get(project.id) ?? [],
    })),
  };
}

function userOfPlan({ existing, person }: PlannedPerson): SnapshotUser | null {
  if (existing === null) return null;
  const { id, username, external, state } = existing;
  return {
    id,
    username,
    email: person.mail?.address ?? '',
    admin: false,
    canCreateGroup: !external,
    projectsLimit: external ? 0 : usualLimit,
    external,
    state: stateOf(state),
    namespaceId: null,
  };
}

function rolesThere(item: AddressedItem, me: number): SnapshotMember[] {
  const roles = plannedRoles(item)?.part.roles ?? [];
  return roles.flatMap(({ account, now }) =>
    account === null || now === 0 || account === me ? [] : [{ userId: account, level: now }],
  );
}
