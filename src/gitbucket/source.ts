import {
  listingDisagrees,
  nameUnreachable,
  refsUnreadable,
  repositoryBroken,
  repositoryUnreadable,
} from '../failures/source.ts';
import { gitTokenRefused } from '../failures/network.ts';
import { Failure } from '../failures/failure.ts';
import { parseAdvertisement } from '../git/ref-advertisement.ts';
import { createRemote, type Remote } from '../git/remote.ts';
import type { RefListing } from '../model/forge.ts';
import {
  keyOf,
  type Account,
  type RepositoryName,
  type RepositoryPart,
  type Source,
} from '../model/source.ts';
import { basicAuth, type Http } from '../net/http.ts';
import { createGitBucketApi, type GitBucketApi } from './client.ts';
import { readCounts } from './counts.ts';
import { createDatabase } from './database.ts';
import { readParents } from './forks.ts';
import { readInventory, toRepository, type Surfaces } from './inventory.ts';
import { createLfsReader, lfsAvailability } from './lfs.ts';
import { createPeopleVerbs } from './people-verbs.ts';
import { createProbes } from './probes.ts';
import { createSession } from './session.ts';
import { createTrackerVerbs } from './tracker/reader.ts';
import { findUnreadable, replacement, withoutUnreadable } from './unreadable-refs.ts';
import { Branch, type Repo, type User } from './schema.ts';
import { existing, readWiki, whyNoWiki } from './wiki.ts';

export type GitBucketOptions = {
  http: Http;
  anonymousHttp: Http;
  token: string | null;
  username: string | null;
  password: string | null;
  caFile: string | null;
  silenceMs: number;
  /** Is told each secret that is learned on the way, and with the user the form in which it travels. */
  keepSecret?(secret: string, user?: string): void;
};

/** GitBucket as the server that is read. */
export function createGitBucketSource(options: GitBucketOptions): Source {
  const { http, anonymousHttp: web, username, password } = options;
  const { url } = http.server;
  const api = createGitBucketApi(http);
  const surfaces: Surfaces = { url, api, anonymous: createGitBucketApi(web), web };
  const keepSecret = (secret: string, user?: string): void => options.keepSecret?.(secret, user);
  const session = createSession({ web, username, password, keepSecret });
  const database = createDatabase(web, session);
  let login = username ?? '';
  let known: Account | null = null;
  let gitLogin: Promise<boolean> | null = null;

  /**
   * GitBucket's servlet must see `.git` (without it the repository looks empty) and does not decode the path
   * (GB-101, GB-102); the token's owner must be named exactly (GB-103).
   */
  function remote(repository: RepositoryName, part: RepositoryPart): Remote {
    const stored = storedAs(repository, part);
    const withPassword = username !== null && password !== null;
    return createRemote(http, {
      path: `/git/${stored.owner}/${stored.name}.git`,
      username: withPassword ? username : login,
      password: (withPassword ? password : options.token) ?? '',
      caFile: options.caFile,
      silenceMs: options.silenceMs,
      whyRefused: ({ status }) =>
        part === 'wiki' ? whyNoWiki(surfaces, repository, status) : whyDenied(surfaces, http, stored, status),
      explain: ({ status }) => whyNoLogin(surfaces, status),
    });
  }

  async function list(repository: RepositoryName, part: RepositoryPart): Promise<RefListing> {
    const { owner, name } = storedAs(repository, part);
    const advertisement = await remote(repository, part).advertisement('git-upload-pack');
    return parseAdvertisement(advertisement, `${owner}/${name}`);
  }

  return {
    url,
    async connect() {
      known ??= accountOf(await api.whoAmI());
      login = known.login;
      // Only now the Basic form is known in which git sends the token.
      if (options.token !== null) keepSecret(options.token, login);
      return known;
    },
    inventory: (request) => readInventory(surfaces, request),
    parents: (repositories) => readParents(session, repositories),
    async repositoriesOf(owner) {
      return (await api.repositoriesOf(owner)).map((repo) => toRepository(repo, owner));
    },
    async refs(repository, part) {
      if (part === 'wiki') return existing(list(repository, part));
      const listing = await list(repository, part);
      if (listing.refs.size === 0) await confirmEmpty(api, repository);
      if (![...listing.refs.keys()].some((ref) => ref.includes(replacement))) return listing;
      return withoutUnreadable(
        listing,
        await findUnreadable(api, repository, listing, () => list(repository, part)),
      );
    },
    unreadableRefs: (repository, listing) =>
      findUnreadable(api, repository, listing, () => list(repository, 'code')),
    remote,
    branchTipsWith: (repository, commit) => api.branchTipsWith(repository, commit),
    hasCommit: (repository, id) => api.hasCommit(repository, id),
    hasFile: (repository, commit, path) => api.hasFile(repository, commit, path),
    wikiAt: (repository, tip) => readWiki(remote(repository, 'wiki'), keyOf(repository), tip),
    readFile: (repository, commit, path) => api.readFile(repository, commit, path),
    counts: (repository, refs) => readCounts(api, repository, refs),
    lfsAvailability: (repository, objects) => lfsAvailability(http, remote(repository, 'code'), objects),
    lfs(repository) {
      const { owner, name } = repository;
      return createLfsReader({ http, remote: remote(repository, 'code'), repository: `${owner}/${name}` });
    },
    ...createPeopleVerbs(api, web, session, database, keepSecret),
    ...createTrackerVerbs({ ...options, api, web, session, database, list: (name) => list(name, 'code') }),
    gitTakesLogin() {
      gitLogin ??= gitTakesLogin(options);
      return gitLogin;
    },
    clockMs: () => http.observed.clockMs,
    get probes() {
      return createProbes({
        ...surfaces,
        http,
        session,
        withPassword: password !== null,
        remote: (repository) => remote(repository, 'code'),
      });
    },
  };
}

/** The wiki is a repository of its own beside the code (GB-50, GB-66). */
function storedAs({ owner, name }: RepositoryName, part: RepositoryPart): RepositoryName {
  return { owner, name: part === 'wiki' ? `${name}.wiki` : name };
}

function accountOf({ login, site_admin: admin, url }: User): Account {
  const end = url?.indexOf('/api/v3/') ?? -1;
  return { login, admin: admin ?? null, serverUrl: url === undefined || end < 0 ? null : url.slice(0, end) };
}

/**
 * GitBucket answers 401 for everything: no right, wrong token, a damaged directory (GB-104) and one ref that leads nowhere
 * (GB-124). The API tells them apart.
 */
async function whyDenied(
  surfaces: Surfaces,
  http: Http,
  stored: RepositoryName,
  status: number,
): Promise<Failure> {
  const { owner, name } = stored;
  const { api } = surfaces;
  const object = `${owner}/${name}`;
  let shown: Repo | null;
  try {
    shown = await api.repository(stored);
    if (shown === null) return repositoryUnreadable(object, { detail: 'it no longer exists' });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Who could not be asked has said nothing of the repository.
    if (error.blame === 'network' || error.code === 'redirected') return error;
    // All other words with 401 mean that this token may not read it (GB-30, GB-31).
    if (error.code === 'token-refused' && error.detail === 'Bad credentials') return error;
    if (error.code !== 'server-error') return repositoryUnreadable(object, { detail: error.message });
    return repositoryBroken(object, {
      detail: `git returns ${status}, the API returns 500`,
    });
  }
  if (status === 404 && /[^\w.+@-]/.test(owner + name)) {
    // Its git servlet does not decode the path (GB-102), so no client can spell such a name.
    const detail = 'GitBucket does not serve git for names with such characters';
    return nameUnreachable(object, { detail });
  }
  if (status === 401 && ((await openToAll(surfaces, shown, stored)) || (await branchesFail(api, stored))))
    return refsUnreadable(object, { detail: `git says ${status}` });
  return gitTokenRefused(object, {
    server: http.server.name,
    side: http.server.side,
    detail: `${status} although the API shows the repository`,
  });
}

/** The token may have ended since the run began; git says 401 to that too. */
async function whyNoLogin({ api }: Surfaces, status: number | null): Promise<Failure | null> {
  if (status !== 401) return null;
  return api.whoAmI().then(
    () => null,
    (error: unknown) => (error instanceof Failure && error.code === 'token-refused' ? error : null),
  );
}

/** Does everybody see it? Then git never looked at the credentials. */
async function openToAll({ anonymous }: Surfaces, shown: Repo, stored: RepositoryName): Promise<boolean> {
  if (shown.private) return false;
  return anonymous.repository(stored).then(
    (seen) => seen !== null,
    () => false,
  );
}

/** The list of branches opens every commit. */
async function branchesFail(api: GitBucketApi, stored: RepositoryName): Promise<boolean> {
  return countBranches(api, stored).then(
    () => false,
    (error: unknown) => error instanceof Failure && error.code === 'server-error',
  );
}

/** Git takes the token that the API has accepted since 4.23, which is when the list of plugins came (GB-12, GB-103). */
async function gitTakesLogin({ http, username, password }: GitBucketOptions): Promise<boolean> {
  const withPassword = username !== null && password !== null;
  const answer = withPassword
    ? await http.send({
        method: 'GET',
        path: '/api/v3/user',
        headers: { authorization: basicAuth({ username, password }) },
      })
    : await http.send({ method: 'GET', path: '/api/v3/gitbucket/plugins' });
  return answer.status === 200;
}

/** "No refs" is also what a wrong path looks like: the API must agree (GB-101). */
async function confirmEmpty(api: GitBucketApi, repository: RepositoryName): Promise<void> {
  const branches = await countBranches(api, repository).catch((error: unknown) => {
    // 4.11 to 4.40 answer 500 when the default branch does not exist, as in an empty repository (GB-80).
    if (error instanceof Failure && error.code === 'server-error') return 0;
    throw error;
  });
  const { owner, name } = repository;
  if (branches > 0) throw listingDisagrees(`${owner}/${name}`, { branches });
}

async function countBranches(api: GitBucketApi, repository: RepositoryName): Promise<number> {
  return (await api.list(repository, 'branches', Branch))?.length ?? 0;
}
