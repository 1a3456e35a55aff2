import {
  notFound,
  pageNotFound,
  pageServerError,
  pageUnauthorized,
  serverError,
  unauthorized,
} from '../answers.ts';
import type { GitBucketContext, GitBucketRequest, Viewer } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { emptyTracker, type TrackerState } from './state.ts';

/** What a caller must be allowed to do before a route goes on. */
export type Need = 'read' | 'write' | 'owner';

/** A repository whose door opened for this viewer. */
export type Opened = { repository: RepositoryRecord; tracker: TrackerState; viewer: Viewer };

/** Finds the repository of the path and checks the rights; the answer to give otherwise (GB-31, GB-32). */
export function openRepository(
  c: GitBucketRequest,
  context: GitBucketContext,
  need: Need,
): Opened | Response {
  const repository = context.repository(param(c, 'owner'), param(c, 'repository'));
  if (!repository) return notFound(c);
  if (!context.isIntact(repository)) return serverError(c);
  const viewer = c.get('viewer');
  if (!allowed(context, need, viewer, repository)) return unauthorized(c);
  return { repository, tracker: trackerOf(context, repository), viewer };
}

/** The same for a page: denials are HTML, or a way to the sign-in page. */
export function openPage(c: GitBucketRequest, context: GitBucketContext, need: Need): Opened | Response {
  const repository = context.repository(param(c, 'owner'), param(c, 'repository'));
  if (!repository) return pageNotFound(c, context);
  if (!context.isIntact(repository)) return pageServerError(c, context);
  const viewer = c.get('viewer');
  if (!allowed(context, need, viewer, repository)) return pageUnauthorized(c, context);
  return { repository, tracker: trackerOf(context, repository), viewer };
}

/** Issues, releases and the rest of one repository; made on first use. */
export function trackerOf(
  context: Pick<GitBucketContext, 'state'>,
  repository: { owner: string; name: string },
): TrackerState {
  const key = `${repository.owner}/${repository.name}`;
  return (context.state.tracker[key] ??= emptyTracker());
}

/** A path parameter as text. */
export function param(c: GitBucketRequest, name: string): string {
  return c.req.param(name) ?? '';
}

/** A path parameter as the whole number that Scala would read from it. */
export function intParam(c: GitBucketRequest, name: string): number | undefined {
  return wholeNumber(param(c, name));
}

/** The number of a text of digits within 32 bits, else nothing. */
export function wholeNumber(text: string): number | undefined {
  if (!/^[+-]?\d{1,10}$/.test(text)) return undefined;
  const value = Number.parseInt(text, 10);
  return Math.abs(value) <= 0x7fffffff ? value : undefined;
}

function allowed(
  context: GitBucketContext,
  need: Need,
  viewer: Viewer,
  repository: RepositoryRecord,
): boolean {
  if (need === 'owner') return context.isOwner(viewer, repository);
  if (need === 'write') return context.canWrite(viewer, repository);
  return context.canRead(viewer, repository);
}
