import type { GitBucketContext, GitBucketRequest } from './context.ts';
import { layout } from './html/layout.ts';

/** The few answers that all API routes share (GB-30, GB-31, GB-37). */
export function notFound(c: GitBucketRequest): Response {
  return c.json({ message: 'Not Found' }, 404);
}

/** The only denial there is, for anonymous and for signed-in askers alike. */
export function unauthorized(c: GitBucketRequest): Response {
  return c.json({ message: 'Requires authentication' }, 401);
}

export function serverError(c: GitBucketRequest): Response {
  return c.json({ message: 'Internal Server Error' }, 500);
}

/** An API content type and no byte of body (GB-34, GB-35). */
export function emptyJson(c: GitBucketRequest, status: 200 | 401 | 403 = 200): Response {
  c.header('content-type', 'application/json');
  return c.body('', status);
}

/** Scalatra's bad request: no body. */
export function emptyBadRequest(c: GitBucketRequest): Response {
  c.header('content-type', 'application/json');
  return c.body('', 400);
}

/** A page; GitBucket writes the content type without a space. */
export function page(c: GitBucketRequest, html: string, status: 200 | 404 | 500 = 200): Response {
  c.header('content-type', 'text/html;charset=utf-8');
  return c.body(html, status);
}

export function pageNotFound(c: GitBucketRequest, context: GitBucketContext): Response {
  return page(c, layout(context, 'Error', '<h1>Not Found</h1>'), 404);
}

export function pageServerError(c: GitBucketRequest, context: GitBucketContext): Response {
  return page(c, layout(context, 'Error', '<h1>Internal Server Error</h1>'), 500);
}

/** Denial of a page: browsers are sent to the sign-in page, everybody else gets a bare 401 (GB-163). */
export function pageUnauthorized(c: GitBucketRequest, context: GitBucketContext): Response {
  if (!isBrowser(c.req.header('user-agent') ?? '')) {
    c.header('content-type', 'text/html;charset=utf-8');
    return c.body('', 401);
  }
  if (c.get('viewer')) return redirect(c, context, '/');
  if (c.req.method === 'POST') return redirect(c, context, '/signin');
  const url = new URL(c.req.url);
  return redirect(c, context, '/signin', `?redirect=${encodeURIComponent(`${url.pathname}${url.search}`)}`);
}

/** A redirect below the base URL; without a cookie, the session travels in the path (GB-161). */
export function redirect(c: GitBucketRequest, context: GitBucketContext, path: string, query = ''): Response {
  const opened = c.get('session');
  const rewriting = opened.carriedCookie ? '' : `;jsessionid=${opened.session.id}`;
  c.header('content-type', 'text/html;charset=utf-8');
  c.header('location', `${context.url()}${path}${rewriting}${query}`);
  return c.body('', 302);
}

function isBrowser(userAgent: string): boolean {
  return /mozilla|opera|msie/i.test(userAgent);
}
