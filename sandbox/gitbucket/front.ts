import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SandboxHandler } from '../server.ts';
import type { GitBucketContext } from './context.ts';
import { isLfsBatch, serveGitServlet } from './git/servlet.ts';

/** Hands a request to the routes (API, pages, LFS) through Hono. */
export type RouteHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What stands before the routes: Jetty's checks of the path, the context path, and the git servlet. */
export function createFront(context: GitBucketContext, routes: RouteHandler): SandboxHandler {
  return async (request, response) => {
    const [target, query] = cutOnce(request.url ?? '/', '?');
    if (context.minor >= 40 && hasEmptySegment(target)) return badMessage(request, response);
    const local = withoutContextPath(target, context.contextPath);
    if (local === undefined) return foreignPath(request, response, target);
    if (local.startsWith('/git/') && !isLfsBatch(request.method, local)) {
      return serveGitServlet(context, request, response, { uri: target, path: local, query });
    }
    if (request.method === 'GET' && /^\/.+\/.+\/info\/refs$/.test(local)) {
      return toGitServlet(context, request, response, query === '' ? target : `${target}?${query}`);
    }
    const path = routed(context, request, local);
    request.url = query === '' ? path : `${path}?${query}`;
    await routes(request, response);
  };
}

/** GitHub-style clone URLs; with a context path the real redirect doubles it (GB-118). */
function toGitServlet(
  context: GitBucketContext,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
): void {
  request.resume();
  response.writeHead(301, { Location: `${context.url()}/git${target}`, 'Content-Length': 0 });
  response.end();
}

function routed(context: GitBucketContext, request: IncomingMessage, local: string): string {
  if (isServletPath(local)) return literal(local);
  const lfsAlias = isLfsBatch(request.method, local) && context.minor >= 26 && context.contextPath === '';
  return lfsAlias ? literal(`/git${local}`) : decoded(local, context.minor);
}

/** Jetty 10 refuses `//` (GB-19). */
function badMessage(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const body = '<h1>Bad Message 400</h1><pre>reason: Ambiguous URI empty segment</pre>';
  response.writeHead(400, {
    'Content-Type': 'text/html;charset=iso-8859-1',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  });
  response.end(body);
}

function foreignPath(request: IncomingMessage, response: ServerResponse, target: string): void {
  request.resume();
  const body = `<h1>HTTP ERROR 404 Not Found</h1><pre>URI: ${target.replace(/[<&]/g, '')}</pre>`;
  response.writeHead(404, { 'Content-Type': 'text/html;charset=iso-8859-1' });
  response.end(body);
}

function hasEmptySegment(path: string): boolean {
  return path.includes('//');
}

function withoutContextPath(path: string, contextPath: string): string | undefined {
  if (contextPath === '') return path;
  if (path === contextPath) return '/';
  return path.startsWith(`${contextPath}/`) ? path.slice(contextPath.length) : undefined;
}

/** The git and LFS servlets take the path as it was sent. */
function isServletPath(path: string): boolean {
  return path.startsWith('/git/') || path.startsWith('/git-lfs/');
}

/** Escapes the percent signs, so that the router gives back exactly what was sent. */
function literal(path: string): string {
  return path.replaceAll('%', '%25');
}

/** Cut at the first `;`; from 4.32 the whole path is decoded before routing, so `%2F` is a slash (GB-18). */
function decoded(path: string, minor: number): string {
  const cut = path.split(';')[0] ?? '';
  const trimmed = cut.length > 1 && cut.endsWith('/') ? cut.slice(0, -1) : cut;
  if (minor < 32) return trimmed;
  try {
    return decodeURIComponent(trimmed).split('/').map(encodeURIComponent).join('/');
  } catch {
    return trimmed;
  }
}

function cutOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
