import type { Param, Params } from './params.ts';
import { VISIBILITIES } from './project-fields.ts';

/** Settings that are kept as they are given (GL-90). */
const SETTINGS: Record<string, Param> = {
  project_creation_level: {
    type: 'string',
    values: ['noone', 'owner', 'maintainer', 'developer', 'administrator'],
  },
  subgroup_creation_level: { type: 'string', values: ['owner', 'maintainer'] },
  lfs_enabled: { type: 'boolean' },
  request_access_enabled: { type: 'boolean' },
  share_with_group_lock: { type: 'boolean' },
  emails_enabled: { type: 'boolean' },
  mentions_disabled: { type: 'boolean' },
  auto_devops_enabled: { type: 'boolean' },
  default_branch: { type: 'string' },
  default_branch_protection: { type: 'integer', values: [0, 1, 2, 3, 4] },
  default_branch_protection_defaults: { type: 'hash' },
  shared_runners_setting: {
    type: 'string',
    values: ['disabled_and_unoverridable', 'disabled_and_overridable', 'disabled_with_override', 'enabled'],
  },
  require_two_factor_authentication: { type: 'boolean' },
  enabled_git_access_protocol: { type: 'string', values: ['ssh', 'http', 'all'] },
};

const SHARED: Record<string, Param> = {
  description: { type: 'string' },
  visibility: { type: 'string', values: VISIBILITIES },
  avatar: { type: 'file' },
  ...SETTINGS,
};

export const GROUP_CREATE_FIELDS: Record<string, Param> = {
  name: { type: 'string', required: true },
  path: { type: 'string', required: true },
  parent_id: { type: 'integer' },
  organization_id: { type: 'integer' },
  ...SHARED,
};

export const GROUP_UPDATE_FIELDS: Record<string, Param> = {
  name: { type: 'string' },
  path: { type: 'string' },
  ...SHARED,
};

export function groupSettings(params: Params): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => name in SETTINGS && value !== null),
  );
}
