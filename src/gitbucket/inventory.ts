import { hiddenOwners, ownersUnlisted } from '../failures/source.ts';
import { isServerTrouble } from '../failures/index.ts';
import { Failure } from '../failures/failure.ts';
import type { Owner, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { LeftOut } from '../model/plan.ts';
import type { Inventory, InventoryRequest, Wanted } from '../model/source.ts';
import type { Http } from '../net/http.ts';
import { listAnonymously, type GitBucketApi } from './client.ts';
import { isolate } from './damaged-owner.ts';
import type { Repo } from './schema.ts';

/** What of GitBucket is read. */
export type Surfaces = {
  url: string;
  api: GitBucketApi;
  /** The same server without credentials: shows what anonymous visitors see. */
  anonymous: GitBucketApi;
  web: Http;
};

/**
 * Reads everything that the selection may mean: both owner lists, then the repositories of each owner, side by side as far
 * as the limit for the server allows. An owner whose list fails is isolated and becomes a problem; the others go on.
 */
export async function readInventory(gitbucket: Surfaces, request: InventoryRequest): Promise<Inventory> {
  const { selection } = request;
  const { owners, allOwners, anonymousAccess } = await readOwners(gitbucket, selection);
  const wanted = owners.filter((owner) => selection.ownerMatters(owner));
  const problems: Notice[] = [];
  const repositories: Repository[] = [];
  const leftOut: LeftOut[] = [];
  const listed = new Map<string, string[]>();
  let done = 0;
  await Promise.all(
    wanted.map(async (owner) => {
      const read = await readOwner(gitbucket, owner, request);
      repositories.push(...read.repositories);
      problems.push(...read.problems);
      leftOut.push(...read.leftOut);
      if (read.names !== null) listed.set(owner.login, read.names);
      done += 1;
      request.progress(done, wanted.length, owner.login);
    }),
  );
  const warnings = selection.all ? await hiddenOwnersWarning(gitbucket) : [];
  repositories.sort((a, b) => compare(a.owner, b.owner) || compare(a.name, b.name));
  return {
    url: gitbucket.url,
    anonymousAccess,
    owners,
    allOwners,
    repositories,
    listed,
    problems,
    leftOut,
    warnings,
  };
}

async function readOwners(
  gitbucket: Surfaces,
  selection: Wanted,
): Promise<{ owners: Owner[]; allOwners: boolean; anonymousAccess: boolean }> {
  const { api, anonymous } = gitbucket;
  // The list without credentials also tells whether "public" means anonymous (GB-72).
  const [open, groups] = await Promise.all([listAnonymously(anonymous), api.groups()]);
  const anonymousAccess = open !== 'closed';
  const users = open === 'closed' ? await api.users() : open;
  if (users === null || groups === null) {
    return { owners: await namedOwners(gitbucket, selection), allOwners: false, anonymousAccess };
  }
  const owners: Owner[] = [
    ...groups.map((group) => groupOwner(group.login, group.description, group.created_at)),
    ...users.map((user) => ({
      login: user.login,
      kind: 'user' as const,
      description: '',
      email: user.email,
      ...madeAt(user.created_at),
    })),
  ];
  return { owners: owners.sort((a, b) => compare(a.login, b.login)), allOwners: true, anonymousAccess };
}

/** Before 4.30 there is no list of owners (GB-49): only those that are named can be asked for. */
async function namedOwners({ url, api }: Surfaces, selection: Wanted): Promise<Owner[]> {
  const logins = new Set([
    ...selection.named.owners,
    ...selection.named.repositories.map((name) => name.split('/')[0] ?? ''),
  ]);
  if (logins.size === 0) throw ownersUnlisted(url);
  const accounts = await Promise.all([...logins].map((login) => api.account(login)));
  return accounts
    .filter((account) => account !== null)
    .map((account) => {
      if (account.type === 'Organization') return groupOwner(account.login, '', account.created_at);
      const { login, email, created_at: createdAt } = account;
      return { login, kind: 'user', description: '', email, ...madeAt(createdAt) };
    });
}

/** `names` is null when the list was not read whole. */
type ReadOwner = {
  repositories: Repository[];
  names: string[] | null;
  problems: Notice[];
  leftOut: LeftOut[];
};

async function readOwner(gitbucket: Surfaces, owner: Owner, request: InventoryRequest): Promise<ReadOwner> {
  const named = await readNamed(gitbucket, owner, request);
  if (named !== null) return { repositories: named, names: null, problems: [], leftOut: [] };
  try {
    const repos = await gitbucket.api.repositoriesOf(owner.login);
    const names = repos.map(({ name }) => `${owner.login}/${name}`);
    return {
      repositories: keep(repos, owner, request.selection),
      names,
      problems: [],
      leftOut: leftOutOf(owner, request.selection, repos),
    };
  } catch (error) {
    if (!isServerTrouble(error)) throw error;
    return withoutList(gitbucket, owner, request, error);
  }
}

/** More names than this of one owner are looked for in its list: each one is a request. */
const mostLookUps = 50;
/** Other names are not asked for by their path: the list shows how they are spelled. */
const spelled = /^(?!\.+$)[\w.+-]+$/;

/**
 * The repositories of an owner of whom exact names are wanted, each looked up: the owner's list opens all there are
 * (GB-156). Null when others may be meant, or one is not to be had as it is named: then the list shows what there is.
 */
async function readNamed(
  { api }: Surfaces,
  owner: Owner,
  { selection, mentioned }: InventoryRequest,
): Promise<Repository[] | null> {
  const wanted = selection.onlyNamed(owner);
  if (wanted === null || !mentioned.every((name) => name.includes('/'))) return null;
  const prefix = `${owner.login}/`;
  const others = mentioned.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const names = [...new Set([...wanted, ...others])];
  if (names.length > mostLookUps || !names.every((name) => spelled.test(name))) return null;
  try {
    const repos = await Promise.all(names.map((name) => api.repositoryAtOnce({ owner: owner.login, name })));
    // Some databases find a name in other letter case, which git then does not (GB-78).
    const found = repos.filter((repo, index) => repo?.name === names[index]).filter((repo) => repo !== null);
    const kept = keep(found, owner, selection);
    const all = found.length === names.length && new Set(wanted).size === kept.length;
    return all ? kept : null;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** What can be had of an owner whose list fails. */
async function withoutList(
  gitbucket: Surfaces,
  owner: Owner,
  { selection, known, mentioned }: InventoryRequest,
  failure: Failure,
): Promise<ReadOwner> {
  const names = [...known, ...mentioned, ...selection.named.repositories];
  const { found, problems } = await isolate(gitbucket, owner.login, names, failure);
  const named = problems.map(({ object, message }) => {
    const name = object === owner.login ? everything : object.slice(owner.login.length + 1);
    return { name, message };
  });
  const leftOut = leftOutOf(owner, selection, [...found, ...named]);
  const silent = new Set(leftOut.map(({ object }) => object));
  const open = problems.filter(({ object }) => !silent.has(object));
  return { repositories: keep(found, owner, selection), names: null, problems: open, leftOut };
}

/** In the place of a name: whatever the owner has. */
const everything = '*';

/** What of an owner is left out by an option, though it is selected; the owner itself where all of it is. */
function leftOutOf(
  { login, kind }: Owner,
  selection: Wanted,
  all: readonly { name: string; message?: string }[],
): LeftOut[] {
  return all.flatMap(({ name, message = '' }) => {
    const by = selection.leftOutBy({ owner: login, name }, kind);
    return by === null ? [] : [{ object: name === everything ? login : `${login}/${name}`, by, message }];
  });
}

/** One disabled owner of a public repository makes that list fail (GB-63), and what it owns is invisible. */
export async function hiddenOwnersFailure({ api, url }: Surfaces): Promise<Failure | null> {
  const status = await api.publicListStatus();
  return status < 500 ? null : hiddenOwners(url, { status });
}

async function hiddenOwnersWarning(gitbucket: Surfaces): Promise<string[]> {
  const error = await hiddenOwnersFailure(gitbucket);
  if (error === null) return [];
  const { message, fix } = error.notice;
  return [`${message}; ${fix}`];
}

function keep(repos: readonly Repo[], owner: Owner, selection: Wanted): Repository[] {
  return repos
    .map((repo) => toRepository(repo, owner.login))
    .filter((repository) => selection.repositorySelected(repository, owner.kind));
}

export function toRepository(repo: Repo, owner: string): Repository {
  return {
    owner,
    name: repo.name,
    description: repo.description,
    private: repo.private,
    defaultBranch: repo.default_branch,
    ...(repo.id ? { id: repo.id } : {}),
    ...(repo.fork === undefined ? {} : { fork: repo.fork }),
  };
}

function madeAt(createdAt: string | undefined): Pick<Owner, 'createdAt'> {
  return createdAt === undefined ? {} : { createdAt };
}

function groupOwner(login: string, description: string, createdAt: string | undefined): Owner {
  return { login, kind: 'group', description, email: '', ...madeAt(createdAt) };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
