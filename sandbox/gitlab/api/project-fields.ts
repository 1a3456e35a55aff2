import type { Errors } from '../projects.ts';
import { listOf, type Param, type Params } from './params.ts';

const ACCESS = ['disabled', 'private', 'enabled'] as const;
const PUBLIC_ACCESS = ['disabled', 'private', 'enabled', 'public'] as const;

export const VISIBILITIES = ['private', 'internal', 'public'] as const;

/** Settings that are kept as they are given, and what they are until then (GL-120). */
export const PROJECT_DEFAULTS: Readonly<Record<string, unknown>> = {
  issues_access_level: 'enabled',
  repository_access_level: 'enabled',
  merge_requests_access_level: 'enabled',
  forking_access_level: 'enabled',
  wiki_access_level: 'enabled',
  builds_access_level: 'enabled',
  snippets_access_level: 'enabled',
  pages_access_level: 'private',
  analytics_access_level: 'enabled',
  container_registry_access_level: 'enabled',
  security_and_compliance_access_level: 'private',
  releases_access_level: 'enabled',
  environments_access_level: 'enabled',
  feature_flags_access_level: 'enabled',
  infrastructure_access_level: 'enabled',
  monitor_access_level: 'enabled',
  model_experiments_access_level: 'enabled',
  package_registry_access_level: 'enabled',
  packages_enabled: true,
  emails_enabled: true,
  shared_runners_enabled: true,
  group_runners_enabled: true,
  resolve_outdated_diff_discussions: false,
  autoclose_referenced_issues: true,
  request_access_enabled: true,
  only_allow_merge_if_pipeline_succeeds: false,
  only_allow_merge_if_all_discussions_are_resolved: false,
  remove_source_branch_after_merge: true,
  printing_merge_request_link_enabled: true,
  public_jobs: true,
  merge_method: 'merge',
  squash_option: 'default_off',
  ci_config_path: null,
};

function typeOf(name: string, value: unknown): Param {
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (name === 'merge_method') return { type: 'string', values: ['ff', 'rebase_merge', 'merge'] };
  if (name === 'squash_option')
    return { type: 'string', values: ['never', 'always', 'default_on', 'default_off'] };
  if (!name.endsWith('_access_level')) return { type: 'string' };
  const open = name === 'pages_access_level' || name === 'package_registry_access_level';
  return { type: 'string', values: open ? PUBLIC_ACCESS : ACCESS };
}

const SETTINGS: Record<string, Param> = Object.fromEntries(
  Object.entries(PROJECT_DEFAULTS).map(([name, value]) => [name, typeOf(name, value)]),
);

const SHARED: Record<string, Param> = {
  description: { type: 'string' },
  visibility: { type: 'string', values: VISIBILITIES },
  default_branch: { type: 'string' },
  topics: { type: 'strings' },
  tag_list: { type: 'strings' },
  lfs_enabled: { type: 'boolean' },
  avatar: { type: 'file' },
  ...SETTINGS,
};

export const CREATE_FIELDS: Record<string, Param> = {
  name: { type: 'string' },
  path: { type: 'string' },
  namespace_id: { type: 'integer' },
  import_url: { type: 'string' },
  initialize_with_readme: { type: 'boolean' },
  repository_object_format: { type: 'string', values: ['sha1', 'sha256'] },
  template_name: { type: 'string' },
  ...SHARED,
};

export const UPDATE_FIELDS: Record<string, Param> = {
  name: { type: 'string' },
  path: { type: 'string' },
  ...SHARED,
};

/** The given values among the plain settings. */
export function plainSettings(params: Params): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => name in SETTINGS && value !== null),
  );
}

/** Topics and tags are one; a comma parts two, and one that is not valid costs them all (GL-135). */
export function topicsOf(params: Params): string[] | undefined {
  const topics = (listOf(params, 'topics') ?? listOf(params, 'tag_list'))?.flatMap((each) =>
    each.split(',').map((part) => part.trim()),
  );
  if (topics?.some((each) => each.length > 255 || each.includes('\n'))) return [];
  return topics && [...new Set(topics)].filter(Boolean).toSorted();
}

const NEED_REPOSITORY = ['merge_requests_access_level', 'builds_access_level'];

/** What lives in the repository cannot be more open than it (GL-134). */
export function featureErrors(params: Params): Errors {
  if (params['repository_access_level'] !== 'disabled') return {};
  const open = NEED_REPOSITORY.filter((name) => (params[name] ?? PROJECT_DEFAULTS[name]) !== 'disabled');
  const message = 'cannot have higher visibility level than repository access level';
  return Object.fromEntries(open.map((name) => [`project_feature.${name}`, [message]]));
}
