import type { AccountRecord, GitBucketState, RepositoryRecord, Role } from './state.ts';

/** Everybody for public repositories; else administrators, owner, members of the owning group and all collaborators. */
export function canRead(
  state: GitBucketState,
  viewer: AccountRecord | undefined,
  repository: RepositoryRecord,
): boolean {
  if (!repository.private) return true;
  return has(state, viewer, repository, ['ADMIN', 'DEVELOPER', 'GUEST']);
}

export function canWrite(
  state: GitBucketState,
  viewer: AccountRecord | undefined,
  repository: RepositoryRecord,
): boolean {
  return has(state, viewer, repository, ['ADMIN', 'DEVELOPER']);
}

export function isOwner(
  state: GitBucketState,
  viewer: AccountRecord | undefined,
  repository: RepositoryRecord,
): boolean {
  if (!viewer) return false;
  if (viewer.admin || viewer.login === repository.owner) return true;
  if (membersOf(state, repository.owner).some((m) => m.manager && m.login === viewer.login)) return true;
  return collaborates(state, viewer, repository, ['ADMIN']);
}

/** Administrators, the owner itself, and any member of the owning group may create repositories there. */
export function canCreateIn(state: GitBucketState, viewer: AccountRecord, owner: string): boolean {
  if (viewer.admin || viewer.login === owner) return true;
  return membersOf(state, owner).some((member) => member.login === viewer.login);
}

/** Names of the groups that a user is a member of, sorted. */
export function groupsOf(state: GitBucketState, login: string): string[] {
  return state.accounts
    .filter((account) => account.members.some((member) => member.login === login))
    .map((account) => account.login)
    .sort();
}

function has(
  state: GitBucketState,
  viewer: AccountRecord | undefined,
  repository: RepositoryRecord,
  roles: readonly Role[],
): boolean {
  if (!viewer) return false;
  if (viewer.admin || viewer.login === repository.owner) return true;
  if (membersOf(state, repository.owner).some((member) => member.login === viewer.login)) return true;
  return collaborates(state, viewer, repository, roles);
}

function collaborates(
  state: GitBucketState,
  viewer: AccountRecord,
  repository: RepositoryRecord,
  roles: readonly Role[],
): boolean {
  return repository.collaborators.some((row) => {
    if (!roles.includes(row.role)) return false;
    return row.login === viewer.login || membersOf(state, row.login).some((m) => m.login === viewer.login);
  });
}

function membersOf(state: GitBucketState, login: string): AccountRecord['members'] {
  return state.accounts.find((account) => account.login === login)?.members ?? [];
}
