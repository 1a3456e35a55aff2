import { Hono } from 'hono';
import { notFound, pageNotFound, pageServerError, serverError } from './answers.ts';
import { registerApi } from './api/routes.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from './context.ts';
import { registerPages } from './html/routes.ts';
import { identify } from './identify.ts';
import { stalling, type StallOptions } from './stall.ts';
import { registerTracker } from './tracker/routes.ts';

export type AppOptions = {
  stall?: StallOptions | undefined;
  /** Is told what a route threw; the client only sees a 500. */
  failed: (error: Error) => void;
};

/** All routes of the embedded GitBucket but the git servlet. */
export function createApp(context: GitBucketContext, options: AppOptions): Hono<GitBucketEnv> {
  const app = new Hono<GitBucketEnv>();
  app.use('*', identify(context));
  if (options.stall) app.use('/api/*', stalling(options.stall));
  registerApi(app, context);
  registerTracker(app, context);
  registerPages(app, context);
  app.notFound((c) => unknown(c, context));
  app.onError((error, c) => {
    options.failed(error);
    return isApi(c) ? serverError(c) : pageServerError(c, context);
  });
  return app;
}

/** JSON for every verb since 4.30; before, only for GET (GB-32). */
function unknown(c: GitBucketRequest, context: GitBucketContext): Response {
  if (isApi(c) && (context.minor >= 30 || c.req.method === 'GET')) return notFound(c);
  return pageNotFound(c, context);
}

function isApi(c: GitBucketRequest): boolean {
  return c.req.path.startsWith('/api/v3/');
}
