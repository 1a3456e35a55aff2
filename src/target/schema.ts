import { z } from 'zod';

/** Fields of GitLab's API v4 that are relied on (gitlab-contract §1.1, §2.1, §3.1). */
const Visibility = z.enum(['private', 'internal', 'public']);

export const Metadata = z.object({ version: z.string() });

export const TokenInfo = z.object({
  scopes: z.array(z.string()),
  active: z.boolean().default(true),
  expires_at: z.string().nullable().default(null),
});

export const CurrentUser = z.object({
  id: z.number(),
  username: z.string(),
  email: z.string().nullish(),
  /** The key exists for administrators only (T58). */
  is_admin: z.boolean().optional(),
  can_create_group: z.boolean().default(true),
  namespace_id: z.number().nullish(),
});

export const User = z.object({ id: z.number(), username: z.string(), email: z.string().nullish() });

export const Group = z.object({
  id: z.number(),
  path: z.string(),
  full_path: z.string(),
  visibility: Visibility,
  web_url: z.string().default(''),
});
export type Group = z.infer<typeof Group>;

export const Namespace = z.object({
  id: z.number(),
  kind: z.enum(['user', 'group']),
  full_path: z.string(),
});

export const Member = z.object({ access_level: z.number() });

export const Project = z.object({
  id: z.number(),
  name: z.string(),
  path_with_namespace: z.string(),
  visibility: Visibility,
  description: z.string().nullable().default(null),
  default_branch: z.string().nullish(),
  empty_repo: z.boolean().default(false),
  archived: z.boolean().default(false),
  creator_id: z.number().nullish(),
  web_url: z.string().default(''),
});
export type Project = z.infer<typeof Project>;

export const ProtectedBranch = z.object({ name: z.string(), allow_force_push: z.boolean().default(false) });

export const ApplicationSettings = z.object({ default_branch_name: z.string().nullish() });
