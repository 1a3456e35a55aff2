import type { GitLabOptions } from '../../sandbox/gitlab/gitlab.ts';
import type { Group, Project, ProtectedBranch, Scope, UserState } from '../../sandbox/gitlab/state.ts';

/** What a rehearsal knows of the real GitLab: all that decides whether it would take the migration. */
export type Snapshot = {
  me: SnapshotUser;
  /** Null for a token that does not tell (OAuth). */
  scopes: Scope[] | null;
  settings: NonNullable<GitLabOptions['settings']>;
  /** True when the token may not read the settings: GitLab's defaults stand for them. */
  settingsHidden: boolean;
  users: SnapshotUser[];
  groups: SnapshotGroup[];
  projects: SnapshotProject[];
};

export type SnapshotUser = {
  id: number;
  username: string;
  email: string;
  admin: boolean;
  canCreateGroup: boolean;
  projectsLimit: number;
  external: boolean;
  state: UserState;
  /** Null when the token may not see it. */
  namespaceId: number | null;
};

export type SnapshotGroup = Omit<Group, 'members' | 'links' | 'createdAt'> & {
  /** Role of the token's user, inherited ones included; 0 without one. */
  accessLevel: number;
};

type Common =
  | 'id'
  | 'namespaceId'
  | 'path'
  | 'name'
  | 'fullPath'
  | 'description'
  | 'visibility'
  | 'archived'
  | 'markedForDeletionOn'
  | 'lfsEnabled'
  | 'protectedTags'
  | 'attributes';

export type SnapshotProject = Pick<Project, Common> & {
  creatorId: number | null;
  /** Role of the token's user in the project itself; 0 without one. */
  accessLevel: number;
  protectedBranches: Omit<ProtectedBranch, 'id'>[];
};
