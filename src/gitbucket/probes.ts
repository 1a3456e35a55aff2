import { Failure } from '../failures/failure.ts';
import type { RepositoryName, SourceProbes } from '../model/source.ts';
import type { Http } from '../net/http.ts';
import type { GitRemote } from '../git/remote.ts';
import { listAnonymously, type GitBucketApi } from './client.ts';
import { hiddenOwnersFailure, type Surfaces } from './inventory.ts';
import { postBatch } from './lfs.ts';
import { quirksOf, readVersion, versionText } from './version.ts';

export type ProbeOptions = Surfaces & {
  http: Http;
  username: string | null;
  password: string | null;
  remote(repository: RepositoryName): GitRemote;
};

/** What doctor tries on GitBucket. */
export function createProbes(options: ProbeOptions): SourceProbes {
  const { http, web, api, anonymous, username, password } = options;
  let cookie: string | null = null;
  let logins: Promise<string[] | null> | null = null;

  function owners(): Promise<string[] | null> {
    logins ??= readLogins(api);
    return logins;
  }

  return {
    async anonymousAccess() {
      return listAnonymously(anonymous).then(
        (seen) => seen !== 'closed',
        () => null,
      );
    },
    async signIn() {
      if (username === null || password === null) return null;
      const session = await signIn(web, username, password);
      cookie = session.accepted ? session.cookie : null;
      return { user: username, accepted: session.accepted };
    },
    owners,
    hiddenOwners: () => hiddenOwnersFailure(options),
    lfs: (repository) => probeLfs(http, options.remote(repository)),
    async version(repository) {
      const version = await readVersion({ http, web, cookie, repository, owners });
      return { text: versionText(version), quirks: quirksOf(version, password !== null) };
    },
  };
}

async function readLogins(api: GitBucketApi): Promise<string[] | null> {
  const [groups, users] = await Promise.all([api.groups(), api.users()]);
  return groups === null || users === null ? null : [...groups, ...users].map(({ login }) => login);
}

/**
 * Signs in by the form, as pages that take no token demand it (GB-160). The answer is 302 in any case,
 * only its Location tells.
 */
async function signIn(
  web: Http,
  username: string,
  password: string,
): Promise<{ accepted: boolean; cookie: string | null }> {
  const { place, cookie } = await postForm(web, username, password);
  // A first contact carries the session in the path as well (GB-161).
  const refused = place === null || place.replace(/;jsessionid=[^?]*/, '').endsWith('/signin');
  return { accepted: !refused, cookie };
}

async function postForm(
  web: Http,
  username: string,
  password: string,
): Promise<{ place: string | null; cookie: string | null }> {
  try {
    const { headers } = await web.send({
      method: 'POST',
      path: '/signin',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ userName: username, password }).toString(),
      tries: 1,
    });
    const cookie = /JSESSIONID=[^;,\s]+/.exec(headers['set-cookie'] ?? '')?.[0] ?? null;
    return { place: headers['location'] ?? null, cookie };
  } catch (error) {
    // It sends us to the address that it believes in, which may be another one than ours.
    if (!(error instanceof Failure) || error.code !== 'redirected') throw error;
    return { place: String(error.words['location']), cookie: null };
  }
}

/**
 * The batch call for an object that does not exist: GitBucket gives a link for any id, and without a base URL it refuses
 * (GB-143; 401 according to GB-141).
 */
async function probeLfs(http: Http, remote: GitRemote): ReturnType<SourceProbes['lfs']> {
  const { status } = await postBatch(http, remote, [{ oid: '0'.repeat(64), size: 1 }], 1);
  if (status === 200) return { state: 'answers', status };
  return { state: status === 401 || status === 500 ? 'no-base-url' : 'unavailable', status };
}
