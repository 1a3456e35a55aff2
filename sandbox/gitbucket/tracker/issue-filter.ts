import type { GitBucketRequest } from '../context.ts';
import { wholeNumber } from './opened.ts';
import type { IssueState, TrackerState } from './state.ts';

/** Issues and pull requests come in pages of this size, whatever is asked (GB-181). */
const PAGE_SIZE = 25;

/** Priorities from the most urgent down, as every new repository has them. */
export const PRIORITIES = ['highest', 'very high', 'high', 'important', 'default'] as const;

type Condition = {
  state: string;
  sort: string;
  direction: string;
  labels: string[];
  milestone: string | undefined;
  author: string | undefined;
  assigned: string | undefined;
  mentioned: string | undefined;
};

/** One page of the numbers of one kind that match the query parameters, in the order in which GitBucket lists them. */
export function searchIssues(
  c: GitBucketRequest,
  tracker: TrackerState,
  kind: 'issue' | 'pull',
  minor: number,
): IssueState[] {
  const condition = conditionOf(c, minor);
  const found = tracker.issues
    .filter((issue) => (issue.pull !== null) === (kind === 'pull'))
    .filter((issue) => matches(issue, condition, tracker, minor))
    .sort(order(condition, tracker));
  const asked = wholeNumber(c.req.query('page') ?? '') ?? 1;
  const offset = (Math.max(asked, 1) - 1) * PAGE_SIZE;
  const page = found.slice(offset, offset + PAGE_SIZE);
  return minor >= 38 ? shuffled(page) : page;
}

/** Unknown values fall back to the default; `all` is unknown before 4.37 (GB-182). */
function conditionOf(c: GitBucketRequest, minor: number): Condition {
  const states = minor >= 37 ? ['open', 'closed', 'all'] : ['open', 'closed'];
  return {
    state: oneOf(c.req.query('state'), states) ?? 'open',
    sort: oneOf(c.req.query('sort'), ['created', 'comments', 'updated', 'priority']) ?? 'created',
    direction: oneOf(c.req.query('direction'), ['asc', 'desc']) ?? 'desc',
    labels: given(c, 'labels')?.split(',') ?? [],
    milestone: given(c, 'milestone'),
    author: given(c, 'author'),
    assigned: given(c, 'assigned'),
    mentioned: given(c, 'mentioned'),
  };
}

function given(c: GitBucketRequest, name: string): string | undefined {
  return c.req.query(name) || undefined;
}

function oneOf(value: string | undefined, known: string[]): string | undefined {
  return value !== undefined && known.includes(value) ? value : undefined;
}

function matches(issue: IssueState, condition: Condition, tracker: TrackerState, minor: number): boolean {
  const { state, labels, milestone, author, assigned, mentioned } = condition;
  if (state !== 'all' && issue.closed !== (state === 'closed')) return false;
  if (labels.length > 0 && !issue.labels.some((label) => labels.includes(label))) return false;
  if (milestone !== undefined && !hasMilestone(issue, milestone, tracker)) return false;
  if (author !== undefined && issue.author !== author) return false;
  if (assigned !== undefined && !isAssigned(issue, assigned, minor)) return false;
  return mentioned === undefined || isMentioned(issue, mentioned, tracker);
}

function hasMilestone(issue: IssueState, wanted: string, tracker: TrackerState): boolean {
  if (wanted === 'none') return issue.milestone === null;
  return tracker.milestones.some((row) => row.id === issue.milestone && row.title === wanted);
}

/** `none` lost its meaning when issues got several assignees. */
function isAssigned(issue: IssueState, wanted: string, minor: number): boolean {
  if (wanted === 'none') return minor >= 38 || issue.assignees.length === 0;
  return issue.assignees.includes(wanted);
}

/** Opened by, assigned to or commented by that user; the text is not looked at. */
function isMentioned(issue: IssueState, login: string, tracker: TrackerState): boolean {
  if (issue.author === login || issue.assignees.includes(login)) return true;
  return tracker.comments.some((row) => row.issue === issue.number && row.author === login);
}

function order(condition: Condition, tracker: TrackerState): (a: IssueState, b: IssueState) => number {
  const sign = condition.direction === 'asc' ? 1 : -1;
  const key = sortKey(condition.sort, tracker);
  return (a, b) => sign * (key(a) - key(b)) || b.number - a.number;
}

function sortKey(sort: string, tracker: TrackerState): (issue: IssueState) => number {
  if (sort === 'updated') return (issue) => issue.updatedAt;
  if (sort === 'priority') return priorityOrder;
  if (sort === 'comments') {
    return (issue) => tracker.comments.filter((row) => row.issue === issue.number).length;
  }
  return (issue) => issue.createdAt;
}

function priorityOrder(issue: IssueState): number {
  return PRIORITIES.findIndex((name) => name === issue.priority);
}

/** Since 4.38 a page goes through a hash map: the members stay, their order is lost; up to four entries keep it. */
function shuffled(page: IssueState[]): IssueState[] {
  if (page.length <= 4) return page;
  return page.toSorted((a, b) => scattered(a.number) - scattered(b.number));
}

function scattered(number: number): number {
  return Math.imul(number, 0x9e3779b1) >>> 0;
}
