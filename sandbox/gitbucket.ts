import { getRequestListener } from '@hono/node-server';
import { startSandboxServer, type SandboxServer } from './server.ts';
import { createApp } from './gitbucket/app.ts';
import { buildContext } from './gitbucket/build-context.ts';
import type { GitBucketContext } from './gitbucket/context.ts';
import { createFront, type RouteHandler } from './gitbucket/front.ts';
import { behindGate, type Gate } from './gitbucket/gate.ts';
import {
  addGroup,
  addUser,
  disableAccount,
  enableAccount,
  mintToken,
  revokeToken,
  type NewGroup,
  type NewUser,
} from './gitbucket/shape-accounts.ts';
import {
  addRepository,
  breakRepository,
  forkRepository,
  removeRepository,
  renameRepository,
  type NewRepository,
} from './gitbucket/shape-repositories.ts';
import type { AccountRecord, RepositoryRecord } from './gitbucket/state.ts';
import { openStore } from './gitbucket/store.ts';
import { minorOf, type GitBucketVersion } from './gitbucket/version.ts';

/** For whoever furnishes the server beyond the methods below: bare repositories, objects, and all that a tracker holds. */
export { initBare, writeObject } from './gitbucket/git/bare.ts';
export { runGit } from './gitbucket/git/run-git.ts';
export { addSshKey, setAvatar } from './gitbucket/shape-accounts.ts';
export type { NewRepository } from './gitbucket/shape-repositories.ts';
export {
  addAttachment,
  addDeployKey,
  addHook,
  addLfsObject,
  addRelease,
  addStatus,
} from './gitbucket/tracker/fill-files.ts';
export {
  addCollaborator,
  addComment,
  addIssue,
  addLabel,
  addMilestone,
  setCustomField,
} from './gitbucket/tracker/fill-issues.ts';
export { addCommitComment, addPull } from './gitbucket/tracker/fill-pulls.ts';
export { storeLfsObject } from './gitbucket/tracker/lfs.ts';
export { trackerOf as sourceTrackerOf } from './gitbucket/tracker/opened.ts';
export type { IssueState } from './gitbucket/tracker/state.ts';
export type { GitBucketVersion } from './gitbucket/version.ts';

export type GitBucketOptions = {
  /** Where state and repositories live; an existing one is taken up again. */
  dir: string;
  port?: number;
  version?: GitBucketVersion;
  /** E.g. `/gitbucket`. */
  contextPath?: string;
  anonymousAccess?: boolean;
  /** Of the machine that it runs on, by IANA's name; UTC when absent. Only the database shows it. */
  timeZone?: string;
  /** What stands in front of it and lets nobody pass without credentials; nothing when absent. */
  gate?: Gate;
  /** The configured base URL; its own address when absent, none at all when null. */
  baseUrl?: string | null;
  /** Plays the exhausted connection pool: from this many authenticated calls at once, further ones stall and fail. */
  stallAbove?: number;
  /** How long a stalled call hangs; 30 s when absent. */
  stallMs?: number;
  /** What opening a repository takes, for each one that a list or an answer holds (GB-156); 0 when absent. */
  openMs?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

/** A running embedded GitBucket. */
export type EmbeddedGitBucket = {
  /** With context path, without a trailing slash. */
  readonly url: string;
  readonly server: SandboxServer;
  readonly context: GitBucketContext;
  /** What routes threw; the client only saw a 500. */
  readonly failures: readonly Error[];
  addUser(user: NewUser): AccountRecord;
  addGroup(group: NewGroup): AccountRecord;
  addRepository(repository: NewRepository): RepositoryRecord;
  fork(
    owner: string,
    name: string,
    newOwner: string,
    times?: { createdAt?: number; activityAt?: number },
  ): RepositoryRecord;
  /** A new personal access token, 40 hex digits. */
  token(login: string): string;
  /** Deletes a personal access token. */
  revoke(token: string): void;
  disable(login: string): void;
  enable(login: string): void;
  rename(owner: string, name: string, newName: string): void;
  removeRepository(owner: string, name: string): void;
  break(owner: string, name: string, how?: 'missing' | 'empty'): void;
  gitDir(owner: string, name: string): string;
  wikiDir(owner: string, name: string): string;
  close(): Promise<void>;
};

/** Starts a GitBucket on loopback that behaves like a real one of that version. */
export async function createGitBucket(options: GitBucketOptions): Promise<EmbeddedGitBucket> {
  const now = options.now ?? Date.now;
  const contextPath = options.contextPath ?? '';
  const store = openStore(options.dir, now);
  const failures: Error[] = [];
  let listening = '';
  const context = buildContext({
    dir: options.dir,
    minor: minorOf(options.version ?? '4.47'),
    store,
    anonymousAccess: options.anonymousAccess ?? true,
    timeZone: options.timeZone ?? 'UTC',
    contextPath,
    openMs: options.openMs ?? 0,
    now,
    listening: () => listening,
    configuredBaseUrl: () => (options.baseUrl === null ? undefined : (options.baseUrl ?? listening)),
  });
  const stall =
    options.stallAbove === undefined
      ? undefined
      : { above: options.stallAbove, ms: options.stallMs ?? 30_000 };
  const app = createApp(context, { stall, failed: (error) => failures.push(error) });
  const front = createFront(context, listener(app.fetch));
  const { gate } = options;
  const server = await startSandboxServer(gate === undefined ? front : behindGate(gate, front), {
    ...(options.port !== undefined && { port: options.port }),
  });
  listening = `${server.url}${contextPath}`;
  return {
    url: listening,
    server,
    context,
    failures,
    ...shaping(context),
    async close() {
      await server.close();
      store.flush();
    },
  };
}

function listener(fetch: Parameters<typeof getRequestListener>[0]): RouteHandler {
  const listen = getRequestListener(fetch, { overrideGlobalObjects: false });
  return async (request, response) => {
    await listen(request, response);
  };
}

function shaping(context: GitBucketContext) {
  return {
    addUser: (user: NewUser) => addUser(context, user),
    addGroup: (group: NewGroup) => addGroup(context, group),
    addRepository: (repository: NewRepository) => addRepository(context, repository),
    fork(
      owner: string,
      name: string,
      newOwner: string,
      times: { createdAt?: number; activityAt?: number } = {},
    ) {
      const source = context.repository(owner, name);
      if (!source) throw new Error(`no repository ${owner}/${name}`);
      return forkRepository(context, source, newOwner, times);
    },
    token: (login: string) => mintToken(context, login),
    revoke: (token: string) => revokeToken(context, token),
    disable: (login: string) => disableAccount(context, login),
    enable: (login: string) => enableAccount(context, login),
    rename(owner: string, name: string, newName: string) {
      renameRepository(context, owner, name, newName);
    },
    removeRepository: (owner: string, name: string) => removeRepository(context, owner, name),
    break: (owner: string, name: string, how: 'missing' | 'empty' = 'missing') =>
      breakRepository(context, owner, name, how),
    gitDir: (owner: string, name: string) => context.gitDir(owner, name),
    wikiDir: (owner: string, name: string) => context.wikiDir(owner, name),
  };
}
