import { z } from 'zod';

/** What a rehearsal reads of GitLab's API beyond what a migration needs (gitlab-contract §1.1, §2.1, §3.1, §9). */
const Visibility = z.enum(['private', 'internal', 'public']);
const Levels = z.array(z.object({ access_level: z.number().nullish(), user_id: z.number().nullish() }));

/** How a default branch is protected, in the spelling since 17.0; empty when nobody has set it. */
const ProtectionDetails = z.object({
  allowed_to_push: z.array(z.object({ access_level: z.number() })).optional(),
  allowed_to_merge: z.array(z.object({ access_level: z.number() })).optional(),
  allow_force_push: z.boolean().optional(),
  developer_can_initial_push: z.boolean().optional(),
});

export const ApplicationSettings = z.object({
  default_branch_name: z.string().nullish(),
  default_branch_protection: z.number().nullish(),
  default_branch_protection_defaults: ProtectionDetails.nullish(),
  default_group_visibility: Visibility.nullish(),
  default_project_visibility: Visibility.nullish(),
  /** 0 no one, 1 maintainers, 2 developers, 3 administrators, 4 owners. */
  default_project_creation: z.number().nullish(),
  restricted_visibility_levels: z.array(Visibility).nullish(),
  /** In MB. */
  receive_max_input_size: z.number().nullish(),
  max_attachment_size: z.number().nullish(),
  admin_mode: z.boolean().nullish(),
});
export type ApplicationSettings = z.infer<typeof ApplicationSettings>;

export const User = z.object({
  id: z.number(),
  username: z.string(),
  email: z.string().nullish(),
  is_admin: z.boolean().optional(),
  can_create_group: z.boolean().optional(),
  projects_limit: z.number().optional(),
  external: z.boolean().optional(),
  state: z.string().optional(),
  namespace_id: z.number().nullish(),
});
export type User = z.infer<typeof User>;

export const Namespace = z.object({ id: z.number(), kind: z.string() });

export const Member = z.object({ access_level: z.number() });

export const Group = z.object({
  id: z.number(),
  parent_id: z.number().nullable().default(null),
  path: z.string(),
  name: z.string(),
  full_path: z.string(),
  description: z.string().nullish(),
  visibility: Visibility,
  archived: z.boolean().nullish(),
  marked_for_deletion_on: z.string().nullish(),
  project_creation_level: z.string().nullish(),
  subgroup_creation_level: z.string().nullish(),
  default_branch: z.string().nullish(),
  default_branch_protection: z.number().nullish(),
  default_branch_protection_defaults: ProtectionDetails.nullish(),
});
export type Group = z.infer<typeof Group>;

export const Project = z.object({
  id: z.number(),
  path: z.string(),
  name: z.string(),
  path_with_namespace: z.string(),
  description: z.string().nullish(),
  visibility: Visibility,
  archived: z.boolean().nullish(),
  marked_for_deletion_on: z.string().nullish(),
  creator_id: z.number().nullish(),
  lfs_enabled: z.boolean().nullish(),
  repository_access_level: z.string().nullish(),
  namespace: z.object({ id: z.number() }),
  permissions: z.object({ project_access: z.object({ access_level: z.number() }).nullish() }).nullish(),
});
export type Project = z.infer<typeof Project>;

export const ProtectedBranch = z.object({
  name: z.string(),
  push_access_levels: Levels.default([]),
  merge_access_levels: Levels.default([]),
  allow_force_push: z.boolean().nullish(),
});
export type ProtectedBranch = z.infer<typeof ProtectedBranch>;

export const ProtectedTag = z.object({ name: z.string(), create_access_levels: Levels.default([]) });
export type ProtectedTag = z.infer<typeof ProtectedTag>;
export type Levels = z.infer<typeof Levels>;
