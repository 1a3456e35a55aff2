import { BLANK } from '../../names.ts';
import type { Errors } from '../../projects.ts';
import type { Scope, Token } from '../../state.ts';
import { createToken, dayIn } from '../../tokens.ts';
import { created, noContent, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { invalid, notFound } from '../errors.ts';
import { findUser } from '../lookup.ts';
import { listOf, textOf, type Param } from '../params.ts';

const SCOPES = [
  'api',
  'read_api',
  'read_user',
  'read_repository',
  'write_repository',
  'sudo',
  'admin_mode',
] as const satisfies Scope[];

const FIELDS: Record<string, Param> = {
  name: { type: 'string', required: true },
  scopes: { type: 'strings', required: true },
  expires_at: { type: 'string' },
};

/** The caller's own token, and tokens that an administrator makes for others (GL-36, GL-42). */
export const tokenEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/personal_access_tokens/self',
    access: 'user',
    scopes: 'any',
    run: ({ actor: { token } }) => ok(tokenEntity(token)),
  },
  { method: 'DELETE', path: '/personal_access_tokens/:token_id', access: 'admin', run: revoke },
  ...['impersonation_tokens', 'personal_access_tokens'].map((kind): Endpoint => ({
    method: 'POST',
    path: `/users/:user_id/${kind}`,
    access: 'admin',
    declares: { fields: FIELDS },
    run: create,
  })),
];

function create(call: UserCall): Reply {
  const { context, params } = call;
  const user = findUser(call);
  const scopes = (listOf(params, 'scopes') ?? []) as Scope[];
  const expiresAt = textOf(params, 'expires_at') ?? '';
  const errors: Errors = {};
  const latest = dayIn(365);
  // A day in the past is taken.
  if (expiresAt === '') errors['expires_at'] = [BLANK];
  else if (expiresAt > latest) errors['expires_at'] = [`must be before ${dayIn(366)}`];
  if (!scopes.every((scope) => SCOPES.includes(scope))) {
    errors['scopes'] = ['can only contain available scopes'];
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const token = createToken(context, user, { scopes, expiresAt, name: textOf(params, 'name') });
  return created({ ...tokenEntity(token), token: token.value });
}

function revoke({ context, route }: UserCall): Reply {
  const token = context.state.tokens.find((each) => each.id === Number(route['token_id']));
  if (!token) throw notFound();
  token.revoked = true;
  context.changed();
  return noContent();
}

function tokenEntity(token: Token): Record<string, unknown> {
  return {
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
  };
}
