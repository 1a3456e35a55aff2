import type { Entry } from './entry.ts';

/** What goes wrong before anything is read: addresses, certificates, tokens. */
export const connecting = {
  unreachable: {
    message: (c) => `${c['server']} at ${c['object']} cannot be reached: ${c['detail']}`,
    hint: () => 'check the URL, the network, a proxy (HTTPS_PROXY) and whether the server is running',
    blame: 'network',
    retryable: true,
    exit: 3,
  },
  'tls-untrusted': {
    message: (c) => `the certificate of ${c['server']} at ${c['object']} is not trusted: ${c['detail']}`,
    hint: (c) =>
      `save the server's CA certificate as a PEM file and name it in the config: "${c['side']}": { "caFile": "ca.pem" }`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  redirected: {
    message: (c) =>
      `${c['server']} at ${c['object']} redirects to ${c['location']}; tokens are not sent there`,
    hint: (c) => `if that address is right, use it as the "url" of the ${c['side']}`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'not-the-api': {
    message: (c) => `${c['object']} does not answer like ${c['server']}: ${c['detail']}`,
    hint: (c) =>
      `check the "url" of the ${c['side']}: it is the address of the start page, including a context path such as /gitbucket, without /api`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'token-missing': {
    message: (c) => `no token for ${c['server']}`,
    hint: (c) => `set ${c['variable']} in the environment or "token" of the ${c['side']} in the config`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'token-refused': {
    message: (c) => `${c['server']} at ${c['object']} refuses the token (${c['detail']})`,
    hint: (c) =>
      `make a new token: ${c['side'] === 'source' ? 'GitBucket > Account settings > Applications' : 'GitLab > Edit profile > Access tokens, scope api'}, and put it into ${c['variable']}`,
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'user-refused': {
    message: (c) => `GitLab at ${c['object']} accepts the token but not its user: ${c['detail']}`,
    hint: () =>
      'ask the GitLab administrator to unblock or confirm the user, or use the token of another user (a new token of this one does not help)',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'token-scope': {
    message: (c) =>
      `the GitLab token lacks the scope "api" (it has: ${c['scopes'] || 'none that the API accepts'}${c['detail'] ? `; ${c['detail']}` : ''})`,
    hint: () => 'make a token with the scope "api": it covers the API and git over HTTP',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
  'git-token-refused': {
    message: (c) =>
      `${c['server']} accepts the token for its API but refuses it for git over HTTP at ${c['object']} (${c['detail']})`,
    hint: (c) =>
      c['side'] === 'source'
        ? 'GitBucket takes tokens for git from version 4.23 on; on an older one set "username" and "password" of the source'
        : 'the GitLab administrator may have disabled git over HTTP, or the token lacks the scope "api" or "write_repository"',
    blame: 'you',
    retryable: false,
    exit: 3,
  },
} satisfies Record<string, Entry>;
