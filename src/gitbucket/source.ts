import {
  listingDisagrees,
  nameUnreachable,
  repositoryBroken,
  repositoryUnreadable,
} from '../failures/source.ts';
import { gitTokenRefused } from '../failures/network.ts';
import { Failure } from '../failures/failure.ts';
import { parseAdvertisement } from '../git/ref-advertisement.ts';
import { createRemote, type Remote } from '../git/remote.ts';
import type { RefListing } from '../model/forge.ts';
import type { Http } from '../net/http.ts';
import { createGitBucketApi, type GitBucketApi } from './client.ts';
import type { User } from './schema.ts';

/** What the engine needs of GitBucket: it only reads. */
export type Source = {
  readonly url: string;
  readonly api: GitBucketApi;
  /** The same server without credentials: shows what anonymous visitors see. */
  readonly anonymous: GitBucketApi;
  readonly web: Http;
  /** The server as such, with the token. */
  readonly http: Http;
  /** Proves the token on the API; gives the account it belongs to. Asks only once. */
  connect(): Promise<User>;
  /** The repository for git. GitBucket's servlet must see `.git` (without it the repository looks empty) and does not decode the path (gitbucket-observed A3, A4); the token's owner must be named exactly (gitbucket-contract §2.2). */
  remote(owner: string, name: string): Remote;
  /**
   * Everything that git advertises for the repository.
   * @throws repository-broken, repository-unreadable, git-token-refused, listing-disagrees, fetch-failed
   */
  listRefs(owner: string, name: string): Promise<RefListing>;
};

export type GitBucketOptions = {
  http: Http;
  anonymousHttp: Http;
  token: string | null;
  username: string | null;
  password: string | null;
  caFile: string | null;
  silenceMs: number;
};

export function createGitBucketSource(options: GitBucketOptions): Source {
  const { http } = options;
  const api = createGitBucketApi(http);
  const anonymous = createGitBucketApi(options.anonymousHttp);
  let login = options.username ?? '';
  let known: User | null = null;

  function remote(owner: string, name: string): Remote {
    const withPassword = options.username !== null && options.password !== null;
    return createRemote(http, {
      path: `/git/${owner}/${name}.git`,
      username: withPassword ? (options.username ?? '') : login,
      password: (withPassword ? options.password : options.token) ?? '',
      caFile: options.caFile,
      silenceMs: options.silenceMs,
      whyRefused: ({ status }) => whyDenied(api, http, owner, name, status),
    });
  }

  return {
    url: http.server.url,
    api,
    anonymous,
    web: options.anonymousHttp,
    http,
    async connect() {
      known ??= await api.whoAmI();
      login = known.login;
      return known;
    },
    remote,
    async listRefs(owner, name) {
      const listing = parseAdvertisement(
        await remote(owner, name).advertisement('git-upload-pack'),
        `${owner}/${name}`,
      );
      if (listing.refs.size === 0) await confirmEmpty(api, owner, name);
      return listing;
    },
  };
}

/** GitBucket answers 401 for everything: no right, wrong token and a damaged directory (gitbucket-contract §2.2). The API tells them apart. */
async function whyDenied(
  api: GitBucketApi,
  http: Http,
  owner: string,
  name: string,
  status: number,
): Promise<Failure> {
  const object = `${owner}/${name}`;
  try {
    const repository = await api.repository(owner, name);
    if (repository === null) return repositoryUnreadable(object, { detail: 'it is gone' });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code !== 'server-error') return repositoryUnreadable(object, { detail: error.message });
    return repositoryBroken(object, {
      detail: `git says ${status}, the API says 500`,
    });
  }
  if (status === 404 && /[^\w.+@-]/.test(owner + name)) {
    // Its git servlet does not decode the path (gitbucket-observed A4), so no client can spell such a name.
    const detail = 'GitBucket does not serve git below a name with such characters';
    return nameUnreachable(object, { detail });
  }
  return gitTokenRefused(object, {
    server: http.server.name,
    side: http.server.side,
    detail: `${status} although the API shows the repository`,
  });
}

/** "No refs" is also what a wrong path looks like: the API must agree (gitbucket-observed A3). */
async function confirmEmpty(api: GitBucketApi, owner: string, name: string): Promise<void> {
  const branches = await api.branchCount(owner, name).catch((error: unknown) => {
    // 4.11 to 4.40 answer 500 when the default branch does not exist, as in an empty repository (gitbucket-contract §1.3).
    if (error instanceof Failure && error.code === 'server-error') return 0;
    throw error;
  });
  if (branches > 0) throw listingDisagrees(`${owner}/${name}`, { branches });
}
