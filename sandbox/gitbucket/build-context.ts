import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { repositoryJson } from './api/repository-json.ts';
import { userJson } from './api/user-json.ts';
import { enabledAccount } from './auth.ts';
import type { GitBucketContext } from './context.ts';
import { initBare, looksLikeRepository, writeFirstCommit } from './git/bare.ts';
import { canRead, canWrite, isOwner } from './permissions.ts';
import { createSessions } from './sessions.ts';
import type { RepositoryRecord } from './state.ts';
import type { Store } from './store.ts';

export type ContextParts = {
  dir: string;
  minor: number;
  store: Store;
  anonymousAccess: boolean;
  timeZone: string;
  contextPath: string;
  openMs: number;
  now: () => number;
  /** Where the server listens, with context path. */
  listening: () => string;
  configuredBaseUrl: () => string | undefined;
};

/** Puts together what the route modules work with. */
export function buildContext(parts: ContextParts): GitBucketContext {
  const { dir, minor, store, now } = parts;
  const { state } = store;
  const inRepositories = (owner: string, entry: string) => join(dir, 'repositories', owner, entry);
  const context: GitBucketContext = {
    dir,
    minor,
    state,
    sessions: createSessions(),
    anonymousAccess: parts.anonymousAccess,
    timeZone: parts.timeZone,
    contextPath: parts.contextPath,
    now,
    url: () => parts.configuredBaseUrl() ?? parts.listening(),
    configuredBaseUrl: parts.configuredBaseUrl,
    changed: () => store.changed(),
    nextId(counter) {
      const next = (state.counters[counter] ?? 0) + 1;
      state.counters[counter] = next;
      store.changed();
      return next;
    },
    anyAccount: (login) => state.accounts.find((account) => account.login === login),
    account: (login) => enabledAccount(state, login),
    repository(owner, name) {
      const found = state.repositories.find((row) => row.owner === owner && row.name === name);
      return found && enabledAccount(state, owner) ? found : undefined;
    },
    canRead: (viewer, repository) => canRead(state, viewer, repository),
    canWrite: (viewer, repository) => canWrite(state, viewer, repository),
    isOwner: (viewer, repository) => isOwner(state, viewer, repository),
    gitDir: (owner, name) => inRepositories(owner, `${name}.git`),
    wikiDir(owner, name) {
      const wiki = inRepositories(owner, `${name}.wiki.git`);
      const repository = state.repositories.find((row) => row.owner === owner && row.name === name);
      if (repository?.wikiPending) {
        makeWiki(wiki, repository, minor);
        repository.wikiPending = false;
        store.changed();
      }
      return wiki;
    },
    lfsDir: (owner, name) => inRepositories(owner, join(name, 'lfs')),
    open: (count) => (parts.openMs === 0 ? Promise.resolve() : setTimeout(parts.openMs * count)),
    isIntact: ({ owner, name }) => looksLikeRepository(context.gitDir(owner, name)),
    userJson: (account) => userJson(account, context.url(), minor),
    repositoryJson(repository) {
      const owner = context.anyAccount(repository.owner);
      if (!owner) throw new Error(`repository ${repository.owner}/${repository.name} has no owner`);
      const forks = countForks(state.repositories, repository);
      return repositoryJson(repository, {
        owner: context.userJson(owner),
        forks,
        base: context.url(),
        minor,
      });
    },
  };
  return context;
}

/** The default branch of new repositories and wikis: `master` up to 4.39, then configurable and `main`. */
export function systemDefaultBranch(minor: number): string {
  return minor >= 40 ? 'main' : 'master';
}

/** A fork is given the count of its whole network (GB-70). */
function countForks(all: readonly RepositoryRecord[], repository: RepositoryRecord): number {
  const root = repository.origin ?? repository;
  return all.filter((row) => row.origin?.owner === root.owner && row.origin.name === root.name).length;
}

/** Every repository is born with a wiki of one commit, whatever its wiki option says (GB-130). */
function makeWiki(gitDir: string, repository: RepositoryRecord, minor: number): void {
  if (looksLikeRepository(gitDir)) return;
  const branch = systemDefaultBranch(minor);
  initBare(gitDir, branch);
  writeFirstCommit(gitDir, {
    branch,
    file: 'Home.md',
    content: `Welcome to the ${repository.name} wiki!!`,
    message: 'Initial Commit',
    author: `${repository.creator.name} <${repository.creator.email}>`,
    atMs: repository.createdAt,
  });
}
