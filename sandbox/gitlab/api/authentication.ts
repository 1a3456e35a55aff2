import type { IncomingMessage } from 'node:http';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { denialReason } from '../credentials.ts';
import type { User } from '../state.ts';
import type { Endpoint } from './endpoint.ts';
import { forbidden, insufficientScope, invalidToken, notFound, unauthorized } from './errors.ts';
import { textOf, type Params } from './params.ts';

/** Who calls, after all refusals of GL-8, GL-9, GL-31, GL-32; null for nobody where that is allowed. */
export function authenticate(
  context: Context,
  request: IncomingMessage,
  query: URLSearchParams,
  endpoint: Endpoint,
): Actor | null {
  const found = context.credentials.authenticate(request, query);
  if (found.kind === 'anonymous') {
    if (endpoint.access === 'anonymous') return null;
    throw unauthorized();
  }
  if (found.kind === 'invalid') {
    throw found.reason === 'unknown' ? unauthorized() : invalidToken(found.reason);
  }
  const { actor } = found;
  requireScope(actor, endpoint);
  const denied = denialReason(actor, context);
  if (denied) throw forbidden(denied);
  return actor;
}

/** Runs as another user when an administrator asks for it by header or parameter. */
export function applySudo(
  context: Context,
  request: IncomingMessage,
  given: Params,
  actor: Actor | null,
): Actor | null {
  const header = request.headers['sudo'];
  const wanted = typeof header === 'string' ? header : (textOf(given, 'sudo') ?? '');
  if (wanted === '') return actor;
  if (!actor) throw unauthorized();
  if (!actor.admin) throw forbidden('Must be admin to use sudo');
  if (!actor.token.scopes.includes('sudo')) throw insufficientScope(['sudo']);
  const user = findSudoUser(context, wanted);
  if (!user) throw notFound(`User with ID or username '${wanted}'`);
  context.routes.late.count(user.id);
  return { ...actor, user, admin: user.admin };
}

function findSudoUser(context: Context, wanted: string): User | null {
  return /^\d+$/.test(wanted) ? context.routes.user(Number(wanted)) : context.routes.userByName(wanted);
}

function requireScope(actor: Actor, endpoint: Endpoint): void {
  const extra = endpoint.scopes ?? [];
  if (extra === 'any') return;
  const sufficient = new Set(['api', ...(endpoint.method === 'GET' ? ['read_api', ...extra] : [])]);
  if (actor.token.scopes.some((scope) => sufficient.has(scope))) return;
  throw insufficientScope(['api', 'read_api', ...extra]);
}
