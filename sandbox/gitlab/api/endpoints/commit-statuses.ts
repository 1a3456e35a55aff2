import { DEVELOPER } from '../../access.ts';
import { extrasOf, type CommitStatus } from '../../extras.ts';
import { readCommits } from '../../git-objects.ts';
import { nextId } from '../../tracker/items.ts';
import { created, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { userById } from '../entities/tracker.ts';
import { notFound } from '../errors.ts';
import { findRepository, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf } from '../params.ts';

const STATES = ['pending', 'running', 'success', 'failed', 'canceled', 'skipped'];

/** What other systems say of a commit; again and again (GL-462). */
export const commitStatusEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/repository/commits/:sha/statuses',
    access: 'anonymous',
    declares: { fields: PAGING },
    run: list,
  },
  {
    method: 'POST',
    path: '/projects/:id/statuses/:sha',
    access: 'user',
    declares: {
      fields: {
        state: { type: 'string', required: true, values: STATES },
        name: { type: 'string' },
        context: { type: 'string' },
        target_url: { type: 'string' },
        description: { type: 'string' },
        ref: { type: 'string' },
      },
    },
    run: create,
  },
];

async function commitOf(call: Call): Promise<string> {
  const [commit] = await readCommits(findRepository(call).gitDir, [call.route['sha'] ?? '', '-1']);
  if (!commit) throw notFound('Commit');
  return commit.id;
}

async function list(call: Call): Promise<Reply> {
  const { project } = findRepository(call);
  const sha = await commitOf(call);
  const found = extrasOf(project).statuses.filter((status) => status.sha === sha);
  return page(call, found, (status) => entity(call, status));
}

async function create(call: UserCall): Promise<Reply> {
  const { context, params, actor } = call;
  const { project } = findRepository(call);
  requireLevel(call, project, DEVELOPER);
  const status: CommitStatus = {
    id: nextId(context),
    sha: await commitOf(call),
    name: textOf(params, 'name') ?? textOf(params, 'context') ?? 'default',
    state: textOf(params, 'state') ?? '',
    targetUrl: textOf(params, 'target_url') ?? null,
    description: textOf(params, 'description') ?? null,
    userId: actor.user.id,
    createdAt: new Date().toISOString(),
  };
  extrasOf(project).statuses.push(status);
  context.changed();
  return created(entity(call, status));
}

function entity(call: Call, status: CommitStatus): Record<string, unknown> {
  return {
    id: status.id,
    sha: status.sha,
    ref: textOf(call.params, 'ref') ?? findRepository(call).defaultBranch,
    status: status.state,
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: status.createdAt,
    started_at: null,
    finished_at: status.createdAt,
    allow_failure: false,
    coverage: null,
    pipeline_id: status.id,
    author: userById(call.context, status.userId),
  };
}
