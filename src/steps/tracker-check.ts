import type { Notice } from '../model/notice.ts';
import type { TargetItem } from '../model/target-tracker.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import { digestOf, hashOfAll } from '../tracker/proof.ts';
import { movedBy } from './tracker-plan.ts';
import type { Numbered } from './tracker-sort.ts';
import { itemsThere, type There } from './tracker-there.ts';
import { keyOfItem, nameOfKey, placeOfProject, type Loaded, type TrackerData } from './tracker-part.ts';
import { remark, type Work } from './step.ts';

export type Checking = Work<TrackerData, PlannedProject>;

/**
 * Compares every issue and pull request of the source with what GitLab shows: number, state, dates, title, text, labels,
 * milestone and how many comments it has. What was sent of it is in the journal; one that was changed on the source since
 * has yet to be moved.
 */
export async function checkLoaded(work: Checking): Promise<Check> {
  const { item, context } = work;
  const place = placeOfProject(work);
  if (place === null) return { state: 'failed', compared: 0, hash: null, differences: [] };
  const reader = context.source.tracker(item.repository);
  const data = work.known();
  const numbers = movedBy(context.config.migrate.tracker, await reader.numbers(), data);
  const there = await itemsThere(place, work);
  const sides = { source: new Map<string, string>(), target: new Map<string, string>() };
  const differences: Notice[] = [];
  let worst: Check['state'] = 'proven';
  const say = (code: string, key: string, why: string, fix: string): void => {
    differences.push({ code, object: item.id, message: `${nameOfKey(key)}: ${why}`, fix });
    worst = 'failed';
  };
  for (const each of numbers) {
    const key = keyOfItem(each);
    const loaded = data?.items?.[key];
    const found = there.items.get(key);
    if (isUnseen(each, there)) {
      if (loaded?.at === each.updatedAt) differences.push(unseen(item.id, key));
      else say(...hiddenAway(each.kind, key));
      continue;
    }
    const taking = isTaking(key, data);
    const verdict = verdictOf(each.updatedAt, { loaded, found, taking, marked: there.marked.has(key) });
    if (data?.bare?.[key] === true && found !== undefined) say(...withoutDiff(key));
    if (verdict === 'equal' && loaded !== undefined && found !== undefined) {
      sides.source.set(key, loaded.sent);
      sides.target.set(key, digestOf(found));
    } else if (verdict === 'touched' || verdict === 'removed')
      differences.push(kept(item.id, key, verdict === 'removed' ? 'removed' : 'changed'));
    else say(...told(verdict, key, data));
  }
  const hash = { source: hashOfAll(sides.source), target: hashOfAll(sides.target) };
  const contents = contentsOf(sides.target.keys(), there);
  return { state: worst, compared: sides.source.size, hash, contents, differences };
}

type Verdict =
  | 'equal'
  | 'touched'
  | 'removed'
  | 'both'
  | 'missing'
  | 'damaged'
  | 'taken'
  | 'changed'
  | 'marked';

function verdictOf(
  updatedAt: string,
  {
    loaded,
    found,
    taking,
    marked,
  }: { loaded: Loaded | undefined; found: TargetItem | undefined; taking: boolean; marked: boolean },
): Verdict {
  if (found === undefined) return loaded === undefined || taking ? 'missing' : 'removed';
  if (loaded === undefined) return 'taken';
  if (marked) return 'marked';
  const now = digestOf(found);
  const changed = loaded.at !== updatedAt;
  if (now !== loaded.seen) return changed ? 'both' : 'touched';
  if (now !== loaded.sent) return 'damaged';
  return changed ? 'changed' : 'equal';
}

export const again = 'run gb2gl migrate again to move it';

/** Has a run taken it away itself to bring it again, and not come to that? */
export function isTaking(key: string, data: TrackerData | null): boolean {
  return data?.replacing?.[key] === true;
}

function told(verdict: Verdict, key: string, data: TrackerData | null): [string, string, string, string] {
  const why = data?.left?.[key];
  if (verdict === 'missing') return ['tracker-missing', key, why ?? 'it is not on GitLab', again];
  if (verdict === 'taken')
    return [
      'tracker-taken',
      key,
      'GitLab has another item of that number',
      'decide manually which of the two is to have it',
    ];
  if (verdict === 'damaged')
    return [
      'tracker-damaged',
      key,
      'GitLab did not take it as it was sent',
      'compare it on both servers, and correct it on GitLab',
    ];
  if (verdict === 'both')
    return [
      'tracker-diverged',
      key,
      'it was changed on GitBucket and on GitLab since it was moved',
      'bring what is new on GitBucket to GitLab by hand',
    ];
  const because = why === undefined ? '' : `, and ${why}`;
  const fix = why === undefined ? again : 'run gb2gl migrate again with the token of an Owner';
  if (verdict === 'marked')
    return ['tracker-marked', key, `GitLab took it for merged when its commits were pushed${because}`, fix];
  return ['tracker-changed', key, `it was changed on GitBucket since it was moved${because}`, fix];
}

export function isUnseen({ kind }: Pick<Numbered, 'kind'>, { hidden }: There): boolean {
  return hidden.has(kind);
}

export function unseen(object: string, key: string): Notice {
  const message = `${nameOfKey(key)} was as it was sent when it was loaded; GitLab shows it to nobody now, for its kind is switched off in the project`;
  return remark('tracker-unseen', object, message);
}

export function hiddenAway(kind: Numbered['kind'], key: string): [string, string, string, string] {
  const what = kind === 'issue' ? 'issues' : 'merge requests';
  return [
    'tracker-hidden',
    key,
    `${what} are switched off in the project, so nobody could see what GitLab loads`,
    `switch ${what} on in the project (Settings > General > Visibility, project features, permissions), then run again`,
  ];
}

function withoutDiff(key: string): [string, string, string, string] {
  return [
    'tracker-no-diff',
    key,
    'GitLab shows no changes in it, though its commits are there',
    'look at its changes on GitBucket: the rest of it has arrived',
  ];
}

export function kept(object: string, key: string, how: string): Notice {
  return remark(
    'tracker-kept',
    object,
    `${nameOfKey(key)} was ${how} on GitLab since it was moved, which is kept`,
  );
}

/** What reports tell of those that were compared. */
export function contentsOf(keys: Iterable<string>, { items }: There): Check['contents'] & {} {
  const contents = { issues: 0, requests: 0, comments: 0 };
  for (const key of keys) {
    contents[key.startsWith('m') ? 'requests' : 'issues'] += 1;
    contents.comments += items.get(key)?.comments ?? 0;
  }
  return contents;
}
