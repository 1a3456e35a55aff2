import type { Hono } from 'hono';
import { page, pageNotFound, pageServerError, pageUnauthorized } from '../answers.ts';
import { visible } from '../api/repositories.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { registerAdminPages } from './admin-pages.ts';
import { escapeHtml, layout } from './layout.ts';
import { repositoryBlocks, sidebar } from './lists.ts';
import { keysText, registerPersonPages } from './person-pages.ts';
import { repositoryPage } from './repository-page.ts';

/** The pages that a client can come across; the lists do not open repositories (GB-64, GB-65). */
export function registerPages(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get('/', (c) => {
    const rows = visible(context, c.get('viewer'));
    return page(c, layout(context, 'GitBucket', sidebar(context, rows)));
  });
  if (context.minor >= 8) app.get('/search', (c) => search(c, context));
  app.get('/dashboard/repos', (c) => {
    const viewer = c.get('viewer');
    if (!viewer) return pageUnauthorized(c, context);
    const rows = visible(context, viewer);
    const body = `${sidebar(context, rows)}\n${repositoryBlocks(context, rows)}`;
    return page(c, layout(context, 'Repositories', body));
  });
  registerAdminPages(app, context);
  registerPersonPages(app, context);
  app.get('/:owner', (c) => ownerPage(c, context));
  app.get('/:owner/:repository', (c) => {
    const repository = context.repository(c.req.param('owner'), c.req.param('repository'));
    if (!repository) return pageNotFound(c, context);
    if (!context.isIntact(repository)) return pageServerError(c, context);
    if (!context.canRead(c.get('viewer'), repository)) return pageUnauthorized(c, context);
    return page(c, repositoryPage(context, repository));
  });
}

function search(c: GitBucketRequest, context: GitBucketContext): Response {
  const query = (c.req.query('query') ?? '').trim().toLowerCase();
  const all = visible(context, c.get('viewer'));
  const found = all.filter((row) => [row.name, row.owner].some((text) => text.toLowerCase().includes(query)));
  const headline =
    found.length === 0
      ? `We couldn't find any repositories matching '${escapeHtml(query)}'`
      : `We've found ${found.length} ${found.length === 1 ? 'repository' : 'repositories'}`;
  const body = `${sidebar(context, all)}\n<h4>${headline}</h4>\n${repositoryBlocks(context, found)}`;
  return page(c, layout(context, 'GitBucket', body));
}

function ownerPage(c: GitBucketRequest, context: GitBucketContext): Response {
  const name = c.req.param('owner') ?? '';
  if (name.endsWith('.keys') && context.minor >= 25) {
    c.header('content-type', 'text/plain;charset=utf-8');
    return c.body(keysText(context, name.slice(0, -'.keys'.length)));
  }
  const account = context.account(name);
  if (!account) return pageNotFound(c, context);
  const rows = visible(context, c.get('viewer'), account.login);
  if (rows.some((row) => !context.isIntact(row))) return pageServerError(c, context);
  const body = rows.length === 0 ? 'No repositories' : repositoryBlocks(context, rows, { bareName: true });
  return page(c, layout(context, account.login, body));
}
