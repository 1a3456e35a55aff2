import type { Hono } from 'hono';
import * as z from 'zod';
import { notFound } from '../answers.ts';
import type { GitBucketContext, GitBucketEnv, GitBucketRequest } from '../context.ts';
import { isoSeconds } from '../dates.ts';
import type { RepositoryRecord } from '../state.ts';
import { jsonBody } from './body.ts';
import { openRepository, param } from './opened.ts';
import { resolveRef } from './pull-git.ts';
import type { StatusState, StatusValue, TrackerState } from './state.ts';

const REPOSITORY = '/api/v3/repos/:owner/:repository';

const NEW_STATUS = z.object({
  state: z.enum(['pending', 'success', 'error', 'failure']),
  context: z.string().max(254).nullish(),
  target_url: z
    .string()
    .max(254)
    .regex(/^https?:\/\//)
    .nullish(),
  description: z.string().max(999).nullish(),
});

/** Commit statuses: the latest one per commit and context. */
export function registerStatuses(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.get(`${REPOSITORY}/commits/:ref/statuses`, (c) => list(c, context));
  app.get(`${REPOSITORY}/statuses/:ref`, (c) => list(c, context));

  app.get(`${REPOSITORY}/commits/:ref/status`, async (c) => {
    const opened = openRepository(c, context, 'read');
    if (opened instanceof Response) return opened;
    const { repository, tracker } = opened;
    const sha = await commitOf(context, repository, param(c, 'ref'));
    if (!sha) return notFound(c);
    const statuses = statusesOf(tracker, sha);
    const repositoryJson = context.repositoryJson(repository);
    return c.json({
      state: combined(statuses),
      sha,
      total_count: statuses.length,
      statuses: rendered(statuses, context, repository),
      repository: repositoryJson,
      url: `${repositoryJson.url}/commits/${sha}/status`,
    });
  });

  app.post(`${REPOSITORY}/statuses/:ref`, async (c) => {
    const opened = openRepository(c, context, 'write');
    if (opened instanceof Response) return opened;
    const { repository, tracker, viewer } = opened;
    const sha = await commitOf(context, repository, param(c, 'ref'));
    const data = await jsonBody(c, NEW_STATUS);
    if (!sha || !data || !viewer) return notFound(c);
    const status = putStatus(context, tracker, {
      sha,
      context: data.context ?? 'default',
      state: data.state,
      targetUrl: data.target_url ?? null,
      description: data.description ?? null,
      creator: viewer.login,
    });
    return c.json(rendered([status], context, repository)[0]);
  });
}

export type NewStatus = Omit<StatusState, 'id' | 'createdAt' | 'updatedAt'>;

/** Adds a status, or renews the one of the same commit and context. */
export function putStatus(context: GitBucketContext, tracker: TrackerState, status: NewStatus): StatusState {
  const now = context.now();
  const known = tracker.statuses.find((row) => row.sha === status.sha && row.context === status.context);
  const row = known ?? { id: context.nextId('status'), ...status, createdAt: now, updatedAt: now };
  if (known) Object.assign(known, status, { updatedAt: now });
  else tracker.statuses.push(row);
  context.changed();
  return row;
}

async function list(c: GitBucketRequest, context: GitBucketContext): Promise<Response> {
  const opened = openRepository(c, context, 'read');
  if (opened instanceof Response) return opened;
  const sha = await commitOf(context, opened.repository, param(c, 'ref'));
  if (!sha) return notFound(c);
  return c.json(rendered(statusesOf(opened.tracker, sha), context, opened.repository));
}

async function commitOf(
  context: GitBucketContext,
  repository: RepositoryRecord,
  ref: string,
): Promise<string | undefined> {
  return resolveRef(context.gitDir(repository.owner, repository.name), `${ref}^{}`);
}

function statusesOf(tracker: TrackerState, sha: string): StatusState[] {
  return tracker.statuses
    .filter((row) => row.sha === sha)
    .sort((a, b) => b.updatedAt - a.updatedAt || b.id - a.id);
}

function combined(statuses: StatusState[]): StatusValue {
  const states = statuses.map((row) => row.state);
  if (states.some((state) => state === 'error' || state === 'failure')) return 'failure';
  return states.length > 0 && states.every((state) => state === 'success') ? 'success' : 'pending';
}

/** GB-90. */
function rendered(statuses: StatusState[], context: GitBucketContext, repository: RepositoryRecord) {
  const commits = `${context.url()}/api/v3/repos/${repository.owner}/${repository.name}/commits`;
  return statuses.flatMap((status) => {
    const creator = context.anyAccount(status.creator);
    if (!creator) return [];
    return {
      created_at: isoSeconds(status.createdAt),
      updated_at: isoSeconds(status.updatedAt),
      state: status.state,
      ...(status.targetUrl !== null && { target_url: status.targetUrl }),
      ...(status.description !== null && { description: status.description }),
      id: status.id,
      context: status.context,
      creator: context.userJson(creator),
      url: `${commits}/${status.sha}/statuses`,
    };
  });
}
