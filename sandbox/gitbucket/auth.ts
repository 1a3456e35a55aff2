import { createHash } from 'node:crypto';
import type { AccountRecord, GitBucketState } from './state.ts';

/** What the credentials of a request amount to. */
export type Asking =
  | { kind: 'anonymous' }
  | { kind: 'account'; account: AccountRecord }
  /** Something was presented and refused. */
  | { kind: 'refused' };

export type Credentials = {
  authorization?: string | undefined;
  /** The `access_token` query parameter. */
  accessToken?: string | undefined;
  /** Login of the servlet session. */
  sessionLogin?: string | undefined;
};

const ANONYMOUS: Asking = { kind: 'anonymous' };
const REFUSED: Asking = { kind: 'refused' };

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** An account that may act: exact letter case, not disabled. */
export function enabledAccount(state: GitBucketState, login: string): AccountRecord | undefined {
  return state.accounts.find((account) => account.login === login && !account.disabled);
}

/** Who asks an API route: header, then `access_token`, then session; a bad header is refused even on public resources. */
export function askingOfApi(state: GitBucketState, minor: number, credentials: Credentials): Asking {
  const { authorization, accessToken, sessionLogin } = credentials;
  if (authorization !== undefined) return byHeader(state, minor, authorization);
  if (accessToken !== undefined && minor >= 31) return tokenOwner(state, accessToken);
  return askingOfSession(state, sessionLogin);
}

/** Who asks an HTML route: only the session counts (GB-165). */
export function askingOfSession(state: GitBucketState, sessionLogin: string | undefined): Asking {
  const account = sessionLogin === undefined ? undefined : enabledAccount(state, sessionLogin);
  return account ? { kind: 'account', account } : ANONYMOUS;
}

/** Who asks the git or LFS servlet: Basic with the password, or with a token of exactly that user from 4.23. */
export function askingOfGit(state: GitBucketState, minor: number, authorization: string | undefined): Asking {
  if (authorization === undefined) return ANONYMOUS;
  const pair = basicPair(authorization);
  if (!pair) return REFUSED;
  const byPassword = signIn(state, pair.login, pair.secret);
  if (byPassword) return { kind: 'account', account: byPassword };
  if (minor < 23) return REFUSED;
  const owner = tokenOwner(state, pair.secret);
  return owner.kind === 'account' && owner.account.login === pair.login ? owner : REFUSED;
}

/** The enabled user with this password, as the sign-in form checks it. */
export function signIn(state: GitBucketState, login: string, password: string): AccountRecord | undefined {
  const account = enabledAccount(state, login);
  if (!account || account.kind === 'group' || account.password === undefined) return undefined;
  return account.password === password ? account : undefined;
}

function byHeader(state: GitBucketState, minor: number, authorization: string): Asking {
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, Math.max(space, 0)).toLowerCase();
  if (scheme === 'token') return tokenOwner(state, authorization.slice(space + 1).trim());
  if (scheme === 'bearer' && minor >= 43) return tokenOwner(state, authorization.slice(space + 1).trim());
  const pair = basicPair(authorization);
  const account = pair ? signIn(state, pair.login, pair.secret) : undefined;
  return account ? { kind: 'account', account } : REFUSED;
}

function tokenOwner(state: GitBucketState, token: string): Asking {
  const hash = sha256(token);
  const row = state.tokens.find((candidate) => candidate.sha256 === hash);
  const account = row ? enabledAccount(state, row.login) : undefined;
  return account ? { kind: 'account', account } : REFUSED;
}

function basicPair(authorization: string): { login: string; secret: string } | undefined {
  const encoded = /^basic\s+(\S+)\s*$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { login: text.slice(0, colon), secret: text.slice(colon + 1) };
}
