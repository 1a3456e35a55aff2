import type { GitBucketContext } from '../context.ts';
import { isoSeconds } from '../dates.ts';
import type { RepositoryRecord } from '../state.ts';
import type { MilestoneState, TrackerState } from './state.ts';

/** A milestone of the API (GB-191); the number is the database's and counts over the whole server. */
export type MilestoneJson = {
  url: string;
  html_url: string;
  id: number;
  number: number;
  state: 'open' | 'closed';
  title: string;
  description: string;
  open_issues: number;
  closed_issues: number;
  closed_at?: string;
  due_on?: string;
};

export function milestoneJson(
  milestone: MilestoneState,
  context: GitBucketContext,
  repository: RepositoryRecord,
  tracker: TrackerState,
): MilestoneJson {
  const { id, closedAt, dueAt } = milestone;
  const fullName = `${repository.owner}/${repository.name}`;
  const issues = tracker.issues.filter((issue) => issue.milestone === id);
  return {
    url: `${context.url()}/api/v3/repos/${fullName}/milestones/${id}`,
    html_url: `${context.url()}/${fullName}/milestone/${id}`,
    id,
    number: id,
    state: closedAt === null ? 'open' : 'closed',
    title: milestone.title,
    description: milestone.description ?? '',
    open_issues: issues.filter((issue) => !issue.closed).length,
    closed_issues: issues.filter((issue) => issue.closed).length,
    ...(closedAt !== null && { closed_at: isoSeconds(closedAt) }),
    ...(dueAt !== null && { due_on: isoSeconds(dueAt) }),
  };
}
