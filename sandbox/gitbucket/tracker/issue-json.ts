import type { UserJson } from '../api/user-json.ts';
import type { GitBucketContext } from '../context.ts';
import { isoSeconds } from '../dates.ts';
import type { AccountRecord, RepositoryRecord } from '../state.ts';
import { labelJson, type LabelJson } from './label-json.ts';
import { milestoneJson, type MilestoneJson } from './milestone-json.ts';
import type { IssueState, TrackerState } from './state.ts';

/** An issue of the API, fields in the real order (GB-181, GB-184, GB-186). */
export type IssueJson = {
  number: number;
  title: string;
  user: UserJson;
  assignees?: UserJson[];
  labels?: LabelJson[];
  state: 'open' | 'closed';
  created_at: string;
  updated_at: string;
  body: string;
  milestone?: MilestoneJson;
  id?: number;
  assignee?: UserJson;
  comments_url: string;
  html_url: string;
  pull_request?: { url: string; html_url: string };
};

type Parts = {
  context: GitBucketContext;
  repository: RepositoryRecord;
  tracker: TrackerState;
  author: AccountRecord;
};

/** Renders an issue (or a pull request seen as one) for the version that is played. */
export function issueJson(issue: IssueState, { context, repository, tracker, author }: Parts): IssueJson {
  const { minor } = context;
  const assignees = assigneesJson(issue, context);
  const base = context.url();
  const fullName = `${repository.owner}/${repository.name}`;
  const page = `${base}/${fullName}/${issue.pull === null ? 'issues' : 'pull'}/${issue.number}`;
  const milestone = minor >= 37 ? tracker.milestones.find((row) => row.id === issue.milestone) : undefined;
  return {
    number: issue.number,
    title: issue.title,
    user: context.userJson(author),
    ...(minor >= 33 && { assignees }),
    ...(minor >= 23 && { labels: labelsOf(issue, context, repository, tracker) }),
    state: issue.closed ? 'closed' : 'open',
    created_at: isoSeconds(issue.createdAt),
    updated_at: isoSeconds(issue.updatedAt),
    body: issue.body ?? '',
    ...(milestone && { milestone: milestoneJson(milestone, context, repository, tracker) }),
    ...(minor >= 24 && { id: 0 }),
    ...(minor >= 33 && assignees[0] && { assignee: assignees[0] }),
    comments_url: `${base}/api/v3/repos/${fullName}/issues/${issue.number}/comments`,
    html_url: page,
    ...(issue.pull !== null && {
      pull_request: {
        url: `${base}/api/v3/repos/${fullName}/pulls/${issue.number}`,
        html_url: page,
      },
    }),
  };
}

/** Enabled assignees by name; before 4.38 only a single one shows, several do not at all (GB-193). */
export function assigneesJson(issue: IssueState, context: GitBucketContext): UserJson[] {
  const logins = context.minor >= 38 || issue.assignees.length === 1 ? issue.assignees.toSorted() : [];
  return logins.flatMap((login) => {
    const account = context.account(login);
    return account ? [context.userJson(account)] : [];
  });
}

/** The labels of an issue; one that was deleted since is gone here too. */
export function labelsOf(
  issue: IssueState,
  context: GitBucketContext,
  repository: RepositoryRecord,
  tracker: TrackerState,
): LabelJson[] {
  return tracker.labels
    .filter((label) => issue.labels.includes(label.name))
    .map((label) => labelJson(label, context, repository));
}
