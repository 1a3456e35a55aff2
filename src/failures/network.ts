/** What goes wrong between this machine and a server: addresses, certificates, tokens, answers. */
import { defineFailure } from './failure.ts';

export const unreachable = defineFailure(
  'unreachable',
  { blame: 'network', state: 'not-started', retryable: true },
  (w: { object: string; server: string; detail: string }) => ({
    message: `${w.server} at ${w.object} cannot be reached: ${w.detail}`,
    fix: 'check the URL, the network, a proxy (HTTPS_PROXY) and whether the server is running',
  }),
);

export const tlsUntrusted = defineFailure(
  'tls-untrusted',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string }) => ({
    message: `the certificate of ${w.server} at ${w.object} is not trusted: ${w.detail}`,
    fix: `save the server's CA certificate as a PEM file and name it in the config: "${w.side}": { "caFile": "ca.pem" }`,
  }),
);

export const redirected = defineFailure(
  'redirected',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; location: string; side: string }) => ({
    message: `${w.server} at ${w.object} redirects to ${w.location}; tokens are not sent there`,
    fix: `if that address is right, use it as the "url" of the ${w.side}`,
  }),
);

export const notTheApi = defineFailure(
  'not-the-api',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string }) => ({
    message: `${w.object} does not answer like ${w.server}: ${w.detail}`,
    fix: `check the "url" of the ${w.side}: it is the address of the start page, including a context path such as /gitbucket, without /api`,
  }),
);

export const tokenRefused = defineFailure(
  'token-refused',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string; variable: string }) => ({
    message: `${w.server} at ${w.object} refuses the token (${w.detail})`,
    fix: `make a new token: ${w.side === 'source' ? 'GitBucket > Account settings > Applications' : 'GitLab > Edit profile > Access tokens, scope api'}, and put it into ${w.variable}`,
  }),
);

export const gitTokenRefused = defineFailure(
  'git-token-refused',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string }) => ({
    message: `${w.server} accepts the token for its API but refuses it for git over HTTP at ${w.object} (${w.detail})`,
    fix:
      w.side === 'source'
        ? 'GitBucket takes tokens for git from version 4.23 on; on an older one set "username" and "password" of the source'
        : 'the GitLab administrator may have disabled git over HTTP, or the token lacks the scope "api" or "write_repository"',
  }),
);

export const rateLimited = defineFailure(
  'rate-limited',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string; server: string }) => ({
    message: `${w.server} at ${w.object} asks for fewer requests (429)`,
    fix: 'the tool waits as told; if it happens often lower "limits" in the config',
  }),
);

export const serverError = defineFailure(
  'server-error',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string; server: string; status: number | string; detail: string }) => ({
    message: `${w.server} answers ${w.status} to ${w.object}: ${w.detail}`,
    fix: 'look into the log of the server; run the same command again later',
  }),
);

export const timedOut = defineFailure(
  'timeout',
  { blame: 'network', state: 'failed', retryable: true },
  (w: { object: string; server: string; seconds: number | string }) => ({
    message: `${w.server} did not answer ${w.object} within ${w.seconds} s`,
    fix: 'the server is overloaded or a proxy holds the connection; lower "limits" in the config and run again',
  }),
);
