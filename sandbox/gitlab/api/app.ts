import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from '../context.ts';
import { applySudo, authenticate } from './authentication.ts';
import { readFile, readInput } from './body.ts';
import type { Call, Endpoint, Reply, UserCall } from './endpoint.ts';
import { endpoints } from './endpoints/all.ts';
import { ApiError, forbidden, unauthorized } from './errors.ts';
import { createApplicationLimiter } from './limiter.ts';
import { readParams, type Declaration } from './params.ts';
import { createRouter } from './router.ts';

export type ApiApp = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
) => Promise<void>;

const NOTHING_DECLARED: Declaration = { fields: {} };

/** Everything below `/api`; `path` is the raw path below the relative URL. */
export function createApi(context: Context): ApiApp {
  const route = createRouter(endpoints);
  const limiter = createApplicationLimiter(context.settings);

  async function answer(request: IncomingMessage, path: string, query: URLSearchParams): Promise<Reply> {
    if (path.startsWith('/api/v3/')) {
      return { status: 410, body: { error: 'API V3 is no longer supported. Use API V4 instead.' } };
    }
    const readable = context.settings.decodesSlashes ? path.replace(/%2f/gi, '/') : path;
    const match = route(
      request.method === 'HEAD' ? 'GET' : (request.method ?? ''),
      readable.slice('/api/v4'.length),
    );
    if (!match) return { status: 404, body: { error: '404 Not Found' } };
    const { endpoint } = match;
    const caller = authenticate(context, request, query, endpoint);
    const given = await (endpoint.rawBody ? readFile : readInput)(request, query);
    const actor = applySudo(context, request, given, caller);
    const declared = readParams(endpoint.declares ?? NOTHING_DECLARED, given);
    const params = endpoint.rawBody ? { ...declared, file: given['file'] } : declared;
    const fullPath = context.relativeUrl + path;
    return run(endpoint, { context, request, path: fullPath, actor, route: match.route, params, limiter });
  }

  return async (request, response, path, query) => {
    try {
      send(response, await answer(request, path, query));
    } catch (error) {
      request.resume();
      send(response, asReply(error));
    }
  };
}

function run(endpoint: Endpoint, call: Call): Reply | Promise<Reply> {
  if (endpoint.access === 'anonymous') return endpoint.run(call);
  const { actor } = call;
  if (!actor) throw unauthorized();
  if (endpoint.access === 'admin' && !actor.admin) throw forbidden();
  const userCall: UserCall = { ...call, actor };
  return endpoint.run(userCall);
}

/** Anything unforeseen is GL-12, with the cause in a header for whoever debugs the sandbox. */
function asReply(error: unknown): Reply {
  if (error instanceof ApiError) return { status: error.status, body: error.body, headers: error.headers };
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    status: 500,
    body: { message: '500 Internal Server Error' },
    headers: { 'x-sandbox-cause': encodeURIComponent(cause).slice(0, 2000) },
  };
}

function send(response: ServerResponse, reply: Reply): void {
  const { status, body, headers = {} } = reply;
  if (body === undefined) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  const plain = typeof body === 'string';
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(plain ? body : JSON.stringify(body));
  const { 'content-type': type = plain ? 'text/plain' : 'application/json', ...others } = headers;
  response.writeHead(status, {
    ...(type !== '' && { 'content-type': type }),
    'content-length': bytes.length,
    ...others,
  });
  response.end(bytes);
}
