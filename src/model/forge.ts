/** What the two servers hold. */
import * as z from 'zod';
import type { Notice } from './notice.ts';

export const Visibility = z.enum(['private', 'internal', 'public']);
export type Visibility = z.infer<typeof Visibility>;

/** A GitBucket account (group or user) that owns, or could own, repositories. */
export const Owner = z.object({
  login: z.string(),
  kind: z.enum(['group', 'user']),
  description: z.string(),
  email: z.string().describe('Empty when unknown; groups have a synthetic one that is not kept'),
  createdAt: z
    .string()
    .optional()
    .describe('On GitBucket; absent when unknown. Decides who keeps a name that several have'),
});
export type Owner = z.infer<typeof Owner>;

/** GitBucket's database may name a default branch that does not exist (GB-75). */
export const Repository = z.object({
  owner: z.string(),
  name: z.string(),
  description: z.string(),
  private: z.boolean(),
  defaultBranch: z.string(),
  // Absent before 4.47 (GB-10).
  id: z.int().optional().describe('Grows with every repository that is created on GitBucket'),
  fork: z.boolean().optional().describe('Is it a fork? Absent where GitBucket does not tell'),
});
export type Repository = z.infer<typeof Repository>;

/** An object id of git in data that comes from a file. */
export const ObjectId = z.string().regex(/^[0-9a-f]{40}$/);

/** Full ref name (`refs/heads/main`) to unpeeled object id (40 hex digits). */
export type RefMap = ReadonlyMap<string, string>;

/** What a server advertises for one repository. */
export type RefListing = {
  refs: RefMap;
  /** When the server showed it, in milliseconds since the epoch; a server itself does not say so, an export does. */
  readAt?: number;
  /** Full name of the branch that HEAD points to; null when it does not resolve or there is none. */
  head: string | null;
  /** Branches that point to a tag object, by their full names. Absent when there are none. */
  tagged?: ReadonlySet<string>;
  /** New full names by those on the source, of the refs that travel under another one. Absent when none does. */
  renamed?: RefMap;
  /** Heads of pull requests that need no branch of their own, by id, each with what holds it. Absent when none travels. */
  held?: ReadonlyMap<string, HeadWitness>;
  /** What a reader should know about names that were to be changed. */
  warnings?: readonly string[];
  /** What else is to be told of it. */
  remarks?: readonly { code: string; message: string }[];
  /** Refs that are there and cannot be told apart, or not be named: they are in nobody's listing. Absent when there are none. */
  unreadable?: readonly UnreadableRef[];
};

/** A ref of the source, by its name there, in whose history a commit was found when it had this tip. */
export type HeadWitness = { ref: string; tip: string };

/** The name as far as it can be shown, and what is known of it. */
export type UnreadableRef = {
  ref: string;
  detail: string;
  /** True when it has a name, and its objects cannot be had. */
  lost?: boolean;
};

/** Which server was read, and with whose eyes. */
export const SourceView = z.object({
  url: z.string(),
  view: z
    .enum(['administrator', 'user'])
    .describe(
      'user: private repositories that this user may not read are in no list, and so in nothing here',
    ),
  user: z.string().describe("Login of the token's user"),
});
export type SourceView = z.infer<typeof SourceView>;

/** What the source holds, as far as the token may see it. */
export type SourceInventory = {
  url: string;
  /** False when the server demands a login for everything: its public repositories are then internal. */
  anonymousAccess: boolean;
  owners: Owner[];
  repositories: Repository[];
  problems: Notice[];
  /** What an administrator should know though nothing failed. */
  warnings: string[];
};

const option = z.string().optional();

/** What a project offers, in the server's words. What is absent is unknown, or not to be set. */
export const ProjectOptions = z.object({
  issues: option.describe('Who may use the issue tracker: disabled, private or enabled'),
  wiki: option.describe('Who may use the wiki'),
  forking: option.describe('Who may fork'),
  mergeMethod: option.describe('merge, rebase_merge or ff'),
  squash: option.describe('never, always, default_on or default_off'),
});
export type ProjectOptions = z.infer<typeof ProjectOptions>;

export const Project = z.object({
  id: z.int(),
  fullPath: z.string().describe("With the server's letter case"),
  name: z.string(),
  visibility: Visibility,
  description: z.string(),
  // The API shows only a preference for an empty repository (GL-129).
  defaultBranch: z.string().nullable().describe('Null while the repository is empty'),
  assumedDefaultBranch: z
    .string()
    .nullable()
    .optional()
    .describe('The branch name that GitLab assumes while the project is empty; null when unknown'),
  empty: z.boolean(),
  archived: z.boolean(),
  creatorId: z.int().nullable(),
  builds: z.string().optional().describe('Who may use CI/CD; absent when unknown'),
  wiki: z.string().optional().describe('Who may use the wiki; absent when unknown'),
  options: ProjectOptions.optional().describe('Absent when unknown'),
  autoDevops: z
    .boolean()
    .optional()
    .describe('Pushes start pipelines even without a CI file; absent when unknown'),
  mails: z
    .boolean()
    .optional()
    .describe('Members are told by mail, if the groups above let it; absent when unknown'),
  autoclose: z.boolean().optional().describe('Commits close its issues; absent when unknown'),
  openIssues: z.int().optional().describe('How many issues are open; absent when unknown'),
  webUrl: z.string(),
  copying: z
    .enum(['running', 'failed'])
    .optional()
    .describe('Its repository is being copied, or could not be: it has none yet'),
  sharedWith: z
    .array(z.object({ id: z.int(), level: z.int() }))
    .optional()
    .describe('Groups that have a role in it; absent when none has, or that is unknown'),
  forkedFrom: z
    .object({ id: z.int(), fullPath: z.string() })
    .optional()
    .describe(
      'The project of which it is a fork; absent when it is none, or the token does not see that project',
    ),
});
export type Project = z.infer<typeof Project>;

/** Something in a namespace that has a path and a name there but is no target: a subgroup, or a project that waits for its deletion. */
export type TakenPath = { kind: 'subgroup' | 'pending-deletion'; id: number; path: string; name: string };

/** A group or personal namespace that exists on the target. */
export type Namespace = {
  id: number;
  kind: 'group' | 'user';
  fullPath: string;
  visibility: Visibility;
  /** May the token's user create projects in it, and push to their protected branches? */
  canCreateProjects: boolean;
  /** May the token's user create groups in it? */
  canCreateSubgroups: boolean;
  /** Why the token's user, who has a sufficient role in it otherwise, can make nothing there: the rules of the group, … */
  unusableReason: 'rules' | 'archived' | 'pending-deletion' | 'inactive' | null;
  /** Restricted visibility levels do not concern whoever makes projects here: an administrator. */
  bypassesRestrictions: boolean;
  /** Id of the user to whom a personal namespace belongs, when it is not the token's own user. */
  userId: number | null;
  /** How many projects it may hold; null for groups, which have no limit, and where it is not known. */
  projectsLimit: number | null;
  projects: Project[];
  takenPaths: TakenPath[];
  /** The branch name that the group assumes for its empty projects; absent or null when the server's own counts. */
  assumedDefaultBranch?: string | null | undefined;
};

export type TargetUser = { id: number; username: string; email: string };

/** A protected branch, or a wildcard of them. Levels are roles; null: others than roles decide, so nobody can tell. */
export type BranchProtection = {
  pattern: string;
  push: readonly number[] | null;
  merge: readonly number[] | null;
  forcePush: boolean;
};

export type TagProtection = { pattern: string; create: readonly number[] | null };
