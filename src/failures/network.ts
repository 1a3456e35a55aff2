/** What goes wrong between this machine and a server: addresses, certificates, tokens, answers. */
import { defineFailure } from './failure.ts';

export const unreachable = defineFailure(
  'unreachable',
  { blame: 'network', state: 'not-started', retryable: true },
  (w: { object: string; server: string; detail: string }) => ({
    message: `${w.server} at ${w.object} cannot be reached: ${w.detail}`,
    fix: 'check the URL, the network, the proxy settings (HTTPS_PROXY) and that the server is running',
  }),
);

export const proxyRefused = defineFailure(
  'proxy-refused',
  { blame: 'network', state: 'not-started' },
  (w: {
    object: string;
    server: string;
    who: string;
    /** That names the proxy; undefined when none does. */
    variable?: string | undefined;
    status: number | string;
    detail: string;
    host: string;
  }) => ({
    message: `${w.who} answers ${w.status} instead of letting us through to ${w.server} at ${w.object}: ${w.detail}`,
    fix: w.variable === undefined ? unnamedProxy(w) : namedProxy(w, w.variable),
  }),
);

function namedProxy(w: { status: number | string; host: string }, variable: string): string {
  const login = `put user and password of the proxy into ${variable} (http://USER:PASSWORD@HOST:PORT)`;
  const way = w.status === 407 ? login : `have the proxy let requests to ${w.host} through`;
  return `${way}, or bypass it with NO_PROXY=${w.host}`;
}

function unnamedProxy(w: { object: string; status: number | string; host: string }): string {
  const variable = w.object.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const named = w.status === 407 ? `; to name it, set ${variable}=http://USER:PASSWORD@HOST:PORT` : '';
  return `no variable names a proxy, so it stands on the way unasked: have whoever runs it let requests to ${w.host} through, or use another network${named}`;
}

export const answeredInBetween = defineFailure(
  'answered-in-between',
  { blame: 'network', state: 'failed' },
  (w: {
    object: string;
    server: string;
    who: string;
    status: number | string;
    path: string;
    detail: string;
    host: string;
    realm?: string | undefined;
  }) => ({
    message: `${w.who} answers ${w.status} to ${w.path} at ${w.object} in its place${w.realm === undefined ? '' : `, and wants a login of its own ("${w.realm}")`}: ${w.detail}`,
    fix: `the token is not the problem: have whoever runs the gateway, firewall or login page in front of ${w.host} let these requests through, or use an address of ${w.server} that avoids it; check the URL too`,
  }),
);

export const gatewayFailed = defineFailure(
  'gateway-failed',
  { blame: 'network', state: 'failed', retryable: true },
  (w: {
    object: string;
    server: string;
    who: string;
    status: number | string;
    detail: string;
    host: string;
  }) => ({
    message: `${w.who} answers ${w.status} to ${w.object} in its place: ${w.detail}`,
    fix: `check that ${w.server} is running and that the proxies in front of ${w.host} reach it and wait long enough, then run the same command again`,
  }),
);

export const answerCut = defineFailure(
  'answer-cut',
  { blame: 'network', state: 'failed', retryable: true },
  (w: { object: string; server: string; detail: string; host: string }) => ({
    message: `the answer of ${w.server} to ${w.object} broke off before its end: ${w.detail}`,
    fix: `run the same command again; if it breaks off each time, look for what cuts it: ${w.server} itself (its log), or a proxy in front of ${w.host} (limits of its buffers, of time or of size)`,
  }),
);

export const connectionCut = defineFailure(
  'connection-cut',
  { blame: 'network', state: 'failed', retryable: true },
  (w: { object: string; server: string; detail: string }) => ({
    message: `the connection to ${w.server} was cut at ${w.object}: ${w.detail}`,
    fix: `run the same command again; if it is cut each time, look for what does it: a proxy or a firewall on the way (limits of time or of size), the line, or ${w.server} itself (its log)`,
  }),
);

export const clientCertificate = defineFailure(
  'client-certificate',
  { blame: 'network', state: 'not-started' },
  (w: { object: string; server: string; who: string }) => ({
    message: `${w.who} at ${w.object} demands a client certificate, which gb2gl cannot show`,
    fix: `use an address of ${w.server} that demands none, for example from within its own network`,
  }),
);

export const wrongScheme = defineFailure(
  'wrong-scheme',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; side: string; spoken: 'http' | 'https' }) => ({
    message: `what answers at ${w.object} does not speak ${w.spoken === 'https' ? 'http' : 'https'} but, it seems, ${w.spoken}`,
    fix: `write ${w.spoken}:// in the "url" of the ${w.side}, or correct its port`,
  }),
);

export const redirected = defineFailure(
  'redirected',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; location: string; side: string }) => ({
    message: `requests to ${w.server} at ${w.object} are redirected to ${w.location}; tokens are not sent there`,
    fix: isSameOrigin(w.object, w.location)
      ? `something in front of ${w.server} wants people to sign in: have whoever runs it let requests with a token through, or use an address that avoids it; if it is no sign-in page, check the "url" of the ${w.side}`
      : `if ${w.server} is at that address, use it as the "url" of the ${w.side}; if it is the login page of a network or a firewall, pass that first or use an address that avoids it`,
  }),
);

function isSameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

/** Each of both servers tells who it is when it is asked for the API of the other (GB-25, GL-27). */
function isOther(w: {
  object: string;
  server: string;
  detail: string;
}): { message: string; fix: string } | null {
  const other = w.server === 'GitLab' ? 'GitBucket' : 'GitLab';
  const says = { GitBucket: /\bGitBucket\b/, GitLab: /API V3 is no longer supported|\bGitLab\b/ }[other];
  if (!says.test(w.detail)) return null;
  return {
    message: `${w.object} is a ${other}, not a ${w.server} (${w.detail})`,
    fix: 'the source is GitBucket ("url" of "source", GITBUCKET_URL and GITBUCKET_TOKEN), the target is GitLab ("url" of "target", GITLAB_URL and GITLAB_TOKEN); they may be exchanged',
  };
}

export const notTheApi = defineFailure(
  'not-the-api',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string }) =>
    isOther(w) ?? {
      message: `${w.object} does not respond like ${w.server}: ${w.detail}`,
      fix: `check the "url" of the ${w.side}: it must be the address of the start page, with its context path where it has one, without /api; if it is, something in front of ${w.server} answers in its place, such as a firewall or a login page`,
    },
);

export const portUnusable = defineFailure(
  'port-unusable',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `the embedded servers cannot be started on the given ports: ${w.detail}`,
    fix: 'choose others with --gitbucket-port and --gitlab-port; without them any free ports are taken',
  }),
);

export const tokenRefused = defineFailure(
  'token-refused',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string; variable: string }) => ({
    message: `${w.server} at ${w.object} rejects the token (${w.detail})`,
    fix: `create a new token: ${w.side === 'source' ? 'GitBucket > Account settings > Applications' : 'GitLab > Edit profile > Access tokens, scope api (if there is no such page, an administrator has disabled them)'}, and set it in ${w.variable}`,
  }),
);

export const gitTokenRefused = defineFailure(
  'git-token-refused',
  { blame: 'you', state: 'not-started' },
  (w: { object: string; server: string; detail: string; side: string }) => ({
    message: `${w.server} accepts the token for its API but rejects it for git over HTTP at ${w.object} (${w.detail})`,
    fix:
      w.side === 'source'
        ? 'GitBucket accepts tokens for git since version 4.23; for an older version set "username" and "password" of the source. Where both are set git signs in with them instead: correct them then'
        : 'the GitLab administrator may have disabled git over HTTP, or the token may lack the scope "api" or "write_repository"',
  }),
);

export const rateLimited = defineFailure(
  'rate-limited',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string; server: string }) => ({
    message: `${w.server} at ${w.object} is rate-limiting requests (429)`,
    fix: 'gb2gl waits as long as the server asks; if this happens often, lower "limits" in the config',
  }),
);

export const serverError = defineFailure(
  'server-error',
  { blame: 'target', state: 'failed', retryable: true },
  (w: { object: string; server: string; status: number | string; detail: string }) => ({
    message: `${w.server} responds with ${w.status} to ${w.object}: ${w.detail}`,
    fix: "check the server's log, then run the same command again later",
  }),
);

export const timedOut = defineFailure(
  'timeout',
  { blame: 'network', state: 'failed', retryable: true },
  (w: { object: string; server: string; seconds: number | string }) => ({
    message: `${w.server} did not respond to ${w.object} within ${w.seconds} s`,
    fix: 'the server may be overloaded, or a proxy may be holding the connection; lower "limits" in the config and run again',
  }),
);

export const maintenance = defineFailure(
  'maintenance',
  { blame: 'target', state: 'not-started' },
  (w: { object: string }) => ({
    message: `GitLab at ${w.object} is in maintenance mode and is read-only`,
    fix: 'wait until the administrator turns it off, then run the same command again',
  }),
);

export const readOnly = defineFailure(
  'read-only',
  { blame: 'target', state: 'not-started' },
  (w: { object: string; detail: string }) => ({
    message: `GitLab at ${w.object} is read-only: ${w.detail}`,
    fix: 'use the URL of the primary server if this is a Geo secondary, else ask the administrator when it takes changes; then run the same command again',
  }),
);
