import type { Readable } from 'node:stream';
import type { Remote } from '../git/remote.ts';
import type { TargetAccount, WantedAccounts } from './accounts.ts';
import type {
  BranchProtection,
  Namespace,
  Project,
  RefListing,
  TargetUser,
  Visibility,
  TagProtection,
} from './forge.ts';
import type { TargetMembers } from './target-members.ts';
import type { LfsObject, RepositoryPart } from './source.ts';
import type { Noise, TargetQuiet } from './target-quiet.ts';
import type { TargetSettings } from './target-settings.ts';
import type { TargetTracker } from './target-tracker.ts';

/**
 * The server that is written to, in neutral verbs. Where it does not tell something, the answer is null. Every call that
 * writes is made for one object and is never repeated blindly.
 */
export type Target = TargetMembers & TargetQuiet & TargetSettings & TargetTracker & TargetCore;

type TargetCore = {
  readonly url: string;
  /** Proves the token; asks only once. */
  connect(): Promise<TargetIdentity>;
  /** Milliseconds by which the server's clock is ahead of ours, as its last answers told; null before the first. */
  clockMs(): number | null;

  findGroup(fullPath: string): Promise<Namespace | null>;
  findUser(username: string): Promise<Person | null>;
  personalNamespace(person: Person): Promise<Namespace | null>;
  /** @throws marked-for-deletion */
  findProject(fullPath: string): Promise<Project | null>;
  /**
   * Looks once more, by id, at a project that is about to be written: git would find it by its old path even when it
   * waits for its deletion (GL-151), or make it anew (GL-54).
   * @throws project-gone, archived
   */
  ensureProject(project: { id: number; fullPath: string }): Promise<void>;
  /**
   * Is there a group or user at the path, whether the token may see it or not? GitLab answers 20 such questions a minute
   * (GL-99).
   */
  namespaceExists(path: string, parentId: number | null): Promise<boolean | null>;
  /** Names that exist and look like a mistyped one; only hints are made of them. */
  similarUsers(username: string): Promise<string[]>;
  similarGroups(fullPath: string): Promise<string[]>;
  /** Looks up in bulk what a plan needs, below the group or on the whole server. Only after `connect`. */
  survey(parent: Namespace | null): Survey;

  /** The branch name that the server sets for empty projects; null when it sets none, or does not tell the token. */
  initialBranch(): Promise<string | null>;
  /** Levels that only administrators may use (GL-92, GL-122). */
  restrictedLevels(): Promise<readonly Visibility[] | null>;
  /** May anybody make projects in a group that is new? Its rules begin as the server's (GL-102, GL-126). */
  newGroupsTakeProjects(): Promise<boolean>;
  /** What the server is known to refuse for its size, in bytes (GL-240); null without a known limit. */
  sizeLimits(): Promise<{ push: number | null; file: number | null }>;
  /** Does the project refuse a push whose LFS objects are missing (GL-254)? Its own setting may say no. */
  checksLfs(projectId: number): Promise<boolean>;
  /** False when the server serves no LFS at all (GL-260). Asks only once. */
  servesLfs(): Promise<boolean>;
  /** Null when the token may not read them. */
  protectedBranches(projectId: number): Promise<BranchProtection[] | null>;
  protectedTags(projectId: number): Promise<TagProtection[] | null>;

  createGroup(group: NewGroup): Promise<Namespace>;
  createProject(project: NewProject): Promise<Project>;
  /**
   * Makes a project out of one branch of another one, whose objects it shares; the copy is made later (GL-145). The level
   * may come lower than asked (GL-146).
   */
  forkProject(parentId: number, fork: NewFork): Promise<Project>;
  /** Makes the project a fork of another one, whose objects it does not share; gives it as it is then (GL-148). */
  linkFork(project: { id: number; fullPath: string }, parentId: number): Promise<Project>;
  /** Points HEAD to a branch that exists. */
  setDefaultBranch(project: { id: number; fullPath: string }, branch: string): Promise<void>;
  /** Sets who may use the wiki; false when GitLab did not take it. */
  setWiki(projectId: number, level: string): Promise<boolean>;
  /**
   * Addresses of the pages that the wiki shows. Whoever asks first has its repository created, and decides which branch
   * is shown (GL-270, GL-273). @throws target-forbidden when the wiki is off
   */
  wikiPages(project: { id: number; fullPath: string }): Promise<string[]>;
  /** Switches LFS of the project on or off; false when GitLab did not take it. */
  setLfs(projectId: number, on: boolean): Promise<boolean>;
  /** Lets history be rewritten on a protected branch, or forbids it again; false when the branch is not protected. */
  allowForcePush(projectId: number, branch: string, allow: boolean): Promise<boolean>;

  /** The project's repository for git: that of its code, or of its wiki. */
  remote(fullPath: string, part?: RepositoryPart): Remote;
  /** Everything that a fetch would see. @throws project-missing, wiki-absent, wiki-off, git-token-refused, fetch-failed */
  listRefs(fullPath: string, part?: RepositoryPart): Promise<RefListing>;
  lfs(fullPath: string): LfsWriter;
};

/** The LFS objects of one project of the target. */
export type LfsWriter = {
  /**
   * Those of the objects that the project lacks. Writes nothing, but in a fork GitLab links the parent's objects on this
   * occasion (GL-258).
   * @throws lfs-off, target-forbidden, storage-limit
   */
  missing(objects: readonly LfsObject[], signal: AbortSignal): Promise<LfsObject[]>;
  /** Those of the objects that a clone could not get: a download batch. This is the proof. @throws as `missing` does */
  unprovable(objects: readonly LfsObject[], signal: AbortSignal): Promise<LfsObject[]>;
  /**
   * Streams one object in; GitLab compares size and hash (GL-253).
   * @throws target-refused, lfs-object-too-large, push-failed and what `missing` throws
   */
  upload(object: LfsObject, body: Readable, signal: AbortSignal): Promise<void>;
};

export type TargetIdentity = {
  version: string;
  /** The token's user. */
  user: TargetUser & {
    admin: boolean;
    canCreateGroup: boolean;
    namespaceId: number | null;
    /** Of the personal namespace; null when GitLab does not tell. */
    projectsLimit: number | null;
  };
  /** Null for tokens that have no such record, like those of OAuth. */
  token: { scopes: readonly string[]; expiresAt: string | null } | null;
};

/** A user of the target; what only administrators are told is null for others. */
export type Person = TargetUser & {
  active: boolean;
  admin: boolean;
  namespaceId: number | null;
  projectsLimit: number | null;
};

/**
 * Many look-ups at once for one plan. What GitLab shows in fewer pages of a list than there are things to look for is read
 * as a list and remembered; else each is looked up alone. Both mean the same: exact paths, and the rights of the token.
 */
export type Survey = {
  /** The groups at these full paths, keyed by lower-case full path; those that are absent or invisible are missing. */
  groupsAt(fullPaths: readonly string[]): Promise<ReadonlyMap<string, Namespace>>;
  /** The users of these names, keyed by lower-case name. */
  usersNamed(names: readonly string[]): Promise<ReadonlyMap<string, Person>>;
  /** Every account that may be one of these: of these names, or with one of these addresses that GitLab tells of. */
  accounts(wanted: WantedAccounts): Promise<TargetAccount[]>;
  personalNamespace(person: Person): Promise<Namespace | null>;
  /** Fills in what the namespaces hold. */
  fillIn(namespaces: readonly Namespace[]): Promise<void>;
};

export type NewGroup = {
  path: string;
  fullPath: string;
  name: string;
  description: string;
  visibility: Visibility;
  parentId: number | null;
  /** Are members told by mail? They are when it is absent. */
  mails?: boolean;
};

export type NewFork = Omit<NewProject, 'defaultBranch' | 'noise' | 'userId'> & { branch: string };

export type NewProject = {
  path: string;
  fullPath: string;
  name: string;
  description: string;
  visibility: Visibility;
  defaultBranch: string | null;
  /** With what it begins instead of GitLab's defaults (GL-120, GL-291). */
  noise: Noise;
  namespaceId: number;
  /** Owner of the personal namespace, when it is not the token's own. */
  userId: number | null;
};
