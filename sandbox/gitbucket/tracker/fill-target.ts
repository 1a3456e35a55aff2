import type { GitBucketContext } from '../context.ts';
import type { RepositoryRecord } from '../state.ts';
import { insertComment } from './insert.ts';
import { trackerOf } from './opened.ts';
import type { IssueState, TrackerState } from './state.ts';

/** A repository in the form `owner/name`. */
export type FullName = string;

/** The repository and its tracker, whether its owner is enabled or not. */
export function known(
  context: GitBucketContext,
  fullName: FullName,
): { repository: RepositoryRecord; tracker: TrackerState } {
  const repository = context.state.repositories.find((row) => `${row.owner}/${row.name}` === fullName);
  if (!repository) throw new Error(`no repository ${fullName}`);
  return { repository, tracker: trackerOf(context, repository) };
}

/** Closes without a text: only the event is stored. */
export function closeIssue(
  context: GitBucketContext,
  tracker: TrackerState,
  issue: IssueState,
  author: string,
  at = issue.updatedAt,
): void {
  issue.closed = true;
  insertComment(context, tracker, { issue, author, body: 'Close', action: 'close', at });
}
