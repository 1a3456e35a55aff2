import type { Context } from './context.ts';
import type { Scope, Token, User } from './state.ts';

/** Makes a token. Its value is long enough to be one and looks like none. */
export function createToken(
  context: Context,
  user: User,
  input: { scopes: Scope[]; expiresAt: string | null; name?: string | undefined; revoked?: boolean },
): Token {
  const id = context.state.nextId.token++;
  const token: Token = {
    id,
    userId: user.id,
    name: input.name ?? `token ${id}`,
    value: `sandbox-token-${id}-of-${user.username}`.padEnd(24, '-'),
    scopes: input.scopes,
    revoked: input.revoked ?? false,
    expiresAt: input.expiresAt,
    createdAt: new Date().toISOString(),
    lastUsedAt: null,
  };
  context.state.tokens.push(token);
  context.changed();
  return token;
}

/** `2026-01-31`: the day that is so many days from now. */
export function dayIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
