import type { Hono } from 'hono';
import type { GitBucketContext, GitBucketEnv } from '../context.ts';

/** The root, which is typed as HTML, and the rate limit, which does not exist (GB-10 to GB-12). */
export function registerMeta(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/api/v3', (c) => {
    c.header('content-type', 'text/html;charset=utf-8');
    return c.body(JSON.stringify({ rate_limit_url: `${context.url()}/api/v3/rate_limit` }));
  });
  app.get('/api/v3/rate_limit', (c) => c.json({ message: 'Rate limiting is not enabled.' }, 404));
  if (context.minor >= 23) app.get('/api/v3/gitbucket/plugins', (c) => c.json([]));
}
