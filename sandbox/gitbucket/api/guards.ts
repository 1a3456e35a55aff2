import { notFound, serverError, unauthorized } from '../answers.ts';
import type { GitBucketContext, GitBucketRequest } from '../context.ts';
import type { AccountRecord, RepositoryRecord } from '../state.ts';

/** A handler for one repository, after the checks that every repository route shares. */
export type RepositoryHandler = (
  c: GitBucketRequest,
  repository: RepositoryRecord,
) => Response | Promise<Response>;

/** Opens the repository before it asks who may read it, as GitBucket does: a damaged one is 500 for everybody. */
export function readers(context: GitBucketContext, handler: RepositoryHandler) {
  return (c: GitBucketRequest) =>
    guarded(c, context, (repository) => context.canRead(c.get('viewer'), repository), handler);
}

export function writers(context: GitBucketContext, handler: RepositoryHandler) {
  return (c: GitBucketRequest) =>
    guarded(c, context, (repository) => context.canWrite(c.get('viewer'), repository), handler);
}

export function owners(context: GitBucketContext, handler: RepositoryHandler) {
  return (c: GitBucketRequest) =>
    guarded(c, context, (repository) => context.isOwner(c.get('viewer'), repository), handler);
}

/** Any signed-in account. */
export function users(handler: (c: GitBucketRequest, viewer: AccountRecord) => Response | Promise<Response>) {
  return (c: GitBucketRequest): Response | Promise<Response> => {
    const viewer = c.get('viewer');
    return viewer ? handler(c, viewer) : unauthorized(c);
  };
}

/** Site administrators. */
export function admins(
  handler: (c: GitBucketRequest, viewer: AccountRecord) => Response | Promise<Response>,
) {
  return users((c, viewer) => (viewer.admin ? handler(c, viewer) : unauthorized(c)));
}

async function guarded(
  c: GitBucketRequest,
  context: GitBucketContext,
  allowed: (repository: RepositoryRecord) => boolean,
  handler: RepositoryHandler,
): Promise<Response> {
  const repository = context.repository(c.req.param('owner') ?? '', c.req.param('repository') ?? '');
  if (!repository) return notFound(c);
  await context.open(1);
  if (!context.isIntact(repository)) return serverError(c);
  return allowed(repository) ? handler(c, repository) : unauthorized(c);
}
