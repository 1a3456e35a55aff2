import * as z from 'zod';

/** Fields of GitBucket's API v3 that are used; ids are dummies on most versions and never a key (GB-16). */
export const User = z.object({
  login: z.string().min(1),
  email: z.string().default(''),
  type: z.string().default('User'),
  created_at: z.string().optional(),
  site_admin: z.boolean().optional(),
  /** Built from the base URL that GitBucket believes in. */
  url: z.string().optional(),
});
export type User = z.infer<typeof User>;

export const Group = z.object({
  login: z.string().min(1),
  description: z.string().default(''),
  created_at: z.string().optional(),
});
export type Group = z.infer<typeof Group>;

export const Repo = z.object({
  name: z.string().min(1),
  full_name: z.string().min(3),
  description: z.string().default(''),
  private: z.boolean(),
  default_branch: z.string().default(''),
  /** Absent or 0 before 4.47. */
  id: z.number().optional(),
  /** Absent before 4.47 (GB-61). */
  fork: z.boolean().optional(),
  /** Absent before 4.35. */
  has_issues: z.boolean().optional(),
});
export type Repo = z.infer<typeof Repo>;

/** The one field by which the version can be told, of whatever else a repository may be. */
export const RepoId = z.object({ id: z.number().default(0) });

export const Branch = z.object({ name: z.string(), commit: z.object({ sha: z.string() }) });
export const GitRef = z.object({ ref: z.string() });
export const BranchProtection = z.object({
  protection: z
    .object({
      enabled: z.boolean(),
      required_status_checks: z
        .object({ enforcement_level: z.string().default('off'), contexts: z.array(z.string()).default([]) })
        .optional(),
      restrictions: z.object({ users: z.array(z.string()).default([]) }).optional(),
      enforce_admins: z.object({ enabled: z.boolean() }).optional(),
    })
    .optional(),
});
export type BranchProtection = z.infer<typeof BranchProtection>;
export const Commit = z.object({ sha: z.string() });

export const Numbered = z.object({ number: z.int() });
export const Label = z.object({ name: z.string(), color: z.string() });
export type Label = z.infer<typeof Label>;
export const Login = z.object({ login: z.string() });
export type Login = z.infer<typeof Login>;
/** Of a file; a large one, and a folder, come without (GB-91). */
export const Content = z.object({ content: z.string().optional() });
/** Role of a direct entry. */
export const Permission = z.object({ permission: z.string() });
/** Never with the secret, nor without events (GB-220). */
export const Hook = z.object({
  events: z.array(z.string()),
  config: z.object({ url: z.string(), content_type: z.string().default('form') }),
});
/** Something that is only counted. */
export const Anything = z.object({});

/** Answer of the Git LFS batch call. */
export const LfsBatch = z.object({
  objects: z.array(
    z.object({
      oid: z.string(),
      actions: z
        .object({
          download: z.object({ href: z.string(), header: z.record(z.string(), z.string()).default({}) }),
        })
        .optional(),
    }),
  ),
});
export type LfsBatch = z.infer<typeof LfsBatch>;

const named = z.object({ name: z.string() });

/** What issues and pull requests have in common; people who are disabled still have their login here (GB-184). */
const item = {
  number: z.int(),
  title: z.string(),
  body: z.string().default(''),
  user: Login,
  created_at: z.string(),
  updated_at: z.string(),
  /** Since 4.23. */
  labels: z.array(named).default([]),
  /** Since 4.33; before 4.38 several are none (GB-193). */
  assignees: z.array(Login).default([]),
};

export const Issue = z.object({
  ...item,
  state: z.enum(['open', 'closed']),
  /** Since 4.37. */
  milestone: z.object({ title: z.string() }).optional(),
  /** That of a pull request, which the single request answers too. */
  pull_request: z.object({}).optional(),
});
export type Issue = z.infer<typeof Issue>;

const side = z.object({
  ref: z.string(),
  sha: z.string(),
  repo: z.object({ full_name: z.string() }).nullish(),
});

/** In a list the head's repository is always the base's (GB-200). */
export const Pull = z.object({
  ...item,
  head: side,
  base: side,
  /** Since 4.8. */
  merged: z.boolean().default(false),
  merged_at: z.string().optional(),
  merged_by: Login.optional(),
  /** Since 4.34. */
  draft: z.boolean().default(false),
});
export type Pull = z.infer<typeof Pull>;

export const Comment = z.object({
  id: z.int(),
  user: Login,
  body: z.string().default(''),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Comment = z.infer<typeof Comment>;

export const Milestone = z.object({
  number: z.int(),
  title: z.string(),
  description: z.string().default(''),
  state: z.enum(['open', 'closed']),
  closed_at: z.string().optional(),
  due_on: z.string().optional(),
  open_issues: z.int().default(0),
  closed_issues: z.int().default(0),
});
export type Milestone = z.infer<typeof Milestone>;

/** Without dates (GB-210). */
export const Release = z.object({
  tag_name: z.string(),
  name: z.string(),
  body: z.string().default(''),
  author: Login.optional(),
  assets: z
    .array(z.object({ name: z.string(), label: z.string().optional(), size: z.int(), file_id: z.string() }))
    .default([]),
});
export type Release = z.infer<typeof Release>;
