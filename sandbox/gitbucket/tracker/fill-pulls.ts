import type { GitBucketContext } from '../context.ts';
import { closeIssue, known, type FullName } from './fill-target.ts';
import { insertComment } from './insert.ts';
import { createPull } from './pull-create.ts';
import type { CommitCommentState, IssueState } from './state.ts';

export type FilledPull = {
  title: string;
  author: string;
  body?: string;
  /** Branch of the repository itself. */
  base: string;
  /** Where the proposed branch lies; owner and name of the repository itself when absent. */
  head: { owner?: string; name?: string; branch: string };
  draft?: boolean;
  state?: 'open' | 'closed' | 'merged';
  /** Who closed or merged it; the author when absent. */
  endedBy?: string;
  endedAt?: number;
  /** What the merger wrote. */
  mergeMessage?: string;
  priority?: string;
  labels?: string[];
  assignees?: string[];
  milestone?: number;
  createdAt?: number;
};

/** Makes a pull request of branches that exist, `refs/pull/N/head` included; merging itself is left to git. */
export async function addPull(
  context: GitBucketContext,
  fullName: FullName,
  pull: FilledPull,
): Promise<IssueState> {
  const { repository, tracker } = known(context, fullName);
  const row = await createPull(context, repository, tracker, {
    title: pull.title,
    body: pull.body ?? null,
    author: pull.author,
    base: pull.base,
    head: {
      owner: pull.head.owner ?? repository.owner,
      name: pull.head.name ?? repository.name,
      branch: pull.head.branch,
    },
    draft: pull.draft ?? false,
    ...(pull.createdAt !== undefined && { createdAt: pull.createdAt }),
  });
  if (!row) throw new Error(`${fullName}: no common history of ${pull.base} and ${pull.head.branch}`);
  row.labels = pull.labels ?? [];
  row.assignees = pull.assignees ?? [];
  row.milestone = pull.milestone ?? null;
  const endedBy = pull.endedBy ?? pull.author;
  row.priority = pull.priority ?? null;
  if (pull.state === 'merged') {
    insertComment(context, tracker, {
      issue: row,
      author: endedBy,
      body: pull.mergeMessage ?? 'Merged.',
      action: 'merge',
      ...(pull.endedAt !== undefined && { at: pull.endedAt }),
    });
  }
  if (pull.state === 'merged' || pull.state === 'closed')
    closeIssue(context, tracker, row, endedBy, pull.endedAt);
  return row;
}

/** A remark on a commit or a line, as the web pages make it. */
export function addCommitComment(
  context: GitBucketContext,
  fullName: FullName,
  {
    at,
    ...remark
  }: { sha: string; author: string; body: string; at?: number } & Partial<
    Pick<CommitCommentState, 'issue' | 'file' | 'oldLine' | 'newLine' | 'original'>
  >,
): CommitCommentState {
  const { tracker } = known(context, fullName);
  const now = at ?? context.now();
  const row: CommitCommentState = {
    id: context.nextId('commit-comment'),
    issue: null,
    file: null,
    oldLine: null,
    newLine: null,
    ...remark,
    createdAt: now,
    updatedAt: now,
  };
  tracker.commitComments.push(row);
  context.changed();
  return row;
}
