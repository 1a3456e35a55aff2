import {
  levelOf,
  type BranchProtection,
  type GitLabOptions,
  type Group,
  type Project,
  type ProtectedBranch,
  type Scope,
  type Settings,
  type UserState,
} from '../../sandbox/gitlab.ts';
import type * as schema from '../gitlab/schema.ts';
import { bytesOf } from '../gitlab/settings.ts';
import { pictureIn, type SnapshotSettings } from './settings.ts';

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
  /** Name of the uploaded picture. */
  avatar?: string;
};

/** Somebody else's role. */
export type SnapshotMember = { userId: number; level: number };

export type SnapshotGroup = Omit<Group, 'members' | 'links' | 'createdAt'> & {
  /** Of other people, as far as they matter. */
  members?: SnapshotMember[];
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
  | 'forkedFromId'
  | 'protectedTags'
  | 'attributes';

export type SnapshotProject = Pick<Project, Common> &
  SnapshotSettings & {
    creatorId: number | null;
    /** Role of the token's user in the project itself; 0 without one. */
    accessLevel: number;
    members?: SnapshotMember[];
    /** Groups that have a role in it. */
    shares?: { id: number; level: number }[];
    protectedBranches: Omit<ProtectedBranch, 'id'>[];
    /** Sizes by id, as far as the source's history names them; absent where it names none. */
    lfsObjects?: Record<string, number>;
  };

/** A group as the API shows it, with the role that the token's user has in it. */
export function groupOf(group: schema.Group, accessLevel: number): SnapshotGroup {
  return {
    id: group.id,
    parentId: group.parent_id,
    path: group.path,
    name: group.name,
    fullPath: group.full_path,
    description: group.description ?? '',
    visibility: group.visibility,
    archived: group.archived ?? false,
    markedForDeletionOn: group.marked_for_deletion_on ?? null,
    accessLevel,
    ...pictureIn(group.avatar_url),
    attributes: attributesOf(group),
  };
}

/** A group that holds one which the token sees, but that it may not see itself. */
export function hiddenParent(group: SnapshotGroup): SnapshotGroup {
  const fullPath = group.fullPath.slice(0, group.fullPath.lastIndexOf('/'));
  const path = fullPath.slice(fullPath.lastIndexOf('/') + 1);
  const unknown = { description: '', archived: false, markedForDeletionOn: null, accessLevel: 0 };
  return {
    ...unknown,
    id: group.parentId ?? 0,
    parentId: null,
    path,
    name: path,
    fullPath,
    visibility: group.visibility,
    attributes: {},
  };
}

/** Only what is set: an absent setting means the instance's. */
function attributesOf(group: schema.Group): Record<string, unknown> {
  const details = group.default_branch_protection_defaults;
  const found: Record<string, unknown> = {
    project_creation_level: group.project_creation_level,
    subgroup_creation_level: group.subgroup_creation_level,
    default_branch: group.default_branch,
    default_branch_protection: group.default_branch_protection,
    default_branch_protection_defaults: details?.allowed_to_push ? details : null,
  };
  return Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** A project as the API shows it, without its protections. */
export function projectOf(project: schema.Project): SnapshotProject {
  return {
    id: project.id,
    namespaceId: project.namespace.id,
    path: project.path,
    name: project.name,
    fullPath: project.path_with_namespace,
    description: project.description ?? '',
    visibility: project.visibility,
    archived: project.archived,
    markedForDeletionOn: project.marked_for_deletion_on ?? null,
    creatorId: project.creator_id ?? null,
    lfsEnabled: project.lfs_enabled ?? true,
    forkedFromId: project.forked_from_project?.id ?? null,
    accessLevel: project.permissions?.project_access?.access_level ?? 0,
    protectedBranches: [],
    protectedTags: [],
    attributes: {
      ...(project.repository_access_level && { repository_access_level: project.repository_access_level }),
      ...(project.wiki_access_level && { wiki_access_level: project.wiki_access_level }),
      ...(project.issues_access_level && { issues_access_level: project.issues_access_level }),
      ...(project.forking_access_level && { forking_access_level: project.forking_access_level }),
      ...(project.merge_method && { merge_method: project.merge_method }),
      ...(project.squash_option && { squash_option: project.squash_option }),
    },
  };
}

/** A protection as it concerns this user; rules for single other users or groups (EE) are not for us. */
export function protectedBranchOf(
  branch: schema.ProtectedBranch,
  userId: number,
): SnapshotProject['protectedBranches'][number] {
  return {
    name: branch.name,
    pushAccessLevel: lowest(branch.push_access_levels, userId),
    mergeAccessLevel: lowest(branch.merge_access_levels, userId),
    allowForcePush: branch.allow_force_push,
  };
}

export function protectedTagOf(
  tag: schema.ProtectedTag,
  userId: number,
): SnapshotProject['protectedTags'][number] {
  return { name: tag.name, createAccessLevel: lowest(tag.create_access_levels, userId) };
}

/** The lowest role that suffices; 0: nobody. A rule for the user alone is as good as the lowest role that may push. */
function lowest(levels: schema.AccessLevels, userId: number): number {
  const roles = levels.flatMap((level) => {
    if (level.user_id) return level.user_id === userId ? [30] : [];
    return level.access_level ? [level.access_level] : [];
  });
  return roles.length === 0 ? 0 : Math.min(...roles);
}

const creationRoles = ['noone', 'maintainer', 'developer', 'administrator', 'owner'] as const;

/** What an administrator set up; what is not set is left to GitLab's defaults. */
export function settingsOf(answer: schema.ApplicationSettings): Snapshot['settings'] {
  const settings: Partial<Settings> = {};
  const protection = protectionOf(answer);
  const creation = creationRoles[answer.default_project_creation ?? -1];
  const attachments = bytesOf(answer.max_attachment_size);
  if (answer.default_branch_name) settings.defaultBranchName = answer.default_branch_name;
  if (protection !== null) settings.defaultBranchProtection = protection;
  if (answer.default_group_visibility) settings.defaultGroupVisibility = answer.default_group_visibility;
  if (answer.default_project_visibility)
    settings.defaultProjectVisibility = answer.default_project_visibility;
  if (creation !== undefined) settings.defaultProjectCreation = creation;
  if (answer.restricted_visibility_levels)
    settings.restrictedVisibilities = answer.restricted_visibility_levels;
  if (answer.import_sources) settings.importSources = answer.import_sources;
  if (answer.allow_local_requests_from_web_hooks_and_services) settings.localHooks = true;
  settings.newUsersExternal = answer.user_default_external ?? false;
  settings.internalAddresses = answer.user_default_internal_regex || null;
  if (attachments !== null) settings.maxAttachmentSize = attachments;
  return {
    ...settings,
    git: {
      receiveMaxInputSize: bytesOf(answer.receive_max_input_size),
      repositorySizeLimit: answer.repository_size_limit || null,
    },
  };
}

/** The newer spelling where it says anything. */
function protectionOf(answer: schema.ApplicationSettings): BranchProtection | null {
  const details = answer.default_branch_protection_defaults;
  if (details?.allowed_to_push) return levelOf(details);
  const level = answer.default_branch_protection ?? null;
  return level !== null && level >= 0 && level <= 4 ? (level as BranchProtection) : null;
}
