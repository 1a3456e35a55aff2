import type { Notice } from './notice.ts';

/** What the two servers hold. */

export type Visibility = 'private' | 'internal' | 'public';

/** A GitBucket account (group or user) that owns, or could own, repositories. */
export type Owner = {
  login: string;
  kind: 'group' | 'user';
  description: string;
  /** Empty when unknown; groups have a synthetic one that is not kept. */
  email: string;
  /** When it was made on GitBucket; absent when unknown. Decides who keeps a name that several have. */
  createdAt?: string | undefined;
};

export type Repository = {
  owner: string;
  name: string;
  description: string;
  private: boolean;
  /** What GitBucket's database says; the branch may not exist (gitbucket-contract T27). */
  defaultBranch: string;
  /** Grows with every repository that is made; absent before 4.47 (gitbucket-contract §1.1). */
  id?: number | undefined;
};

/** Full ref name (`refs/heads/main`) to unpeeled object id (40 hex digits). */
export type RefMap = ReadonlyMap<string, string>;

/** What a server advertises for one repository. */
export type RefListing = {
  refs: RefMap;
  /** Full name of the branch that HEAD points to; null when it does not resolve or there is none. */
  head: string | null;
  /** What a reader should know about names that were to be changed. */
  warnings?: readonly string[];
};

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

export type Project = {
  id: number;
  /** Full path with the server's letter case. */
  fullPath: string;
  name: string;
  visibility: Visibility;
  description: string;
  /** Null while the repository is empty: the API then shows only a preference (gitlab-contract T37). */
  defaultBranch: string | null;
  /** The branch name that GitLab assumes while the project is empty, where it tells. */
  assumedDefaultBranch?: string | null | undefined;
  empty: boolean;
  archived: boolean;
  creatorId: number | null;
  webUrl: string;
};

/** Something in a namespace that has a path and a name there but is no target: a subgroup, or a project that waits for its deletion. */
export type TakenPath = { kind: 'subgroup' | 'pending-deletion'; path: string; name: string };

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
