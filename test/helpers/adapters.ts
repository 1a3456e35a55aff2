import type { EmbeddedGitBucket } from '../../sandbox/gitbucket.ts';
import type { EmbeddedGitLab } from '../../sandbox/gitlab.ts';
import { createGitBucketSource } from '../../src/gitbucket/source.ts';
import type { Source } from '../../src/model/source.ts';
import { createGitLabTarget, type GitLabTarget } from '../../src/gitlab/target.ts';
import { createHttp, type Http } from '../../src/net/http.ts';
import { createLimiter } from '../../src/net/connections.ts';

/** Far more than any answer takes, on a busy machine too. */
const PATIENCE_MS = 240_000;

/** `url`: of something before the server. */
export type AdapterOptions = { now?: () => number; url?: string };

function http(
  server: { side: 'source' | 'target'; name: 'GitBucket' | 'GitLab'; url: string },
  headers: Record<string, string>,
  { now = Date.now, url = server.url }: AdapterOptions = {},
): Http {
  return createHttp({
    server: { ...server, url },
    headers,
    ca: null,
    limiter: createLimiter(4, { now: Date.now, sleep: async () => {} }),
    timeoutMs: PATIENCE_MS,
    streamTimeoutMs: PATIENCE_MS,
    backoffMs: 1,
    now,
    signal: new AbortController().signal,
    emit: () => {},
  });
}

type SourceOptions = AdapterOptions &
  Partial<Pick<Parameters<typeof createGitBucketSource>[0], 'username' | 'password' | 'keepSecret'>>;

/** The source adapter, talking to an embedded GitBucket with the token of this account; a password is its own, unless a user is named. */
export function sourceOf(
  gitbucket: EmbeddedGitBucket,
  login = 'root',
  {
    password = null,
    username = password === null ? null : login,
    keepSecret,
    ...options
  }: SourceOptions = {},
): Source {
  const token = gitbucket.token(login);
  const server = { side: 'source', name: 'GitBucket', url: gitbucket.url } as const;
  return createGitBucketSource({
    http: http(server, { authorization: `token ${token}` }, options),
    anonymousHttp: http(server, {}, options),
    token,
    username,
    password,
    caFile: null,
    silenceMs: PATIENCE_MS,
    ...(keepSecret && { keepSecret }),
  });
}

/** The target adapter, talking to an embedded GitLab with this token. */
export function targetOf(
  gitlab: EmbeddedGitLab,
  token = gitlab.token('root'),
  options: AdapterOptions = {},
): GitLabTarget {
  const server = { side: 'target', name: 'GitLab', url: gitlab.url } as const;
  return createGitLabTarget(http(server, { 'private-token': token }, options), {
    token,
    caFile: null,
    silenceMs: PATIENCE_MS,
  });
}
