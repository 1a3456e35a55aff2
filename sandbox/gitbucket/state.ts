import type { TrackerState } from './tracker/state.ts';

/** Role of a collaborator row, as GitBucket's database spells it. */
export type Role = 'ADMIN' | 'DEVELOPER' | 'GUEST';

/** Who may use a repository's issues or wiki. */
export type FeatureOption = 'DISABLE' | 'PRIVATE' | 'PUBLIC' | 'ALL';

export type SshKey = { id: number; title: string; publicKey: string };

export type MergeMethod = 'merge-commit' | 'squash' | 'rebase';

export type GroupMember = { login: string; manager: boolean };

/** A row of ACCOUNT: users and groups share one table and one name space. */
export type AccountRecord = {
  kind: 'user' | 'group';
  id: number;
  login: string;
  email: string;
  fullName: string;
  /** Absent on groups and on users that never got one: those of a directory, whose column is empty (GB-57). */
  password?: string;
  /** Where OpenID Connect or SAML knows the user; the password is a dummy then. */
  federation?: { issuer: string; subject: string };
  extraMails?: string[];
  sshKeys?: SshKey[];
  /** Name of the picture's file; absent while GitBucket draws one itself. */
  image?: string;
  /** Milliseconds since the epoch. */
  lastSignInAt?: number;
  admin: boolean;
  description?: string;
  url?: string;
  disabled: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Empty for users. */
  members: GroupMember[];
};

/** A row of COLLABORATOR; the name may be a user's or a group's. */
export type Collaborator = { login: string; role: Role };

export type BranchProtection = {
  branch: string;
  enforceAdmins: boolean;
  /** Required status checks; absent when that part is off. */
  contexts?: string[];
  /** Users who alone may push; absent when that part is off. */
  restrictedTo?: string[];
};

export type RepositoryRecord = {
  id: number;
  owner: string;
  name: string;
  description?: string;
  private: boolean;
  /** The database's idea of it; git's HEAD may differ (GB-112). */
  defaultBranch: string;
  createdAt: number;
  /** Last activity in milliseconds; the owner's list is sorted by it, newest first. */
  activityAt: number;
  issuesOption: FeatureOption;
  wikiOption: FeatureOption;
  allowFork: boolean;
  externalIssuesUrl?: string;
  externalWikiUrl?: string;
  /** All three when absent. */
  mergeOptions?: MergeMethod[];
  /** A merge commit when absent. */
  defaultMergeOption?: MergeMethod;
  /** On when absent. */
  safeMode?: boolean;
  /** Root of the fork network; absent when this is no fork. */
  origin?: { owner: string; name: string };
  /** What it was forked from directly. */
  parent?: { owner: string; name: string };
  collaborators: Collaborator[];
  protections: BranchProtection[];
  /** True until the wiki repository is asked for: it is made lazily, so that many repositories are cheap. */
  wikiPending: boolean;
  /** Name and mail of who created it: author of the wiki's first commit. */
  creator: { name: string; email: string };
};

/** A row of ACCESS_TOKEN; only the hash is kept, as in reality. */
type TokenRecord = { sha256: string; login: string };

/** Everything that the embedded server remembers; plain JSON, saved in its directory. */
export type GitBucketState = {
  accounts: AccountRecord[];
  repositories: RepositoryRecord[];
  tokens: TokenRecord[];
  /** Issues, pull requests, releases, … by `owner/name`. */
  tracker: Record<string, TrackerState>;
  /** Database-wide auto-increment columns by name (milestones, hooks, comments, …). */
  counters: Record<string, number>;
};

/** A server as it is right after installation: only the administrator `root` with password `root`. */
export function freshState(now: number): GitBucketState {
  return {
    accounts: [
      {
        kind: 'user',
        id: 1,
        login: 'root',
        email: 'root@localhost',
        fullName: 'root',
        password: 'root',
        admin: true,
        disabled: false,
        createdAt: now,
        members: [],
      },
    ],
    repositories: [],
    tokens: [],
    tracker: {},
    counters: { account: 1 },
  };
}
