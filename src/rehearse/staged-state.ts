import type { Group, Member, Project, State, User } from '../sandbox/gitlab/state.ts';
import type { SeenGroup, SeenProject, SeenTarget, SeenUser } from './seen.ts';

/** The state of an embedded GitLab that holds what was seen, with the same ids; pure. */
export function stagedState(seen: SeenTarget, now: string): State {
  const { me } = seen;
  const others = seen.users.filter(({ id }) => id !== me.id);
  const known = [me, ...others].flatMap(({ namespaceId }) => namespaceId ?? []);
  let namespace = highest([...known, ...seen.groups.map(({ id }) => id)]) + 1;
  const users = [me, ...others].map((user) =>
    userOf(user, user.namespaceId === null ? namespace++ : user.namespaceId, now),
  );
  const places = new Set([
    ...users.map(({ namespaceId }) => namespaceId),
    ...seen.groups.map(({ id }) => id),
  ]);
  let other = 1;
  return {
    users,
    tokens: [],
    groups: seen.groups.map((group) => groupOf(group, me.id, now)),
    projects: seen.projects
      .filter(({ namespaceId }) => places.has(namespaceId))
      .map((project) => projectOf(project, me.id, now, () => other++)),
    redirects: {},
    nextId: {
      user: highest(users.map(({ id }) => id)) + 1,
      token: 1,
      namespace,
      project: highest(seen.projects.map(({ id }) => id)) + 1,
      // Protections are numbered while the projects are made.
      other: 1 + seen.projects.reduce((sum, project) => sum + project.protectedBranches.length, 0),
    },
  };
}

function highest(ids: readonly number[]): number {
  return ids.reduce((most, id) => Math.max(most, id), 0);
}

function userOf(user: SeenUser, namespaceId: number, createdAt: string): User {
  return { ...user, name: user.username, namespaceId, createdAt };
}

function groupOf({ accessLevel, ...group }: SeenGroup, userId: number, createdAt: string): Group {
  return { ...group, members: memberships(accessLevel, userId, createdAt), links: [], createdAt };
}

function projectOf(
  { accessLevel, ...project }: SeenProject,
  userId: number,
  now: string,
  nextId: () => number,
): Project {
  return {
    ...project,
    creatorId: project.creatorId ?? userId,
    createdAt: now,
    lastActivityAt: now,
    repositoryReadOnly: false,
    pendingDelete: false,
    members: memberships(accessLevel, userId, now),
    links: [],
    protectedBranches: project.protectedBranches.map((branch) => ({ id: nextId(), ...branch })),
    forkedFromId: null,
    lfsObjects: {},
    labels: [],
    topics: [],
    stars: [],
  };
}

function memberships(accessLevel: number, userId: number, createdAt: string): Member[] {
  if (accessLevel === 0) return [];
  return [{ userId, accessLevel, createdAt, expiresAt: null, createdBy: null }];
}
