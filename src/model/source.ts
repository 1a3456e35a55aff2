import type { Readable } from 'node:stream';
import type { Failure } from '../failures/failure.ts';
import type { Remote } from '../git/remote.ts';
import type { Owner, RefListing, Repository, SourceInventory, UnreadableRef } from './forge.ts';
import type { PeopleVerbs } from './people.ts';
import type { LossKind } from './losses.ts';
import type { LeftOut } from './plan.ts';
import type { TrackerVerbs } from './tracker.ts';

/** The server that is read, in neutral verbs. Where a server cannot tell something, the answer is null. */
export type Source = PeopleVerbs & TrackerVerbs & SourceCore;

type SourceCore = {
  readonly url: string;
  /** Proves the credentials; gives the account they belong to. Asks only once. */
  connect(): Promise<Account>;
  /**
   * Everything that the request may mean. What cannot be read becomes a problem, and the rest is read.
   * @throws owners-unlisted
   */
  inventory(request: InventoryRequest): Promise<Inventory>;
  /** All repositories of one owner. @throws server-error when the list cannot be read */
  repositoriesOf(owner: string): Promise<Repository[]>;
  /**
   * What these repositories were forked from directly, `owner/name` by `owner/name`; null: nothing, or nothing that is
   * still there. One of which it cannot be told is missing.
   */
  parents(repositories: readonly RepositoryName[]): Promise<Map<string, string | null>>;
  /**
   * Everything that git advertises; nothing where there is no wiki.
   * @throws repository-broken, repository-unreadable, refs-unreadable, wiki-unreadable, git-token-refused, listing-disagrees, fetch-failed
   */
  refs(repository: RepositoryName, part: RepositoryPart): Promise<RefListing>;
  /**
   * What else there is besides the refs of a listing, as far as a client can see; a listing with such names has asked
   * already. Costs requests.
   */
  unreadableRefs(repository: RepositoryName, listing: RefListing): Promise<UnreadableRef[]>;
  /** The repository for git. */
  remote(repository: RepositoryName, part: RepositoryPart): Remote;
  /** Ids of the tips of all branches whose history holds the commit; `absent` when there is no such commit. */
  branchTipsWith(repository: RepositoryName, commit: string): Promise<string[] | 'absent' | null>;
  /** Does the repository have the commit, or the annotated tag of one? */
  hasCommit(repository: RepositoryName, id: string): Promise<boolean | null>;
  /** Has the commit a file at this path? */
  hasFile(repository: RepositoryName, commit: string, path: string): Promise<boolean | null>;
  /** The text of a small file of the commit; empty when there is none. */
  readFile(repository: RepositoryName, commit: string, path: string): Promise<string | null>;
  /** What the wiki holds at the tip of a branch; null when that is too much to be looked through. @throws fetch-failed */
  wikiAt(repository: RepositoryName, tip: string): Promise<WikiContent | null>;
  /** Counts what the repository has beside git; the refs are those that the source lists. */
  counts(repository: RepositoryName, refs: KnownRefs): Promise<Counts>;
  /** Which of these LFS objects the server has; downloads nothing. */
  lfsAvailability(repository: RepositoryName, objects: readonly LfsObject[]): Promise<LfsAvailability>;
  lfs(repository: RepositoryName): LfsReader;
  /** Does git of this server take the credentials, as far as that can be told without a repository? Asks only once. */
  gitTakesLogin(): Promise<boolean>;
  /** Milliseconds by which the server's clock is ahead of ours, as its last answers told; null before the first. */
  clockMs(): number | null;
  readonly probes: SourceProbes;
};

export type RepositoryName = Pick<Repository, 'owner' | 'name'>;

/** `owner/name`: how a repository is called in plan, journal and reports. */
export function keyOf({ owner, name }: RepositoryName): string {
  return `${owner}/${name}`;
}

/** The git repositories that belong to one repository. */
export type RepositoryPart = 'code' | 'wiki';

/** Under which key listings have a part of the repository `owner/name`: no name has a colon. */
export function partKey(id: string, part: RepositoryPart): string {
  return part === 'code' ? id : `${id}:${part}`;
}

export type WikiContent = {
  /** Files by their paths from the top. */
  files: ReadonlyMap<string, Buffer>;
  /** Of the commit, and how many parents it has. */
  message: string;
  parents: number;
};

export type Account = {
  login: string;
  admin: boolean | null;
  /** The address that the server believes it has. */
  serverUrl: string | null;
};

/** Says what is wanted of a server. */
export type Wanted = {
  /** True when the whole server is meant, so that what vanished from it can be told. */
  readonly all: boolean;
  /** False when nothing of this owner can be meant, so that its repositories need not be listed. */
  ownerMatters(owner: Owner): boolean;
  repositorySelected(repository: Repository, kind: Owner['kind']): boolean;
  /** The option that leaves out what is selected otherwise; null when it is not selected, or not left out. */
  leftOutBy(repository: RepositoryName, kind: Owner['kind']): string | null;
  /** Names of the only repositories of this owner that can be meant; null when that depends on what there is. */
  onlyNamed(owner: Owner): readonly string[] | null;
  /** Owners and repositories that are named without a glob. */
  readonly named: { owners: string[]; repositories: string[] };
};

export type InventoryRequest = {
  selection: Wanted;
  /** `owner/name` of repositories that an earlier run saw: they are looked for when an owner's list fails. */
  known: readonly string[];
  /** `owner/name` as the config has them: whether they are there must be told of every owner that is read. */
  mentioned: readonly string[];
  progress(done: number, total: number, detail: string): void;
};

/** The inventory, and what else was seen on the way to it. */
export type Inventory = SourceInventory & {
  /** False when the source has no list of its owners, so that only those that are named were asked for. */
  allOwners: boolean;
  /**
   * `owner/name` of all repositories of each owner whose list was read whole, selected or not. Where it was not, though
   * nothing failed, all names that are wanted and mentioned are there.
   */
  listed: Map<string, string[]>;
  leftOut: LeftOut[];
};

export type KnownRefs = {
  /** Short names of the branches whose protection counts. */
  branches: readonly string[];
  /** Full names of all refs. */
  all: readonly string[];
  /** Kinds that nobody needs counted. */
  without?: ReadonlySet<LossKind>;
};

export type Counts = {
  /** Null: there are some, but the server cannot list them. A kind that the server does not tell of is left out. */
  counts: Map<LossKind, number | null>;
  warnings: string[];
};

export type LfsObject = { oid: string; size: number };

/** The LFS objects of one repository of the source. */
export type LfsReader = {
  /**
   * Opens one object as a stream of its bytes, unchecked. `soon`: those that will be opened next, so that one question
   * serves for all.
   * @throws lfs-object-lost when the source does not have it, lfs-without-base-url, fetch-failed
   */
  open(object: LfsObject, signal: AbortSignal, soon?: readonly LfsObject[]): Promise<Readable>;
  /** What it means that the bytes are not the object, where it is not the server that gave them. */
  damaged?(object: LfsObject, detail: string): Failure;
};

/** `answers` is false when the server serves no LFS at all. */
export type LfsAvailability = { answers: boolean; missing: Set<string> };

/** What can be tried before a migration, one surface of the server after the other. */
export type SourceProbes = {
  /** Does the server show anything without a login? Null when that could not be found out. */
  anonymousAccess(): Promise<boolean | null>;
  /** Tries the configured password on the pages that take no token; null when none is configured. */
  signIn(): Promise<{ user: string; accepted: boolean } | null>;
  /** Logins of all groups and users; null where the server has no such list. */
  owners(): Promise<string[] | null>;
  /** An error when repositories are invisible because their owners are; null when all owners are visible. */
  hiddenOwners(): Promise<Failure | null>;
  /** LFS with the credentials that git uses, tried on a repository that git can read. */
  lfs(
    repository: RepositoryName,
  ): Promise<{ state: 'answers' | 'no-base-url' | 'unavailable'; status: number }>;
  /** The version as far as it can be told: exactly after an administrator's `signIn`, else from what a repository has. */
  version(repository: RepositoryName | null): Promise<SourceVersion>;
};

export type SourceVersion = { text: string; quirks: SourceQuirk[] };

/** What an administrator should know about a version. */
export type SourceQuirk =
  /** Git takes only a password, and none is configured. */
  | 'git-without-tokens'
  /** Names may differ in letter case only. */
  | 'names-by-case'
  | 'without-owner-list'
  /** Vanished parents of forks may have become empty repositories. */
  | 'placeholders';
