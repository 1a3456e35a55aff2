import type { IncomingMessage } from 'node:http';
import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { canLogIn } from './abilities.ts';
import { isBanned, recordLogin } from './memory.ts';
import type { Answer } from './workhorse.ts';

export type Login =
  | { kind: 'anonymous' }
  | { kind: 'actor'; actor: Actor }
  | { kind: 'refused'; answer: Answer };

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' };

/** Looks at the Basic password, which alone counts (GL-50). */
export function logIn(context: Context, request: IncomingMessage): Login {
  const address = request.socket.remoteAddress ?? '';
  if (isBanned(context, address)) {
    return { kind: 'refused', answer: plain(403, 'Too many failed authentication attempts from this IP') };
  }
  const found = context.credentials.authenticateGit(request);
  if (found.kind === 'anonymous') return { kind: 'anonymous' };
  const success = found.kind === 'actor' && canLogIn(found.actor);
  recordLogin(context, address, success);
  return success ? { kind: 'actor', actor: found.actor } : { kind: 'refused', answer: accessDenied(context) };
}

/** Asks for credentials; a request without any counts as a failure too. */
export function askForLogin(context: Context, request: IncomingMessage): Answer {
  recordLogin(context, request.socket.remoteAddress ?? '', false);
  return accessDenied(context);
}

export function plain(status: number, text: string): Answer {
  return { status, headers: TEXT, body: text };
}

function accessDenied(context: Context): Answer {
  const help = `${context.externalUrl}/help/topics/git/troubleshooting_git.md#error-on-git-fetch-http-basic-access-denied`;
  return {
    status: 401,
    headers: { ...TEXT, 'www-authenticate': 'Basic realm="GitLab"' },
    body: `HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped. See ${help}`,
  };
}
