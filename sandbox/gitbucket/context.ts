import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { RepositoryJson } from './api/repository-json.ts';
import type { UserJson } from './api/user-json.ts';
import type { OpenedSession, Sessions } from './sessions.ts';
import type { AccountRecord, GitBucketState, RepositoryRecord } from './state.ts';

/** What every request carries through the routes: `c.get('viewer')`, `c.get('session')`. */
export type GitBucketEnv = {
  Bindings: HttpBindings;
  Variables: {
    /** The account that asks; absent for anonymous requests. */
    viewer: AccountRecord | undefined;
    session: OpenedSession;
  };
};

export type GitBucketRequest = Context<GitBucketEnv>;

/** An account, or nobody. */
export type Viewer = AccountRecord | undefined;

/** What every route module of the embedded GitBucket works with. */
export type GitBucketContext = {
  /** The number after `4.` of the version that is played. */
  readonly minor: number;
  /** Directory of the whole server; repositories lie below `repositories/`. */
  readonly dir: string;
  readonly state: GitBucketState;
  readonly sessions: Sessions;
  readonly anonymousAccess: boolean;
  /** In which the database keeps its times. */
  readonly timeZone: string;
  /** Context path, e.g. `/gitbucket`, or the empty string. */
  readonly contextPath: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Base of all links: the configured base URL, else where the server listens; with context path, no trailing slash. */
  url(): string;
  /** The base URL that the administrator configured, if any; LFS does not work without (GB-141). */
  configuredBaseUrl(): string | undefined;
  /** Must be called after any change of the state, so that it is written to disk. */
  changed(): void;
  /** Next value of a database-wide auto-increment column. */
  nextId(counter: string): number;
  /** Exact letter case, enabled or not. */
  anyAccount(login: string): AccountRecord | undefined;
  /** Exact letter case, enabled only. */
  account(login: string): AccountRecord | undefined;
  /** Exact letter case; only repositories of enabled owners can be found (GB-47). */
  repository(owner: string, name: string): RepositoryRecord | undefined;
  canRead(viewer: Viewer, repository: RepositoryRecord): boolean;
  /** Developer rights: administrators, the owner, members of the owning group, ADMIN and DEVELOPER collaborators. */
  canWrite(viewer: Viewer, repository: RepositoryRecord): boolean;
  /** Owner rights: administrators, the owner, managers of the owning group, ADMIN collaborators. */
  isOwner(viewer: Viewer, repository: RepositoryRecord): boolean;
  gitDir(owner: string, name: string): string;
  /** The wiki's bare repository, made on the first call; may be missing on disk. */
  wikiDir(owner: string, name: string): string;
  lfsDir(owner: string, name: string): string;
  /** Takes as long as opening so many repositories, one after the other. */
  open(count: number): Promise<void>;
  /** False when the directory is missing or empty: every route of such a repository answers 500 (GB-64). */
  isIntact(repository: RepositoryRecord): boolean;
  userJson(account: AccountRecord): UserJson;
  repositoryJson(repository: RepositoryRecord): RepositoryJson;
};
