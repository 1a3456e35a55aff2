import type { RepositoryJson } from '../api/repository-json.ts';
import type { UserJson } from '../api/user-json.ts';
import type { GitBucketContext } from '../context.ts';
import { isoSeconds } from '../dates.ts';
import type { AccountRecord, RepositoryRecord } from '../state.ts';
import { assigneesJson, labelsOf } from './issue-json.ts';
import type { LabelJson } from './label-json.ts';
import type { IssueState, PullState, TrackerState } from './state.ts';

type SideJson = { sha: string; ref: string; repo: RepositoryJson; label: string; user: UserJson };

/** A pull request of the API, fields in the real order (GB-200, GB-202). */
export type PullJson = {
  number: number;
  state: 'open' | 'closed';
  updated_at: string;
  created_at: string;
  head: SideJson;
  base: SideJson;
  merged: boolean;
  merged_at?: string;
  merged_by?: UserJson;
  title: string;
  body: string;
  user: UserJson;
  labels: LabelJson[];
  assignees?: UserJson[];
  draft?: boolean;
  id?: number;
  assignee?: UserJson;
  html_url: string;
  url: string;
  commits_url: string;
  review_comments_url: string;
  review_comment_url: string;
  comments_url: string;
  statuses_url: string;
};

type Parts = {
  context: GitBucketContext;
  repository: RepositoryRecord;
  tracker: TrackerState;
  author: AccountRecord;
  /** What is shown as the head's repository: the list always shows the base (GB-200). */
  headRepo: RepositoryJson;
};

export function pullJson(issue: IssueState, pull: PullState, parts: Parts): PullJson {
  const { context, repository, tracker, author, headRepo } = parts;
  const { minor } = context;
  const baseRepo = context.repositoryJson(repository);
  const api = `${context.url()}/api/v3/repos/${repository.owner}/${repository.name}`;
  const assignees = assigneesJson(issue, context);
  return {
    number: issue.number,
    state: issue.closed ? 'closed' : 'open',
    updated_at: isoSeconds(issue.updatedAt),
    created_at: isoSeconds(issue.createdAt),
    head: side(pull.headSha, pull.headBranch, headRepo, repository.owner),
    base: side(pull.baseSha, pull.baseBranch, baseRepo, repository.owner),
    ...mergeFacts(issue, context, tracker),
    title: issue.title,
    body: issue.body ?? '',
    user: context.userJson(author),
    labels: labelsOf(issue, context, repository, tracker),
    ...(minor >= 33 && { assignees }),
    ...(minor >= 34 && { draft: pull.draft }),
    ...(minor >= 24 && { id: 0 }),
    ...(assignees[0] && { assignee: assignees[0] }),
    html_url: `${baseRepo.html_url}/pull/${issue.number}`,
    url: `${api}/pulls/${issue.number}`,
    commits_url: `${api}/pulls/${issue.number}/commits`,
    review_comments_url: `${api}/pulls/${issue.number}/comments`,
    review_comment_url: `${api}/pulls/comments/{number}`,
    comments_url: `${api}/issues/${issue.number}/comments`,
    statuses_url: `${api}/statuses/${pull.headSha}`,
  };
}

/** The label names the owner only when it is not the base's. */
function side(sha: string, ref: string, repo: RepositoryJson, baseOwner: string): SideJson {
  const { owner } = repo;
  const label = owner.login === baseOwner ? ref : `${owner.login}:${ref}`;
  return { sha, ref, repo, label, user: owner };
}

/** Merged means nothing but that a comment with the action `merge` exists. */
function mergeFacts(
  issue: IssueState,
  context: GitBucketContext,
  tracker: TrackerState,
): Pick<PullJson, 'merged' | 'merged_at' | 'merged_by'> {
  const comment = tracker.comments.find((row) => row.issue === issue.number && row.action === 'merge');
  const merger = comment && context.anyAccount(comment.author);
  if (!comment || !merger) return { merged: false };
  return { merged: true, merged_at: isoSeconds(comment.createdAt), merged_by: context.userJson(merger) };
}
