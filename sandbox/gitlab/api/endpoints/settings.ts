import type { Visibility } from '../../state.ts';
import { detailsOf } from '../../default-branch.ts';
import type { BranchProtection, Settings, Throttle } from '../../settings.ts';
import { ok, type Call, type Endpoint, type Reply } from '../endpoint.ts';
import { flagOf, integerOf, listOf, textOf, type Param, type Params } from '../params.ts';
import { VISIBILITIES } from '../project-fields.ts';

const MEGABYTE = 1024 * 1024;

/** A number here, a word on groups (Gitlab::Access.project_creation_options). */
const CREATION_LEVELS = ['noone', 'maintainer', 'developer', 'administrator', 'owner'];

/** Settings of the application's limiter, requests a minute, by its own names (GL-300). */
const LIMITS = new Map([
  ['issues_create_limit', 'issues_create'],
  ['notes_create_limit', 'notes_create'],
  ['project_import_limit', 'project_import'],
  ['user_contributed_projects_api_limit', 'user_contributed_projects_api'],
]);

/** Throttles as they begin when they are switched on (GL-306). */
const THROTTLES: { name: string; usual: Throttle }[] = [
  { name: 'throttle_authenticated_api', usual: { limit: 7200, period: 3600 } },
  { name: 'throttle_authenticated_git_http', usual: { limit: 3600, period: 3600 } },
];

const FIELDS: Record<string, Param> = {
  default_branch_name: { type: 'string' },
  default_branch_protection: { type: 'integer', values: [0, 1, 2, 3, 4] },
  default_group_visibility: { type: 'string', values: VISIBILITIES },
  default_project_visibility: { type: 'string', values: VISIBILITIES },
  restricted_visibility_levels: { type: 'strings', values: VISIBILITIES },
  import_sources: { type: 'strings' },
  // What is no number is taken as none (observed).
  receive_max_input_size: { type: 'string' },
  max_attachment_size: { type: 'integer' },
  ...Object.fromEntries(
    [
      ...LIMITS.keys(),
      ...THROTTLES.flatMap(({ name }) => [`${name}_requests_per_period`, `${name}_period_in_seconds`]),
    ].map((name): [string, Param] => [name, { type: 'integer' }]),
  ),
  ...Object.fromEntries(
    THROTTLES.map(({ name }): [string, Param] => [`${name}_enabled`, { type: 'boolean' }]),
  ),
};

/** The instance's settings, for administrators. */
export const settingsEndpoints: Endpoint[] = [
  { method: 'GET', path: '/application/settings', access: 'admin', run: show },
  {
    method: 'PUT',
    path: '/application/settings',
    access: 'admin',
    declares: { fields: FIELDS, atLeastOneOf: Object.keys(FIELDS) },
    run: update,
  },
];

function show({ context: { settings } }: Call): Reply {
  const { receiveMaxInputSize } = settings.git;
  return ok({
    id: 1,
    default_branch_name: settings.defaultBranchName,
    default_branch_protection: settings.defaultBranchProtection,
    default_branch_protection_defaults: detailsOf(settings.defaultBranchProtection),
    default_group_visibility: settings.defaultGroupVisibility,
    default_project_visibility: settings.defaultProjectVisibility,
    default_project_creation: CREATION_LEVELS.indexOf(settings.defaultProjectCreation),
    admin_mode: settings.adminMode,
    restricted_visibility_levels: settings.restrictedVisibilities,
    import_sources: settings.importSources,
    receive_max_input_size: receiveMaxInputSize === null ? null : receiveMaxInputSize / MEGABYTE,
    max_attachment_size: settings.maxAttachmentSize / MEGABYTE,
    user_default_external: settings.newUsersExternal,
    user_default_internal_regex: settings.internalAddresses,
    new_user_signups_cap: settings.userCap,
    repository_size_limit: settings.git.repositorySizeLimit ?? 0,
    ...Object.fromEntries(
      [...LIMITS].map(([field, key]) => [field, settings.applicationLimits[key]?.threshold ?? 0]),
    ),
    ...Object.assign({}, ...THROTTLES.map((each) => throttleFields(settings, each))),
  });
}

/** A throttle as the API shows it; switched off it keeps the numbers with which it would begin. */
function throttleFields(
  settings: Settings,
  { name, usual }: (typeof THROTTLES)[number],
): Record<string, unknown> {
  const throttle = settings.throttles[name];
  return {
    [`${name}_enabled`]: throttle !== undefined,
    [`${name}_requests_per_period`]: (throttle ?? usual).limit,
    [`${name}_period_in_seconds`]: (throttle ?? usual).period,
  };
}

function changeLimits(settings: Settings, params: Params): void {
  for (const [field, key] of LIMITS) {
    const threshold = integerOf(params, field);
    if (threshold !== undefined) settings.applicationLimits[key] = { threshold, interval: 60 };
  }
  for (const { name, usual } of THROTTLES) {
    const enabled = flagOf(params, `${name}_enabled`);
    if (enabled === false) delete settings.throttles[name];
    if (!enabled) continue;
    const limit = integerOf(params, `${name}_requests_per_period`) ?? usual.limit;
    const period = integerOf(params, `${name}_period_in_seconds`) ?? usual.period;
    settings.throttles[name] = { limit, period };
  }
}

function update(call: Call): Reply {
  const { params, context } = call;
  const { settings } = context;
  const changes: Partial<Settings> = {};
  const branch = textOf(params, 'default_branch_name');
  if (branch !== undefined) changes.defaultBranchName = branch || null;
  const protection = integerOf(params, 'default_branch_protection');
  if (protection !== undefined) changes.defaultBranchProtection = protection as BranchProtection;
  const groups = textOf(params, 'default_group_visibility');
  if (groups !== undefined) changes.defaultGroupVisibility = groups as Visibility;
  const projects = textOf(params, 'default_project_visibility');
  if (projects !== undefined) changes.defaultProjectVisibility = projects as Visibility;
  const restricted = listOf(params, 'restricted_visibility_levels');
  if (restricted !== undefined) changes.restrictedVisibilities = restricted as Visibility[];
  const sources = listOf(params, 'import_sources');
  if (sources !== undefined) changes.importSources = sources;
  const attachment = integerOf(params, 'max_attachment_size');
  if (attachment !== undefined) changes.maxAttachmentSize = attachment * MEGABYTE;
  Object.assign(settings, changes);
  changeLimits(settings, params);
  if ('receive_max_input_size' in params) {
    const size = Number.parseInt(textOf(params, 'receive_max_input_size') ?? '', 10);
    settings.git.receiveMaxInputSize = Number.isNaN(size) ? null : size * MEGABYTE;
  }
  return show(call);
}
