import type { RepositoryName, SourceProbes } from '../model/source.ts';
import type { Http } from '../net/http.ts';
import type { GitRemote } from '../git/remote.ts';
import { listAnonymously, type GitBucketApi } from './client.ts';
import { hiddenOwnersFailure, type Surfaces } from './inventory.ts';
import { postBatch } from './lfs.ts';
import type { GitBucketSession } from './session.ts';
import { quirksOf, readVersion, versionText } from './version.ts';

export type ProbeOptions = Surfaces & {
  http: Http;
  session: GitBucketSession;
  /** A password is configured, which git takes as well. */
  withPassword: boolean;
  remote(repository: RepositoryName): GitRemote;
};

/** What doctor tries on GitBucket. */
export function createProbes(options: ProbeOptions): SourceProbes {
  const { http, web, api, anonymous, session, withPassword } = options;
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
      const { user } = session;
      return user === null ? null : { user, accepted: (await session.cookie()) !== null };
    },
    owners,
    hiddenOwners: () => hiddenOwnersFailure(options),
    lfs: (repository) => probeLfs(http, options.remote(repository)),
    async version(repository) {
      const version = await readVersion({ http, web, cookie: await session.cookie(), repository, owners });
      return { text: versionText(version), quirks: quirksOf(version, withPassword) };
    },
  };
}

async function readLogins(api: GitBucketApi): Promise<string[] | null> {
  const [groups, users] = await Promise.all([api.groups(), api.users()]);
  return groups === null || users === null ? null : [...groups, ...users].map(({ login }) => login);
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
