import { hiddenOwners, ownerUnreadable, ownersUnlisted, repositoryBroken } from '../failures/source.ts';
import { noticeOf } from '../failures/index.ts';
import { Failure } from '../failures/failure.ts';
import type { Owner, Repository, SourceInventory } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Http } from '../net/http.ts';
import type { Selection } from '../plan/selection.ts';
import type { Repo } from './schema.ts';
import type { Source } from './source.ts';

/** The inventory, and what else was seen on the way to it. */
export type ReadInventory = SourceInventory & {
  /** False when the source has no list of its owners, so that only those that are named were asked for. */
  allOwners: boolean;
  /** `owner/name` of all repositories of each owner whose list was read whole, selected or not. */
  listed: Map<string, string[]>;
};

export type InventoryOptions = {
  selection: Selection;
  /** `owner/name` of repositories that an earlier run saw: they are looked for when an owner's list fails. */
  known: readonly string[];
  progress(done: number, total: number, detail: string): void;
};

/**
 * Reads everything that the selection may mean: both owner lists, then the repositories of each owner. An owner whose
 * list fails is isolated and becomes a problem; the others go on.
 */
export async function readInventory(source: Source, options: InventoryOptions): Promise<ReadInventory> {
  const { owners, allOwners, anonymousAccess } = await readOwners(source, options.selection);
  const wanted = owners.filter((owner) => options.selection.ownerMatters(owner));
  const problems: Notice[] = [];
  const repositories: Repository[] = [];
  const listed = new Map<string, string[]>();
  let done = 0;
  await Promise.all(
    wanted.map(async (owner) => {
      const read = await readOwner(source, owner, options);
      repositories.push(...read.repositories);
      problems.push(...read.problems);
      if (read.names !== null) listed.set(owner.login, read.names);
      done += 1;
      options.progress(done, wanted.length, owner.login);
    }),
  );
  const warnings = options.selection.all ? await hiddenOwnerWarnings(source) : [];
  repositories.sort((a, b) => compare(a.owner, b.owner) || compare(a.name, b.name));
  return { url: source.url, anonymousAccess, owners, allOwners, repositories, listed, problems, warnings };
}

async function readOwners(
  source: Source,
  selection: Selection,
): Promise<{ owners: Owner[]; allOwners: boolean; anonymousAccess: boolean }> {
  // The list without credentials also tells whether "public" means anonymous (gitbucket-contract §4.2).
  const open = await source.anonymous.users().catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'token-refused') return 'login demanded' as const;
    throw error;
  });
  const anonymousAccess = open !== 'login demanded';
  const [users, groups] = await Promise.all([
    open === 'login demanded' ? source.api.users() : open,
    source.api.groups(),
  ]);
  if (users === null || groups === null) {
    return { owners: await namedOwners(source, selection), allOwners: false, anonymousAccess };
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

/** Before 4.30 there is no list of owners (gitbucket-contract §1.3): only those that are named can be asked for. */
async function namedOwners(source: Source, selection: Selection): Promise<Owner[]> {
  const logins = new Set([
    ...selection.named.owners,
    ...selection.named.repositories.map((name) => name.split('/')[0] ?? ''),
  ]);
  if (logins.size === 0) throw ownersUnlisted(source.url);
  const accounts = await Promise.all([...logins].map((login) => source.api.account(login)));
  return accounts
    .filter((account) => account !== null)
    .map((account) => {
      if (account.type === 'Organization') return groupOwner(account.login, '', account.created_at);
      const { login, email, created_at: createdAt } = account;
      return { login, kind: 'user', description: '', email, ...madeAt(createdAt) };
    });
}

/** `names` is null when the list could not be read whole. */
type ReadOwner = { repositories: Repository[]; names: string[] | null; problems: Notice[] };

async function readOwner(source: Source, owner: Owner, options: InventoryOptions): Promise<ReadOwner> {
  try {
    const repos = await source.api.repositoriesOf(owner.login);
    const names = repos.map(({ name }) => `${owner.login}/${name}`);
    return { repositories: keep(repos, owner, options.selection), names, problems: [] };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'server-error') throw error;
    return isolate(source, owner, options, error);
  }
}

/** One damaged repository makes the owner's whole list fail (gitbucket-contract T10): ask for each one that can be known of. */
async function isolate(
  source: Source,
  owner: Owner,
  options: InventoryOptions,
  failure: Failure,
): Promise<ReadOwner> {
  const prefix = `${owner.login}/`;
  const known = [...options.known, ...options.selection.named.repositories]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  const names = new Set([...known, ...(await repositoriesFoundBySearch(source.web, owner.login))]);
  const problems: Notice[] = [];
  const found: Repo[] = [];
  await Promise.all(
    [...names].map(async (name) => {
      try {
        const repo = await source.api.repository(owner.login, name);
        if (repo !== null) found.push(repo);
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'server-error') throw error;
        const object = `${owner.login}/${name}`;
        problems.push(
          noticeOf(
            repositoryBroken(object, {
              detail: `the API answers ${error.words['status'] as number}`,
            }),
            object,
          ),
        );
      }
    }),
  );
  const context = { detail: failure.message, found: found.length };
  problems.unshift(noticeOf(ownerUnreadable(owner.login, context), owner.login));
  return { repositories: keep(found, owner, options.selection), names: null, problems };
}

async function hiddenOwnerWarnings(source: Source): Promise<string[]> {
  const status = await source.api.publicListStatus();
  if (status < 500) return [];
  const { message, fix } = hiddenOwners(source.url, { status }).notice;
  return [`${message}; ${fix}`];
}

function keep(repos: readonly Repo[], owner: Owner, selection: Selection): Repository[] {
  return repos
    .map((repo) => ({
      owner: owner.login,
      name: repo.name,
      description: repo.description,
      private: repo.private,
      defaultBranch: repo.default_branch,
      ...(repo.id ? { id: repo.id } : {}),
    }))
    .filter((repository) => selection.repositorySelected(repository, owner.kind));
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

/**
 * Names of an owner's repositories from GitBucket's search page, which does not open them: the way round a damaged
 * repository that makes the API's list fail (gitbucket-contract T10). Sees public repositories only; [] when the page
 * cannot be had.
 */
async function repositoriesFoundBySearch(web: Http, owner: string): Promise<string[]> {
  const answer = await web.send({ method: 'GET', path: '/search?query=' });
  if (answer.status !== 200 || typeof answer.body !== 'string') return [];
  const base = new URL(web.server.url).pathname.replace(/\/$/, '');
  const names = new Set<string>();
  for (const [, href = ''] of answer.body.matchAll(/href="([^"#?]+)"/g)) {
    const path = decoded(href);
    if (path === null || !path.startsWith(`${base}/${owner}/`)) continue;
    const name = path.slice(`${base}/${owner}/`.length);
    if (/^[A-Za-z0-9\-+_.]+$/.test(name)) names.add(name);
  }
  return [...names];
}

function decoded(href: string): string | null {
  try {
    return decodeURIComponent(new URL(href, 'http://x/').pathname);
  } catch {
    return null;
  }
}
