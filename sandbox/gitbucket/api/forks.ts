import type { Hono } from 'hono';
import * as z from 'zod';
import { emptyJson, notFound, serverError } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { canCreateIn } from '../permissions.ts';
import { forkRepository } from '../shape-repositories.ts';
import type { AccountRecord, RepositoryRecord } from '../state.ts';
import { jsonBody } from '../tracker/body.ts';
import { readers, users } from './guards.ts';

const LIST_URL = 'https://docs.github.com/en/rest/repos/forks#list-forks';
const CREATE_URL = 'https://docs.github.com/en/rest/repos/forks#create-a-fork';

const form = z.object({ organization: z.string().nullish() });

/** Forks since 4.47: the only list that knows `per_page` (GB-69). */
export function registerForks(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  if (context.minor < 47) return;
  app.get(
    '/api/v3/repos/:owner/:repository/forks',
    readers(context, (c, repository) => list(c, context, repository)),
  );
  app.post(
    '/api/v3/repos/:owner/:repository/forks',
    users((c, viewer) => create(c, context, viewer)),
  );
}

function list(c: GitBucketRequest, context: GitBucketContext, repository: RepositoryRecord): Response {
  const sort = c.req.query('sort') || 'newest';
  if (sort === 'stargazers' || sort === 'watchers') {
    const message = `Sort value '${sort}' is not supported by GitBucket.`;
    return c.json({ message, documentation_url: LIST_URL }, 501);
  }
  if (sort !== 'newest' && sort !== 'oldest') {
    return c.json({ message: `Invalid sort value: ${sort}`, documentation_url: LIST_URL }, 400);
  }
  const page = Math.max(wholeNumber(c.req.query('page')) ?? 1, 1);
  const perPage = Math.min(Math.max(wholeNumber(c.req.query('per_page')) ?? 30, 1), 100);
  const direction = sort === 'oldest' ? 1 : -1;
  const forks = context.state.repositories
    .filter((row) => row.origin?.owner === repository.owner && row.origin.name === repository.name)
    .filter((row) => context.canRead(c.get('viewer'), row))
    .sort((a, b) => direction * (a.createdAt - b.createdAt || a.id - b.id))
    .slice((page - 1) * perPage, page * perPage)
    .filter((row) => context.account(row.owner));
  if (forks.some((row) => !context.isIntact(row))) return serverError(c);
  return c.json(forks.map((row) => context.repositoryJson(row)));
}

async function create(
  c: GitBucketRequest,
  context: GitBucketContext,
  viewer: AccountRecord,
): Promise<Response> {
  const source = context.repository(c.req.param('owner') ?? '', c.req.param('repository') ?? '');
  if (!source) return notFound(c);
  if (!context.isIntact(source)) return serverError(c);
  if (!context.canRead(viewer, source)) return notFound(c);
  if (!source.allowFork) return emptyJson(c, 403);
  const organization = (await jsonBody(c, form))?.organization ?? undefined;
  const target = organization ?? viewer.login;
  if (organization !== undefined && !context.account(organization)) {
    return refused(c, 'The specified organization does not exist.');
  }
  if (target === source.owner) return refused(c, 'A user cannot fork their own repository.');
  const existing = context.repository(target, source.name);
  if (existing) {
    const root = source.origin ?? source;
    const same = existing.origin?.owner === root.owner && existing.origin.name === root.name;
    if (!same) return refused(c, 'A repository with the same name already exists.');
    return c.json(context.repositoryJson(existing), 202);
  }
  if (!canCreateIn(context.state, viewer, target)) return emptyJson(c, 403);
  return c.json(context.repositoryJson(forkRepository(context, source, target)), 202);
}

function refused(c: GitBucketRequest, message: string): Response {
  return c.json({ message, documentation_url: CREATE_URL }, 422);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d{1,9}$/.test(text) ? Number.parseInt(text, 10) : undefined;
}
