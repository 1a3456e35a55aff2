import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from './context.ts';
import { isSince, type Throttle } from './settings.ts';

export type Throttles = {
  /** Counts the request; true when it was refused and answered. */
  intercept(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): boolean;
};

type Counter = { window: number; count: number };

/** Rack::Attack in front of everything, before any look at rights (GL-304). */
export function createThrottles(context: Context): Throttles {
  const counters = new Map<string, Counter>();
  const { settings } = context;
  return {
    intercept(request, response, path, query) {
      if (Object.keys(settings.throttles).length === 0) return false;
      const user = authenticatedUser(context, request, query);
      if (user !== null && settings.throttleAllowlist.includes(user)) return false;
      const name = throttleName(request.method ?? 'GET', path, query, user !== null);
      const throttle = name === null ? undefined : settings.throttles[name];
      if (name === null || !throttle) return false;
      const scope = user === null ? (request.socket.remoteAddress ?? '') : `user ${user}`;
      const count = increment(counters, `${name} ${scope}`, throttle.period);
      const headers = rateHeaders(name, throttle, count);
      if (count <= throttle.limit) {
        if (isSince(settings.version, 18, 0)) setHeaders(response, headers);
        return false;
      }
      const now = Math.floor(Date.now() / 1000);
      const reset = now + throttle.period - (now % throttle.period);
      setHeaders(response, {
        ...headers,
        'RateLimit-ResetTime': new Date(reset * 1000).toUTCString(),
        'Retry-After': String(reset - now),
      });
      request.resume();
      response.writeHead(429, { 'content-type': 'text/plain' });
      response.end(settings.throttleText);
      return true;
    },
  };
}

function throttleName(
  method: string,
  path: string,
  query: URLSearchParams,
  authenticated: boolean,
): string | null {
  const who = authenticated ? 'authenticated' : 'unauthenticated';
  if (/\.git\/info\/lfs\/|\.git\/gitlab-lfs\//.test(path))
    return authenticated ? 'throttle_authenticated_git_lfs' : null;
  if (/\.git\/(?:info\/refs|git-(?:upload|receive)-pack)$/.test(path)) return `throttle_${who}_git_http`;
  if (!path.startsWith('/api/'))
    return authenticated ? 'throttle_authenticated_web' : 'throttle_unauthenticated';
  if (/^\/api\/v4\/projects\/[^/]+\/repository\/files\//.test(path)) return `throttle_${who}_files_api`;
  const deprecated = method === 'GET' && /^\/api\/v4\/groups\/[^/]+$/.test(path);
  if (deprecated && query.get('with_projects') !== 'false') return `throttle_${who}_deprecated_api`;
  return `throttle_${who}_api`;
}

function authenticatedUser(
  context: Context,
  request: IncomingMessage,
  query: URLSearchParams,
): number | null {
  const api = context.credentials.authenticate(request, query);
  const found = api.kind === 'anonymous' ? context.credentials.authenticateGit(request) : api;
  return found.kind === 'actor' ? found.actor.user.id : null;
}

function increment(counters: Map<string, Counter>, key: string, period: number): number {
  const window = Math.floor(Date.now() / 1000 / period);
  const known = counters.get(key);
  const counter = known?.window === window ? known : { window, count: 0 };
  counter.count += 1;
  counters.set(key, counter);
  return counter.count;
}

function rateHeaders(name: string, throttle: Throttle, count: number): Record<string, string> {
  const now = Math.floor(Date.now() / 1000);
  return {
    'RateLimit-Limit': String(Math.ceil((throttle.limit * 60) / throttle.period)),
    'RateLimit-Name': name,
    'RateLimit-Observed': String(count),
    'RateLimit-Remaining': String(Math.max(0, throttle.limit - count)),
    'RateLimit-Reset': String(now + throttle.period - (now % throttle.period)),
  };
}

function setHeaders(response: ServerResponse, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
