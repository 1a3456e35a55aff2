import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { basicPassword } from '../credentials.ts';

/** Uploads of one batch must have finished by then (GL-252). */
const VALID_SECONDS = 7200;
const PREFIX = 'lfs';

/** The header that a batch answer hands out; it opens nothing but LFS. */
export function lfsAuthorization(actor: Actor): string {
  const expires = Math.floor(Date.now() / 1000) + VALID_SECONDS;
  const claim = `${PREFIX}.${actor.token.id}.${expires}`;
  const pair = `${actor.user.username}:${claim}.${signature(actor.token.value, claim)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** The actor of such a header; `expired` when it is too old or forged; null for any other header. */
export function lfsActor(context: Context, request: IncomingMessage): Actor | 'expired' | null {
  const password = basicPassword(request.headers.authorization);
  const match = /^(lfs\.(\d+)\.(\d+))\.([0-9a-f]{64})$/.exec(password ?? '');
  if (!match) return null;
  const [, claim, tokenId, expires, signed] = match as unknown as [string, string, string, string, string];
  const token = context.state.tokens.find(({ id }) => id === Number(tokenId));
  const user = token ? context.routes.user(token.userId) : null;
  if (!token || !user || token.revoked || Number(expires) * 1000 < Date.now()) return 'expired';
  const expected = signature(token.value, claim);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signed))) return 'expired';
  const admin = user.admin && (!context.settings.adminMode || token.scopes.includes('admin_mode'));
  return { user, token, admin };
}

function signature(key: string, claim: string): string {
  return createHmac('sha256', key).update(claim).digest('hex');
}
