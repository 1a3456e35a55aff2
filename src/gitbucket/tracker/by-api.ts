import type { TrackerComment, TrackerItem, TrackerMilestone } from '../../model/tracker.ts';
import type { RepositoryName } from '../../model/source.ts';
import { isServerTrouble } from '../../failures/index.ts';
import { once } from '../../net/once.ts';
import type { GitBucketApi } from '../client.ts';
import { Comment, Milestone, Pull, type Issue } from '../schema.ts';
import { dueDay } from './due-day.ts';
import type { Gaps } from './gaps.ts';
import type { Heads } from './heads.ts';
import { createLists, numbersIn, type Listed, type Numbered } from './listed.ts';

/** A tracker as a token can read it: lists page by page, then one request per item, and one more per pull request. */

export type ApiTracker = {
  numbers: () => Promise<Numbered[]>;
  items(numbers: readonly number[]): AsyncIterable<TrackerItem>;
  /** Null before 4.35. */
  milestones(): Promise<TrackerMilestone[] | null>;
};

/** Items that are completed at once; the requests share the places of all others. */
const atOnce = 10;

export function createApiTracker(
  api: GitBucketApi,
  repository: RepositoryName,
  { gaps, heads }: { gaps: Gaps; heads: Heads },
): ApiTracker {
  const lists = createLists(api, repository, gaps);
  const milestones = (): Promise<Milestone[] | null> => api.list(repository, 'milestones', Milestone);
  const inMilestones = once(async () => milestonesOfItems(api, repository, (await milestones()) ?? [], gaps));

  async function comments(number: number): Promise<TrackerComment[]> {
    try {
      const found = await api.list(repository, `issues/${number}/comments`, Comment);
      return (found ?? []).map(commentOf).sort((one, other) => one.id - other.id);
    } catch (error) {
      if (!isServerTrouble(error)) throw error;
      gaps.note({ what: 'comments', count: null, of: `#${number}`, detail: error.message });
      return [];
    }
  }

  async function complete(number: number): Promise<TrackerItem | null> {
    const entry = await lists.entry(number);
    if (entry === null) return null;
    const item = {
      ...basics(entry.shown),
      milestone: (await inMilestones()).get(number) ?? null,
      comments: await comments(number),
      ...untold,
    };
    if (entry.kind === 'issue') {
      const milestone = entry.shown.milestone?.title ?? item.milestone;
      return { ...item, milestone, kind: 'issue', state: entry.open ? 'open' : 'closed' };
    }
    return { ...item, ...(await pullOf(entry)) };
  }

  /** What only a pull request has. Who merged it has closed it. */
  async function pullOf({ shown, open }: Listed & { kind: 'pull' }) {
    const { number, head, base } = shown;
    const single = await api.belowOrEmpty(repository, `pulls/${number}`, Pull).catch((error: unknown) => {
      // The head's repository is damaged.
      if (isServerTrouble(error)) return null;
      throw error;
    });
    const merged = shown.merged && !open;
    const mergedAt = merged ? (shown.merged_at ?? null) : null;
    const mergedBy = merged ? (shown.merged_by?.login ?? null) : null;
    return {
      kind: 'pull',
      state: pullState(open, merged),
      draft: shown.draft,
      head: {
        repository: single?.head.repo?.full_name ?? null,
        branch: head.ref,
        commit: await heads.commitOf(number, head.sha),
      },
      base: { branch: base.ref, commit: base.sha || null },
      mergedAt,
      mergedBy,
      closedAt: mergedAt,
      closedBy: mergedBy,
      lineComments: null,
    } as const;
  }

  return {
    numbers: lists.numbers,
    async *items(numbers) {
      if (numbers.length > 0) noteUntold(gaps);
      for (let at = 0; at < numbers.length; at += atOnce) {
        const some = await Promise.all(numbers.slice(at, at + atOnce).map((number) => complete(number)));
        for (const item of some) if (item !== null) yield item;
      }
    },
    async milestones() {
      return (await milestones())?.map(milestoneOf).sort((one, other) => one.id - other.id) ?? null;
    },
  };
}

/** The state of a pull request: merged is one that was closed by that. */
export function pullState(open: boolean, merged: boolean): 'open' | 'closed' | 'merged' {
  if (open) return 'open';
  return merged ? 'merged' : 'closed';
}

const untold = { priority: null, fields: [], events: null, closedAt: null, closedBy: null };

function noteUntold(gaps: Gaps): void {
  const detail = 'only the database of GitBucket tells it, to an administrator who signs in with a password';
  for (const what of ['history', 'line-comments', 'priorities', 'custom-fields'] as const)
    gaps.note({ what, count: null, of: '', detail });
}

function basics(shown: Issue | Pull) {
  return {
    number: shown.number,
    title: shown.title,
    body: shown.body,
    author: shown.user.login,
    createdAt: shown.created_at,
    updatedAt: shown.updated_at,
    labels: shown.labels.map(({ name }) => name).sort(),
    assignees: shown.assignees.map(({ login }) => login).sort(),
  };
}

function commentOf({ id, user, body, created_at, updated_at }: Comment): TrackerComment {
  return { id, author: user.login, body, createdAt: created_at, updatedAt: updated_at };
}

function milestoneOf(shown: Milestone): TrackerMilestone {
  const { number: id, title, description, state, closed_at: closedAt = null, due_on: due } = shown;
  const dueOn = due === undefined ? null : dueDay(due);
  return { id, title, description, closed: state === 'closed', closedAt, dueOn };
}

/**
 * Titles of milestones by the numbers in them. A pull request does not show its own (GB-202), an issue only since 4.37
 * (GB-186); but lists can be asked for one milestone in every version (GB-180).
 */
async function milestonesOfItems(
  api: GitBucketApi,
  repository: RepositoryName,
  milestones: readonly Milestone[],
  gaps: Gaps,
): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  let issuesTell = false;
  for (const { title, open_issues: open, closed_issues: closed } of milestones) {
    if (open + closed === 0) continue;
    if (title === 'none') {
      const detail = 'lists cannot be asked for a milestone of that name: it means no milestone';
      gaps.note({ what: 'milestones', count: null, of: title, detail });
      continue;
    }
    for (const state of ['open', 'closed'] as const) {
      if ((state === 'open' ? open : closed) === 0) continue;
      const condition = `state=${state}&milestone=${encodeURIComponent(title)}`;
      const pulls = await numbersIn(api, repository, 'pull', condition);
      const issues: (Issue | Pull)[] = issuesTell ? [] : await numbersIn(api, repository, 'issue', condition);
      issuesTell ||= issues.some((issue) => 'milestone' in issue);
      for (const { number } of [...pulls, ...issues]) found.set(number, title);
    }
  }
  return found;
}
