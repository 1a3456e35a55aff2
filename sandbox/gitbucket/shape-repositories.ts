import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemDefaultBranch } from './build-context.ts';
import type { GitBucketContext } from './context.ts';
import { copyBare, initBare } from './git/bare.ts';
import type { Collaborator, FeatureOption, RepositoryRecord } from './state.ts';

export type NewRepository = {
  owner: string;
  name: string;
  description?: string;
  private?: boolean;
  /** The database's default branch; `main` (before 4.40 `master`) when absent. */
  defaultBranch?: string;
  /** Branch that git's HEAD names; the default branch when absent. */
  head?: string;
  issuesOption?: FeatureOption;
  wikiOption?: FeatureOption;
  allowFork?: boolean;
  collaborators?: readonly Collaborator[];
  /** False leaves the wiki directory away for good. */
  wiki?: boolean;
  /** Bare repository to copy instead of starting empty. */
  template?: string;
  /** Login of who creates it; the owner, or `root` for a group, when absent. */
  creator?: string;
  createdAt?: number;
  activityAt?: number;
};

/** Adds a repository and its directory; exact letter case decides about duplicates. */
export function addRepository(context: GitBucketContext, wanted: NewRepository): RepositoryRecord {
  const { owner, name } = wanted;
  if (context.state.repositories.some((row) => row.owner === owner && row.name === name)) {
    throw new Error(`repository ${owner}/${name} exists`);
  }
  if (!context.anyAccount(owner)) throw new Error(`no account ${owner}`);
  const createdAt = wanted.createdAt ?? context.now();
  const repository: RepositoryRecord = {
    id: context.nextId('repository'),
    owner,
    name,
    private: wanted.private ?? false,
    defaultBranch: wanted.defaultBranch ?? systemDefaultBranch(context.minor),
    createdAt,
    activityAt: wanted.activityAt ?? createdAt,
    issuesOption: wanted.issuesOption ?? 'PUBLIC',
    wikiOption: wanted.wikiOption ?? 'PUBLIC',
    allowFork: wanted.allowFork ?? true,
    collaborators: (wanted.collaborators ?? []).map((row) => ({ ...row })),
    protections: [],
    wikiPending: wanted.wiki ?? true,
    creator: creator(context, wanted.creator ?? owner),
    ...(wanted.description !== undefined && { description: wanted.description }),
  };
  const gitDir = context.gitDir(owner, name);
  if (wanted.template) copyBare(wanted.template, gitDir);
  else initBare(gitDir, wanted.head ?? repository.defaultBranch);
  context.state.repositories.push(repository);
  context.changed();
  return repository;
}

/** Forks with all refs that a clone takes, with the wiki and the LFS objects (GB-123). */
export function forkRepository(
  context: GitBucketContext,
  source: RepositoryRecord,
  owner: string,
  times: { createdAt?: number; activityAt?: number } = {},
): RepositoryRecord {
  const fork = addRepository(context, {
    owner,
    name: source.name,
    private: source.private,
    defaultBranch: source.defaultBranch,
    template: context.gitDir(source.owner, source.name),
    wiki: false,
    ...times,
    ...(source.description !== undefined && { description: source.description }),
  });
  const wiki = context.wikiDir(source.owner, source.name);
  if (existsSync(wiki)) copyBare(wiki, context.wikiDir(owner, source.name));
  const objects = context.lfsDir(source.owner, source.name);
  if (existsSync(objects)) cpSync(objects, context.lfsDir(owner, source.name), { recursive: true });
  fork.parent = { owner: source.owner, name: source.name };
  fork.origin = source.origin ?? fork.parent;
  if (source.private) {
    fork.collaborators = [...source.collaborators, { login: source.owner, role: 'ADMIN' as const }];
  }
  context.changed();
  return fork;
}

/** Renames; only the exact new name must be free, so `Foo` and `foo` can come to lie side by side (GB-67). */
export function renameRepository(
  context: GitBucketContext,
  owner: string,
  name: string,
  newName: string,
): RepositoryRecord {
  const repository = existing(context, owner, name);
  if (context.state.repositories.some((row) => row.owner === owner && row.name === newName)) {
    throw new Error(`repository ${owner}/${newName} exists`);
  }
  const before = directories(context, owner, name);
  directories(context, owner, newName).forEach((to, index) => {
    const from = before[index];
    if (from !== undefined && existsSync(from)) moveDir(from, to);
  });
  repository.name = newName;
  for (const row of context.state.repositories) {
    if (row.origin?.owner === owner && row.origin.name === name) row.origin = { owner, name: newName };
    if (row.parent?.owner === owner && row.parent.name === name) row.parent = { owner, name: newName };
  }
  const tracker = context.state.tracker[`${owner}/${name}`];
  delete context.state.tracker[`${owner}/${name}`];
  if (tracker) context.state.tracker[`${owner}/${newName}`] = tracker;
  context.changed();
  return repository;
}

/** Deletes a repository; its forks forget where they came from. */
export function removeRepository(context: GitBucketContext, owner: string, name: string): void {
  const repository = existing(context, owner, name);
  for (const dir of [
    context.gitDir(owner, name),
    context.wikiDir(owner, name),
    context.lfsDir(owner, name),
  ]) {
    rmSync(dir, { recursive: true, force: true });
  }
  context.state.repositories.splice(context.state.repositories.indexOf(repository), 1);
  for (const row of context.state.repositories) {
    if (row.origin?.owner === owner && row.origin.name === name) delete row.origin;
    if (row.parent?.owner === owner && row.parent.name === name) delete row.parent;
  }
  delete context.state.tracker[`${owner}/${name}`];
  context.changed();
}

/** Damages a repository: its directory is gone, or there but empty (GB-64). */
export function breakRepository(
  context: GitBucketContext,
  owner: string,
  name: string,
  how: 'missing' | 'empty',
): void {
  existing(context, owner, name);
  rmSync(context.gitDir(owner, name), { recursive: true, force: true });
  if (how === 'empty') mkdirSync(context.gitDir(owner, name));
}

function directories(context: GitBucketContext, owner: string, name: string): string[] {
  return [context.gitDir(owner, name), context.wikiDir(owner, name), context.lfsDir(owner, name)];
}

function existing(context: GitBucketContext, owner: string, name: string): RepositoryRecord {
  const found = context.state.repositories.find((row) => row.owner === owner && row.name === name);
  if (!found) throw new Error(`no repository ${owner}/${name}`);
  return found;
}

function creator(context: GitBucketContext, login: string): { name: string; email: string } {
  const account = context.anyAccount(login);
  const person = account?.kind === 'user' ? account : context.anyAccount('root');
  return person ? { name: person.fullName, email: person.email } : { name: 'root', email: 'root@localhost' };
}

function moveDir(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}
