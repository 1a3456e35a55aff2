import { isSince } from '../../settings.ts';
import { ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { currentUser } from '../entities/users.ts';

/** Who am I, and what server is this (GL-36 to GL-38). */
export const instanceEndpoints: Endpoint[] = [
  { method: 'GET', path: '/version', access: 'user', scopes: ['read_user', 'ai_features'], run: version },
  { method: 'GET', path: '/metadata', access: 'user', scopes: ['read_user', 'ai_features'], run: metadata },
  { method: 'GET', path: '/user', access: 'user', scopes: ['read_user'], run: user },
  { method: 'GET', path: '/personal_access_tokens/self', access: 'user', scopes: 'any', run: tokenItself },
];

function version(call: UserCall): Reply {
  if (isSince(call.context.settings.version, 16, 0)) return ok(describe(call));
  return ok({ version: call.context.settings.version, revision: '0123456789a' });
}

function metadata(call: UserCall): Reply {
  if (isSince(call.context.settings.version, 15, 2)) return ok(describe(call));
  return { status: 404, body: { error: '404 Not Found' } };
}

function describe({ context }: Call): Record<string, unknown> {
  return {
    version: context.settings.version,
    revision: '0123456789a',
    kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
    enterprise: context.settings.version.endsWith('-ee'),
  };
}

function user(call: UserCall): Reply {
  return ok(currentUser(call.context, call.actor));
}

function tokenItself({ actor: { token } }: UserCall): Reply {
  return ok({
    id: token.id,
    name: token.name,
    revoked: token.revoked,
    created_at: token.createdAt,
    description: null,
    scopes: token.scopes,
    user_id: token.userId,
    last_used_at: token.lastUsedAt,
    active: true,
    expires_at: token.expiresAt,
  });
}
