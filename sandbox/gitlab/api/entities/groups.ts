import { avatarUrl, userAvatar } from '../avatars.ts';
import type { Context } from '../../context.ts';
import { detailsOf } from '../../default-branch.ts';
import type { NamespaceRef } from '../../routes.ts';
import type { BranchProtection } from '../../settings.ts';
import type { Group } from '../../state.ts';

/** Settings that a group shows, with what they are until somebody sets them. */
const DEFAULTS: Record<string, unknown> = {
  subgroup_creation_level: 'maintainer',
  mentions_disabled: null,
  lfs_enabled: true,
  share_with_group_lock: false,
  require_two_factor_authentication: false,
  two_factor_grace_period: 48,
  auto_devops_enabled: null,
  emails_enabled: true,
  request_access_enabled: true,
  default_branch: null,
  enabled_git_access_protocol: null,
};

export function groupEntity(context: Context, group: Group): Record<string, unknown> {
  const settings: Record<string, unknown> = {
    ...DEFAULTS,
    // Until the group has its own, it shows the instance's.
    project_creation_level: context.settings.defaultProjectCreation,
    default_branch_protection: context.settings.defaultBranchProtection,
    ...group.attributes,
  };
  const protection = settings['default_branch_protection'] as BranchProtection;
  return {
    id: group.id,
    web_url: `${context.externalUrl}/groups/${group.fullPath}`,
    name: group.name,
    path: group.path,
    description: group.description,
    visibility: group.visibility,
    ...settings,
    emails_disabled: settings['emails_enabled'] === false,
    default_branch_protection_defaults:
      settings['default_branch_protection_defaults'] ?? detailsOf(protection),
    avatar_url: avatarUrl(context, 'group', group),
    full_name: fullName(context, group),
    full_path: group.fullPath,
    created_at: group.createdAt,
    parent_id: group.parentId,
    organization_id: 1,
    shared_runners_setting: 'enabled',
    archived: group.archived,
    marked_for_deletion_on: group.markedForDeletionOn,
  };
}

/** `GET /namespaces`; groups and users alike. */
export function namespaceEntity(context: Context, namespace: NamespaceRef): Record<string, unknown> {
  if (namespace.kind === 'user') {
    const { user } = namespace;
    return {
      id: user.namespaceId,
      name: user.name,
      path: user.username,
      kind: 'user',
      full_path: user.username,
      parent_id: null,
      avatar_url: userAvatar(context, user),
      web_url: `${context.externalUrl}/${user.username}`,
    };
  }
  const { group } = namespace;
  return {
    id: group.id,
    name: group.name,
    path: group.path,
    kind: 'group',
    full_path: group.fullPath,
    parent_id: group.parentId,
    avatar_url: avatarUrl(context, 'group', group),
    web_url: `${context.externalUrl}/groups/${group.fullPath}`,
  };
}

function fullName(context: Context, group: Group): string {
  const parent = group.parentId === null ? null : context.routes.group(group.parentId);
  return parent ? `${fullName(context, parent)} / ${group.name}` : group.name;
}
