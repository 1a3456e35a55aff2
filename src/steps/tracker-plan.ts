import { Failure } from '../failures/failure.ts';
import { isFatal } from '../failures/index.ts';
import { trackerClosed, trackerNotOwner } from '../failures/tracker.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { MemberPlace } from '../model/target-members.ts';
import { plural } from '../text/format.ts';
import { knownTo, remark, type Decision, type Planning } from './step.ts';
import { readTold, undecided } from './told.ts';
import { keyOfItem, trackerRecords, type TrackerData, type TrackerPart } from './tracker-part.ts';
import { owner } from './tracker-replace.ts';
import type { Numbered } from './tracker-sort.ts';

/** What is to be moved, by which door, and whether it is open; null where there is nothing. */
export async function planTracker(planning: Planning<PlannedProject>): Promise<Decision<TrackerPart> | null> {
  const { item, input, source, history } = planning;
  const { tracker: how } = input.config.migrate;
  if (how === 'off' || item.blocked !== null) return null;
  const reader = source.tracker(item.repository);
  const read = await readTold(item.id, async () => {
    const numbers = await reader.numbers();
    return { numbers, furnished: numbers.length === 0 && (await reader.furnished()) };
  });
  const known = knownTo(trackerRecords, history);
  const rest = how === 'rest';
  const nothing: TrackerPart = {
    issues: true,
    furnish: false,
    count: { issues: 0, pulls: 0 },
    rest,
    stay: 0,
    add: 0,
    change: 0,
    closed: null,
    unread: null,
  };
  if ('unread' in read) return undecided({ ...nothing, unread: read.unread }, read.unread);
  const { numbers: all, furnished } = read.told;
  if (all.length === 0)
    return furnished
      ? decision({ ...nothing, issues: false, furnish: known?.furniture === undefined }, item.id)
      : null;
  const numbers = movedBy(how, all, known);
  const pulls = numbers.filter(({ kind }) => kind === 'pull').length;
  const fresh = numbers.filter((each) => isFresh(keyOfItem(each), known));
  const changed = sentBy(how, numbers).filter((each) => isChanged(each, known));
  const part = {
    ...nothing,
    count: { issues: numbers.length - pulls, pulls },
    stay: all.length - numbers.length,
    add: fresh.length,
    change: changed.length,
  };
  const due = fresh.length + changed.length > 0;
  return decision({ ...part, closed: due ? await closedFor(part, planning) : null }, item.id);
}

type How = 'auto' | 'rest' | 'off';

/** Those of which a run takes care: where pull requests stay, of them those that an earlier run has loaded. */
export function movedBy(how: How, numbers: readonly Numbered[], known: TrackerData | null): Numbered[] {
  return numbers.filter(
    (each) => how !== 'rest' || each.kind === 'issue' || known?.items?.[keyOfItem(each)] !== undefined,
  );
}

/** Those that may be sent. */
export function sentBy(how: How, numbers: readonly Numbered[]): Numbered[] {
  return numbers.filter(({ kind }) => how !== 'rest' || kind === 'issue');
}

/** That pull requests stay is somebody's choice: it is told, and fails nothing. */
export function stayNotices({ stay }: TrackerPart, object: string): Notice[] {
  if (stay === 0) return [];
  const what = `${plural(stay, 'pull request')} ${stay === 1 ? 'stays' : 'stay'} on GitBucket`;
  // GL-400.
  const why = 'by REST a merge request keeps neither number, dates nor the merged state';
  return [remark('tracker-pulls-stay', object, `${what}: ${why}`)];
}

function decision(part: TrackerPart, id: string): Decision<TrackerPart> {
  const { count, add, change, furnish, closed } = part;
  const unchanged = count.issues + count.pulls - add - change;
  const counts =
    closed === null ? { create: add, update: change, unchanged } : { refused: add + change, unchanged };
  return {
    part,
    changes: furnish || (closed === null && add + change > 0),
    state: closed === null ? 'proven' : 'refused',
    counts: Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0)),
    notices: [...(closed === null ? [] : [closed]), ...stayNotices(part, id)],
  };
}

/** Why nothing can be sent; null when it can, as far as anybody knows before the run. */
async function closedFor(
  { rest, count }: TrackerPart,
  planning: Planning<PlannedProject>,
): Promise<Notice | null> {
  const { item, target } = planning;
  if (!rest) return (await target.takesArchives()) ? null : trackerClosed(item.id, count).notice;
  const owned = await isOwnerOf(planning);
  return owned === false ? trackerNotOwner(item.id, { issues: count.issues }).notice : null;
}

/**
 * Is the token's user an Owner of the project, or going to be one? Owners of a group are so of its projects, and whoever
 * makes a group owns it. Null where GitLab does not tell.
 */
async function isOwnerOf({ item, input, target }: Planning<PlannedProject>): Promise<boolean | null> {
  const { user } = input.target;
  if (user.admin) return true;
  const placement = input.placements.get(item.repository.owner);
  const { existing, fullPath } = item;
  const place: MemberPlace | null =
    existing === null
      ? groupOf(placement?.namespace ?? null)
      : { kind: 'project', id: existing.id, fullPath };
  if (place === null) return true;
  try {
    const levels = await target.levelsAt(place, 'all');
    return (levels.get(user.id) ?? 0) >= owner;
  } catch (error) {
    if (error instanceof Failure && error.refusal !== null && !isFatal(error)) return null;
    throw error;
  }
}

/** Null of a group that the run makes, and of a personal namespace: both are the user's own. */
function groupOf(namespace: { id: number; fullPath: string; kind: string } | null): MemberPlace | null {
  if (namespace === null || namespace.kind === 'user') return null;
  return { kind: 'group', id: namespace.id, fullPath: namespace.fullPath };
}

/** One whose number somebody else has on the target waits for a decision. */
function isFresh(key: string, known: TrackerData | null): boolean {
  return known?.items?.[key] === undefined && known?.taken?.[key] !== true;
}

function isChanged(each: Numbered, known: TrackerData | null): boolean {
  const loaded = known?.items?.[keyOfItem(each)];
  return loaded !== undefined && loaded.at !== each.updatedAt;
}
