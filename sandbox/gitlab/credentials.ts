import type { IncomingMessage } from 'node:http';
import type { Actor } from './access.ts';
import type { Routes } from './routes.ts';
import type { Settings } from './settings.ts';
import type { State, Token } from './state.ts';

/** Outcome of looking at the credentials of a request; the user may still be blocked, see `denialReason`. */
type Authentication =
  | { kind: 'anonymous' }
  | { kind: 'invalid'; reason: 'unknown' | 'revoked' | 'expired' }
  | { kind: 'actor'; actor: Actor };

export type Credentials = {
  /** Every way that the API accepts: PRIVATE-TOKEN, Bearer, `private_token` (GL-30). */
  authenticate(request: IncomingMessage, query?: URLSearchParams): Authentication;
  /** Git over HTTP: only the Basic password counts, any user name will do (GL-50). */
  authenticateGit(request: IncomingMessage): Authentication;
};

/** Finds tokens by value and tells what they are worth. */
export function createCredentials(state: State, routes: Routes, settings: Settings): Credentials {
  const byValue = new Map<string, Token>();

  function find(value: string): Token | undefined {
    if (byValue.size !== state.tokens.length)
      for (const token of state.tokens) byValue.set(token.value, token);
    return byValue.get(value);
  }

  function judge(value: string | undefined): Authentication {
    if (value === undefined) return { kind: 'anonymous' };
    const token = find(value);
    const user = token ? routes.user(token.userId) : null;
    if (!token || !user || settings.personalTokensDisabled) return { kind: 'invalid', reason: 'unknown' };
    if (token.revoked) return { kind: 'invalid', reason: 'revoked' };
    const today = new Date().toISOString().slice(0, 10);
    if (token.expiresAt !== null && token.expiresAt <= today) return { kind: 'invalid', reason: 'expired' };
    token.lastUsedAt = new Date().toISOString();
    routes.late.count(user.id);
    const admin = user.admin && (!settings.adminMode || token.scopes.includes('admin_mode'));
    return { kind: 'actor', actor: { user, token, admin } };
  }

  return {
    authenticate(request, query) {
      const header = request.headers['private-token'];
      const value =
        (typeof header === 'string' && header !== '' ? header : undefined) ??
        bearer(request.headers.authorization) ??
        query?.get('private_token') ??
        undefined;
      return judge(value);
    },
    authenticateGit: (request) => judge(basicPassword(request.headers.authorization)),
  };
}

type Server = { settings: Settings; externalUrl: string };

/** Why this user may use neither API nor git; null for an active one (GL-32). */
export function denialReason(actor: Actor, server: Server): string | null {
  if (server.settings.enforceTerms && actor.user.state !== 'blocked_pending_approval') {
    return `You (@${actor.user.username}) must accept the Terms of Service in order to perform this action. To accept these terms, please access GitLab from a web browser at ${server.externalUrl}.`;
  }
  switch (actor.user.state) {
    case 'active':
      return null;
    case 'blocked':
    case 'ldap_blocked':
      return 'Your account has been blocked.';
    case 'banned':
      return 'Your account has been banned. Contact your GitLab administrator.';
    case 'deactivated':
      return 'Your account has been deactivated by your administrator. Please log back in from a web browser to reactivate your account.';
    case 'blocked_pending_approval':
      return 'Your account is pending approval from your administrator and hence blocked.';
  }
}

/** Password of a Basic authorization header. */
export function basicPassword(header: string | undefined): string | undefined {
  const match = /^basic\s+(\S+)$/i.exec(header ?? '');
  if (!match?.[1]) return undefined;
  const pair = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1);
}

function bearer(header: string | undefined): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
}
