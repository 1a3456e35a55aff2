import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectExtras } from './extras.ts';
import type { Integration } from './integrations.ts';
import { emptyTracker, type LabelState, type MilestoneState, type TrackerState } from './tracker/state.ts';

export type Visibility = 'private' | 'internal' | 'public';

export type UserState =
  | 'active'
  | 'blocked'
  | 'deactivated'
  | 'banned'
  | 'ldap_blocked'
  | 'blocked_pending_approval';

export type User = {
  id: number;
  username: string;
  name: string;
  email: string;
  admin: boolean;
  state: UserState;
  canCreateGroup: boolean;
  projectsLimit: number;
  external: boolean;
  /** Personal namespace; shares the number space of the groups, not that of the users. */
  namespaceId: number;
  createdAt: string;
  /** Null until the address is confirmed; absent: it is. */
  confirmedAt?: string | null;
  /** Id of the administrator who made the account; absent when nobody did. */
  createdBy?: number;
  /** What the profile shows to everybody; absent: nothing. */
  publicEmail?: string;
  commitEmail?: string;
  /** Further addresses. */
  emails?: { address: string; confirmed: boolean }[];
  /** Name of the uploaded picture. */
  avatar?: string;
  /** By which sign-ins know the user. */
  identities?: { provider: string; externUid: string }[];
};

export type Scope =
  | 'api'
  | 'read_api'
  | 'read_user'
  | 'read_repository'
  | 'write_repository'
  | 'sudo'
  | 'admin_mode';

export type Token = {
  id: number;
  userId: number;
  name: string;
  value: string;
  scopes: Scope[];
  revoked: boolean;
  /** `2026-01-31`, exclusive; null for never. */
  expiresAt: string | null;
  createdAt: string;
  lastUsedAt: string | null;
};

/** 5 minimal, 10 guest, 15 planner, 20 reporter, 30 developer, 40 maintainer, 50 owner. */
export type Member = {
  userId: number;
  accessLevel: number;
  createdAt: string;
  expiresAt: string | null;
  createdBy: number | null;
};

/** A group that was invited to a project or to another group. */
type GroupLink = { groupId: number; accessLevel: number; expiresAt: string | null };

export type Group = {
  id: number;
  parentId: number | null;
  path: string;
  name: string;
  /** With the letter case it was made with; kept in step by the context. */
  fullPath: string;
  description: string;
  visibility: Visibility;
  members: Member[];
  links: GroupLink[];
  archived: boolean;
  markedForDeletionOn: string | null;
  createdAt: string;
  /** Name of the uploaded picture. */
  avatar?: string;
  /** Those that are active with settings of the group's own: what is made below it inherits them. */
  integrations?: string[];
  /** Of the group itself; all projects below it may use them. */
  labels?: LabelState[];
  milestones?: MilestoneState[];
  /** Further declared settings, in the API's own spelling (`project_creation_level`, `default_branch`, …). */
  attributes: Record<string, unknown>;
};

/** Of a person, or a deploy key. */
export type SshKey = {
  id: number;
  title: string;
  key: string;
  /** SHA-256 in base64, without padding. */
  fingerprint: string;
  /** Who added it. */
  userId: number;
  deploy: boolean;
  createdAt: string;
};

export type Webhook = {
  id: number;
  url: string;
  token: string | null;
  verifyTls: boolean;
  /** GitLab does not call it at the moment. */
  failing?: boolean;
  /** By the API's own names (`push_events`, …). */
  events: Record<string, boolean>;
};

export type ProtectedBranch = {
  id: number;
  /** May hold `*` wildcards. */
  name: string;
  /** 0 nobody, 30 developers, 40 maintainers, 60 administrators. */
  pushAccessLevel: number;
  mergeAccessLevel: number;
  allowForcePush: boolean;
};

export type ProtectedTag = { name: string; createAccessLevel: number };

export type Project = {
  id: number;
  /** Id of a group or of a personal namespace. */
  namespaceId: number;
  path: string;
  name: string;
  fullPath: string;
  description: string;
  visibility: Visibility;
  creatorId: number;
  createdAt: string;
  lastActivityAt: string;
  archived: boolean;
  /** Storage is being moved: nobody may push. */
  repositoryReadOnly: boolean;
  /** Being destroyed; its path is still taken. */
  pendingDelete: boolean;
  markedForDeletionOn: string | null;
  members: Member[];
  links: GroupLink[];
  protectedBranches: ProtectedBranch[];
  protectedTags: ProtectedTag[];
  /** Keys that are enabled in it. */
  deployKeys?: { keyId: number; canPush: boolean }[];
  hooks?: Webhook[];
  /** Name of the uploaded picture. */
  avatar?: string;
  /** Made while the wiki was off, and nobody has listed its pages since. */
  withoutWiki?: boolean;
  /** The branch whose pages were shown first. */
  wikiBranch?: string | null;
  forkedFromId: number | null;
  /** Of a fork whose repository is copied; absent where there is nothing to copy. */
  importStatus?: 'scheduled' | 'finished' | 'failed';
  /** Of a project that a whole archive was to fill. */
  imported?: { correlationId: string; error: string | null };
  lfsEnabled: boolean;
  /** Sizes of the LFS objects that are linked to this project, by id. */
  lfsObjects: Record<string, number>;
  labels: LabelState[];
  topics: string[];
  /** Ids of the users who like it. */
  stars: number[];
  integrations?: Integration[];
  extras?: ProjectExtras;
  /** Ids of the users who want a mail for everything that happens in it. */
  watchers?: number[];
  /** Absent while nothing is in it; `trackerOf` makes it. */
  tracker?: TrackerState;
  /** Further declared settings, in the API's own spelling (`wiki_access_level`, `merge_method`, …). */
  attributes: Record<string, unknown>;
};

type Redirect = { kind: 'group' | 'project'; id: number };

/** Everything that survives a restart. Lookups by path are derived, see routes.ts. */
export type State = {
  users: User[];
  tokens: Token[];
  /** All SSH keys of the server. */
  keys?: SshKey[];
  groups: Group[];
  projects: Project[];
  /** Old full paths in lower case. */
  redirects: Record<string, Redirect>;
  nextId: { user: number; token: number; namespace: number; project: number; other: number };
};

/** Reads the state that an earlier run left in the directory, or begins an empty one. */
export function loadState(dir: string): State {
  try {
    return JSON.parse(readFileSync(stateFile(dir), 'utf8')) as State;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return emptyState();
  }
}

/** Writes the whole state; a crash leaves the old file. */
export function saveState(dir: string, state: State): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = stateFile(dir);
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** What hangs on the project beside git, to be read or changed. */
export function trackerOf(project: Project): TrackerState {
  return (project.tracker ??= emptyTracker());
}

function emptyState(): State {
  // Namespaces do not begin where users begin: a user's id taken for a namespace must not work by luck (GL-121).
  const nextId = { user: 1, token: 1, namespace: 101, project: 1, other: 1 };
  return { users: [], tokens: [], groups: [], projects: [], redirects: {}, nextId };
}

function stateFile(dir: string): string {
  return join(dir, 'gitlab.json');
}
