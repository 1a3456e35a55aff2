import type { Hono } from 'hono';
import { notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest, Viewer } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { readers, users } from './guards.ts';

/** Lists of repositories and the single one (GB-31 to GB-33, GB-42, GB-60, GB-61, GB-63, GB-64). */
export function registerRepositories(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  const { minor } = context;
  if (minor < 48) {
    app.get(
      '/api/v3/user/repos',
      users((c, viewer) => list(c, context, visible(context, viewer, viewer.login))),
    );
  }
  app.get('/api/v3/users/:owner/repos', (c) =>
    list(c, context, visible(context, c.get('viewer'), c.req.param('owner'))),
  );
  app.get('/api/v3/orgs/:owner/repos', (c) =>
    list(c, context, visible(context, c.get('viewer'), c.req.param('owner'))),
  );
  app.get(
    '/api/v3/repos/:owner/:repository',
    readers(context, (c, repository) => c.json(context.repositoryJson(repository))),
  );
  if (minor >= 35) app.get('/api/v3/repositories', (c) => publicOnes(c, context));
  if (minor >= 47) app.get('/api/v3/repositories/:id', (c) => byId(c, context));
}

/** What a viewer sees of one owner, or of all; newest activity first. Unknown and disabled owners have nothing. */
export function visible(context: GitBucketContext, viewer: Viewer, owner?: string): RepositoryRecord[] {
  return context.state.repositories
    .filter((row) => owner === undefined || row.owner === owner)
    .filter((row) => context.account(row.owner) && context.canRead(viewer, row))
    .sort((a, b) => b.activityAt - a.activityAt);
}

/** Opens every repository of the list, which takes its time (GB-156), and a single damaged one spoils it (GB-64). */
async function list(
  c: GitBucketRequest,
  context: GitBucketContext,
  rows: RepositoryRecord[],
): Promise<Response> {
  await context.open(rows.length);
  if (rows.some((row) => !context.isIntact(row))) return serverError(c);
  return c.json(rows.map((row) => context.repositoryJson(row)));
}

/** Forgets to leave out disabled owners, and fails on the first (GB-63). */
function publicOnes(c: GitBucketRequest, context: GitBucketContext): Response | Promise<Response> {
  const rows = context.state.repositories
    .filter((row) => !row.private)
    .sort((a, b) => b.activityAt - a.activityAt);
  if (rows.some((row) => !context.account(row.owner))) return serverError(c);
  return list(c, context, rows);
}

function byId(c: GitBucketRequest, context: GitBucketContext): Response {
  const id = Number(c.req.param('id'));
  const row = context.state.repositories.find((candidate) => candidate.id === id);
  if (!row || !context.account(row.owner)) return notFound(c);
  if (!context.isIntact(row)) return serverError(c);
  return context.canRead(c.get('viewer'), row) ? c.json(context.repositoryJson(row)) : notFound(c);
}
