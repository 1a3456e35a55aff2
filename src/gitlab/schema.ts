import * as z from 'zod';
import { targetRefused } from '../failures/target.ts';

/** Fields of GitLab's API v4 that are relied on (GL-36 to GL-38, GL-90, GL-128, GL-172, GL-174, GL-280, GL-281). */

/** The value in the shape that is relied on. @throws target-refused naming the fields that are not as expected */
export function parse<T>(type: z.ZodType<T>, value: unknown, object: string): T {
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  throw targetRefused(object, {
    detail: `its response has unexpected fields: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
  });
}

const Visibility = z.enum(['private', 'internal', 'public']);

export const Metadata = z.object({ version: z.string() });

export const TokenInfo = z.object({
  scopes: z.array(z.string()),
  expires_at: z.string().nullable().default(null),
});
export type TokenInfo = z.infer<typeof TokenInfo>;

/** All but the first three are for administrators, and for the user itself (GL-38). */
export const User = z.object({
  id: z.number(),
  username: z.string(),
  state: z.string().default('active'),
  email: z.string().nullish(),
  is_admin: z.boolean().nullish(),
  can_create_group: z.boolean().default(true),
  external: z.boolean().default(false),
  namespace_id: z.number().nullish(),
  avatar_url: z.string().nullish(),
  projects_limit: z.number().nullish(),
  public_email: z.string().nullish(),
  commit_email: z.string().nullish(),
  /** Absent where it is not told. */
  confirmed_at: z.string().nullish(),
  created_by: z.unknown().optional(),
  identities: z.array(z.object({ provider: z.string() })).optional(),
  bot: z.boolean().optional(),
});
export type User = z.infer<typeof User>;

/** An address that a user has beside the first one; null until it is confirmed. */
export const FurtherMail = z.object({ email: z.string(), confirmed_at: z.string().nullish() });

/** How a default branch is protected, in the spelling since 17.0; empty when nobody has set it. */
const ProtectionDetails = z.object({
  allowed_to_push: z.array(z.object({ access_level: z.number() })).optional(),
  allowed_to_merge: z.array(z.object({ access_level: z.number() })).optional(),
  allow_force_push: z.boolean().optional(),
  developer_can_initial_push: z.boolean().optional(),
});

export const Group = z.object({
  id: z.number(),
  parent_id: z.number().nullable().default(null),
  name: z.string(),
  path: z.string(),
  full_path: z.string(),
  description: z.string().nullish(),
  visibility: Visibility,
  archived: z.boolean().nullish(),
  marked_for_deletion_on: z.string().nullish(),
  project_creation_level: z.string().nullish(),
  subgroup_creation_level: z.string().nullish(),
  avatar_url: z.string().nullish(),
  default_branch: z.string().nullish(),
  default_branch_protection: z.number().nullish(),
  default_branch_protection_defaults: ProtectionDetails.nullish(),
});
export type Group = z.infer<typeof Group>;

export const Namespace = z.object({ id: z.number(), kind: z.string() });

/** Is a path taken, whether the token may see by what or not? Null when GitLab does not tell. */
export const Existence = z.object({ exists: z.boolean().nullable().catch(null) });

export const Member = z.object({ access_level: z.number() });
export const MemberOf = Member.extend({ id: z.number() });

export const Project = z.object({
  id: z.number(),
  name: z.string(),
  path: z.string(),
  path_with_namespace: z.string(),
  namespace: z.object({ id: z.number() }),
  visibility: Visibility,
  description: z.string().nullable().default(null),
  default_branch: z.string().nullish(),
  empty_repo: z.boolean().default(false),
  archived: z.boolean().default(false),
  creator_id: z.number().nullish(),
  marked_for_deletion_on: z.string().nullish(),
  /** Its name before 15.x; both are sent today. */
  marked_for_deletion_at: z.string().nullish(),
  lfs_enabled: z.boolean().nullish(),
  auto_devops_enabled: z.boolean().nullish(),
  builds_access_level: z.string().nullish(),
  emails_enabled: z.boolean().nullish(),
  emails_disabled: z.boolean().nullish(),
  autoclose_referenced_issues: z.boolean().nullish(),
  open_issues_count: z.number().nullish(),
  wiki_access_level: z.string().nullish(),
  issues_access_level: z.string().nullish(),
  forking_access_level: z.string().nullish(),
  merge_method: z.string().nullish(),
  squash_option: z.string().nullish(),
  repository_access_level: z.string().nullish(),
  permissions: z.object({ project_access: z.object({ access_level: z.number() }).nullish() }).nullish(),
  web_url: z.string().default(''),
  import_status: z.string().nullish(),
  shared_with_groups: z
    .array(z.object({ group_id: z.number(), group_access_level: z.number() }))
    .nullish()
    .catch(null),
  /** GL-149. */
  forked_from_project: z.object({ id: z.number(), path_with_namespace: z.string() }).nullish(),
});
export type Project = z.infer<typeof Project>;

/** A page of a wiki, as its list shows it; the slug is its address. */
export const WikiPage = z.object({ slug: z.string() });

/** What lists of groups and of projects tell of each in any form. */
export const GroupPath = z.object({ full_path: z.string() });
export const ProjectPath = z.object({ path_with_namespace: z.string() });

const AccessLevels = z
  .array(
    z.object({
      access_level: z.number().nullish(),
      user_id: z.number().nullish(),
      group_id: z.number().nullish(),
      deploy_key_id: z.number().nullish(),
    }),
  )
  .default([]);
export type AccessLevels = z.infer<typeof AccessLevels>;

export const ProtectedBranch = z.object({
  name: z.string(),
  push_access_levels: AccessLevels,
  merge_access_levels: AccessLevels,
  allow_force_push: z.boolean().default(false),
});
export type ProtectedBranch = z.infer<typeof ProtectedBranch>;

export const ProtectedTag = z.object({ name: z.string(), create_access_levels: AccessLevels });
export type ProtectedTag = z.infer<typeof ProtectedTag>;

/** A setting that this GitLab does not have, or has in another form, is as good as unread. */
function setting<T>(type: z.ZodType<T>): z.ZodType<T | null | undefined> {
  return type.nullish().catch(null);
}

/** Settings that only an administrator may read (GL-41, GL-167, GL-170, GL-240, GL-295, GL-304, GL-490). */
export const ApplicationSettings = z.object({
  admin_mode: setting(z.boolean()),
  default_branch_name: setting(z.string()),
  default_branch_protection: setting(z.number()),
  default_branch_protection_defaults: setting(ProtectionDetails),
  default_group_visibility: setting(Visibility),
  default_project_visibility: setting(Visibility),
  /** Who may make projects in a new group: 0 no one, 1 maintainers, 2 developers, 3 administrators, 4 owners. */
  default_project_creation: setting(z.number()),
  restricted_visibility_levels: setting(z.array(Visibility)),
  /** GL-283. */
  user_default_external: setting(z.boolean()),
  user_default_internal_regex: setting(z.string()),
  /** In MB. */
  receive_max_input_size: setting(z.number()),
  max_attachment_size: setting(z.number()),
  /** In bytes; 0 for none (GL-295). */
  repository_size_limit: setting(z.number()),
  allow_local_requests_from_web_hooks_and_services: setting(z.boolean()),
  /** By which imports may come (GL-440). */
  import_sources: setting(z.array(z.string())),
  /** In a minute, of one user; 0 for any number (GL-428). */
  project_import_limit: setting(z.int()),
  throttle_authenticated_api_enabled: setting(z.boolean()),
  throttle_authenticated_api_requests_per_period: setting(z.number()),
  throttle_authenticated_api_period_in_seconds: setting(z.number()),
  throttle_authenticated_git_http_enabled: setting(z.boolean()),
  throttle_authenticated_git_http_requests_per_period: setting(z.number()),
  throttle_authenticated_git_http_period_in_seconds: setting(z.number()),
});
export type ApplicationSettings = z.infer<typeof ApplicationSettings>;

const LfsAction = z.object({ header: z.record(z.string(), z.string()).default({}) });

/** Answer of the Git LFS batch call (GL-251). */
export const LfsBatch = z.object({
  objects: z.array(
    z.object({
      oid: z.string(),
      actions: z.object({ upload: LfsAction.optional(), download: LfsAction.optional() }).optional(),
    }),
  ),
});
export type LfsBatch = z.infer<typeof LfsBatch>;
