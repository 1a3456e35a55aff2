import type { MiddlewareHandler } from 'hono';
import { pageUnauthorized, unauthorized } from './answers.ts';
import { askingOfApi, askingOfSession } from './auth.ts';
import type { GitBucketContext, GitBucketEnv } from './context.ts';

/** Finds out who asks and opens the session; the git and LFS servlets do neither (GB-120). */
export function identify(context: GitBucketContext): MiddlewareHandler<GitBucketEnv> {
  return async (c, next) => {
    const { path } = c.req;
    if (/^\/git(-lfs)?\//.test(path)) return next();
    const opened = context.sessions.open(c.req.header('cookie'));
    c.set('session', opened);
    if (opened.created) {
      c.header('expires', 'Thu, 01 Jan 1970 00:00:00 GMT');
      c.header('set-cookie', cookie(context, opened.session.id));
    }
    const sessionLogin = opened.session.login;
    const asking = isApi(path, context.minor)
      ? askingOfApi(context.state, context.minor, {
          authorization: c.req.header('authorization'),
          accessToken: c.req.query('access_token'),
          sessionLogin,
        })
      : askingOfSession(context.state, sessionLogin);
    if (asking.kind === 'refused') {
      c.header('content-type', 'application/json;charset=utf-8');
      return c.body('{ "message": "Bad credentials" }', 401);
    }
    c.set('viewer', asking.kind === 'account' ? asking.account : undefined);
    if (context.anonymousAccess || c.get('viewer') || c.req.method !== 'GET' || isOpen(path)) return next();
    return path.startsWith('/api/v3/') ? unauthorized(c) : pageUnauthorized(c, context);
  };
}

/** Up to 4.23 only `/api/v3/*` is behind the filter (GB-151). */
function isApi(path: string, minor: number): boolean {
  const start = minor >= 24 ? '/api' : '/api/v3';
  return path === start || path.startsWith(`${start}/`);
}

/** Pages that stay open when anonymous access is off. */
function isOpen(path: string): boolean {
  return /^\/(assets|signin|register|plugin-assets)/.test(path) || path === '/user.css';
}

function cookie(context: GitBucketContext, id: string): string {
  const secure = context.configuredBaseUrl()?.startsWith('https://') ? '; Secure' : '';
  return `JSESSIONID=${id}; Path=${context.contextPath === '' ? '/' : context.contextPath}${secure}; HttpOnly`;
}
