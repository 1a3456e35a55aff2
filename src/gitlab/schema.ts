import { targetRefused } from '../failures/target.ts';
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
  external: z.boolean().default(false),
  namespace_id: z.number().nullish(),
  projects_limit: z.number().nullish(),
});

/** All but the first three are for administrators only (gitlab-contract §8). */
export const User = z.object({
  id: z.number(),
  username: z.string(),
  state: z.string().default('active'),
  email: z.string().nullish(),
  is_admin: z.boolean().nullish(),
  namespace_id: z.number().nullish(),
  projects_limit: z.number().nullish(),
});

export type User = z.infer<typeof User>;

export const Group = z.object({
  id: z.number(),
  name: z.string(),
  path: z.string(),
  full_path: z.string(),
  visibility: Visibility,
  project_creation_level: z.string().nullish(),
  default_branch: z.string().nullish(),
  subgroup_creation_level: z.string().nullish(),
  archived: z.boolean().nullish(),
  marked_for_deletion_on: z.string().nullish(),
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
  path: z.string(),
  path_with_namespace: z.string(),
  visibility: Visibility,
  description: z.string().nullable().default(null),
  default_branch: z.string().nullish(),
  empty_repo: z.boolean().default(false),
  archived: z.boolean().default(false),
  creator_id: z.number().nullish(),
  marked_for_deletion_on: z.string().nullish(),
  /** Its name before 15.x; both are sent today. */
  marked_for_deletion_at: z.string().nullish(),
  web_url: z.string().default(''),
});
export type Project = z.infer<typeof Project>;

export const ProtectedBranch = z.object({ name: z.string(), allow_force_push: z.boolean().default(false) });

export const ApplicationSettings = z.object({
  default_branch_name: z.string().nullish(),
  restricted_visibility_levels: z.array(Visibility).nullish(),
  /** Who may make projects in a new group; 0 for nobody. */
  default_project_creation: z.number().nullish(),
  /** In MB. */
  receive_max_input_size: z.number().nullish(),
});

/** The value in the shape that is relied on. @throws target-refused naming the fields that are not as expected */
export function parse<T>(type: z.ZodType<T>, value: unknown, object: string): T {
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  throw targetRefused(object, {
    detail: `its answer has unexpected fields: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
  });
}
