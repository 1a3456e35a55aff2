import { MigrationError } from '../errors.ts';
import type { RefListing } from '../model.ts';
import { excerpt, type Http } from '../net/http.ts';
import { parseAdvertisement } from '../transfer/advertisement.ts';
import { createGitBucketApi, type GitBucketApi } from './api.ts';
import type { User } from './schema.ts';

export type GitCredentials = { username: string; password: string };

/** What the engine needs of GitBucket: it only reads. */
export type Source = {
  readonly url: string;
  readonly api: GitBucketApi;
  /** The same server without credentials: shows what anonymous visitors see. */
  readonly anonymous: GitBucketApi;
  readonly web: Http;
  /** Proves the token on the API; gives the account it belongs to. */
  connect(): Promise<User>;
  /** Clone URL as GitBucket's servlet wants it: `.git` is a must (without it the repository looks empty) and nothing is percent-encoded (gitbucket-observed A3, A4). */
  gitUrl(owner: string, name: string): string;
  /** Basic credentials for git: the token's owner must be named exactly (gitbucket-contract §2.2). */
  credentials(): GitCredentials;
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
};

export function createGitBucketSource(options: GitBucketOptions): Source {
  const { http } = options;
  const api = createGitBucketApi(http);
  const anonymous = createGitBucketApi(options.anonymousHttp);
  let login = options.username ?? '';

  function credentials(): GitCredentials {
    if (options.username !== null && options.password !== null) {
      return { username: options.username, password: options.password };
    }
    return { username: login, password: options.token ?? '' };
  }

  return {
    url: http.server.url,
    api,
    anonymous,
    web: options.anonymousHttp,
    async connect() {
      const user = await api.whoAmI();
      login = user.login;
      return user;
    },
    gitUrl: (owner, name) => `${http.server.url}${gitPath(owner, name)}`,
    credentials,
    async listRefs(owner, name) {
      const object = `${owner}/${name}`;
      const { username, password } = credentials();
      const answer = await http.send({
        method: 'GET',
        path: `${gitPath(owner, name)}/info/refs?service=git-upload-pack`,
        headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
        as: 'bytes',
      });
      if (answer.status === 401 || answer.status === 404) {
        throw await whyDenied(api, http, owner, name, answer.status);
      }
      if (!Buffer.isBuffer(answer.body)) {
        throw new MigrationError('fetch-failed', object, {
          detail: `${answer.status}, ${excerpt(answer.body)}`,
        });
      }
      const listing = parseAdvertisement(answer.body, object);
      if (listing.refs.size === 0) await confirmEmpty(api, owner, name);
      return listing;
    },
  };
}

function gitPath(owner: string, name: string): string {
  return `/git/${owner}/${name}.git`;
}

/** GitBucket answers 401 for everything: no right, wrong token and a damaged directory (gitbucket-contract §2.2). The API tells them apart. */
async function whyDenied(
  api: GitBucketApi,
  http: Http,
  owner: string,
  name: string,
  status: number,
): Promise<MigrationError> {
  const object = `${owner}/${name}`;
  try {
    const repository = await api.repository(owner, name);
    if (repository === null)
      return new MigrationError('repository-unreadable', object, { detail: 'it is gone' });
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    if (error.code !== 'server-error')
      return new MigrationError('repository-unreadable', object, { detail: error.message });
    return new MigrationError('repository-broken', object, {
      detail: `git says ${status}, the API says 500`,
    });
  }
  return new MigrationError('git-token-refused', object, {
    server: http.server.name,
    side: http.server.side,
    detail: `${status} although the API shows the repository`,
  });
}

/** "No refs" is also what a wrong path looks like: the API must agree (gitbucket-observed A3). */
async function confirmEmpty(api: GitBucketApi, owner: string, name: string): Promise<void> {
  const branches = await api.branchCount(owner, name).catch((error: unknown) => {
    // 4.11 to 4.40 answer 500 when the default branch does not exist, as in an empty repository (gitbucket-contract §1.3).
    if (error instanceof MigrationError && error.code === 'server-error') return 0;
    throw error;
  });
  if (branches > 0) throw new MigrationError('listing-disagrees', `${owner}/${name}`, { branches });
}
