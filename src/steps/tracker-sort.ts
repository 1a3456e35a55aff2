import type { TrackerItem } from '../model/tracker.ts';
import { digestOf } from '../tracker/proof.ts';
import { keyOfItem, type Loaded, type TrackerData } from './tracker-part.ts';
import type { There } from './tracker-there.ts';

export type Numbered = { number: number; kind: TrackerItem['kind']; updatedAt: string };

/** What is to be done with the items of a repository. */
export type Sorted = {
  /** Not there yet. */
  add: number[];
  /** Changed on the source, and as they were loaded on the target: they are removed and loaded again. */
  replace: { key: string; number: number }[];
  /** As they were loaded, by key. */
  settled: Map<string, Loaded>;
  /** What stays as it is on the target, by key, and why. */
  left: Map<string, string>;
  /** Those whose number somebody else's item has. */
  taken: string[];
};

/**
 * Compares the source with what was loaded and what is there. What somebody has changed on the target stays; what a push
 * has marked merged is ours to put right (GL-402).
 */
export function sortItems(
  numbers: readonly Numbered[],
  { items, hidden, marked }: There,
  known: TrackerData | null,
): Sorted {
  const sorted: Sorted = { add: [], replace: [], settled: new Map(), left: new Map(), taken: [] };
  for (const { number, kind, updatedAt } of numbers) {
    const key = keyOfItem({ kind, number });
    const loaded = known?.items?.[key];
    const item = items.get(key);
    const begun = known?.loading?.[key] === true;
    const ours = begun || known?.replacing?.[key] === true;
    if (hidden.has(kind)) {
      // Nobody could tell what has come of it.
      if (loaded?.at === updatedAt && !ours) sorted.settled.set(key, loaded);
      else sorted.left.set(key, `${kind === 'issue' ? 'issues' : 'merge requests'} are switched off there`);
    } else if (item === undefined) {
      if (loaded === undefined || ours) sorted.add.push(number);
      else sorted.left.set(key, 'it was removed on GitLab');
    } else if (loaded === undefined || (begun && digestOf(item) !== loaded.seen)) {
      // It was being sent, perhaps in place of an earlier one: it is read again, and what is there of it is left out.
      if (ours) sorted.add.push(number);
      else leave({ number, kind }, sorted);
    } else {
      const changed = loaded.at !== updatedAt;
      const touched = digestOf(item) !== loaded.seen;
      if (marked.has(key) || (changed && !touched)) sorted.replace.push({ key, number });
      else if (changed) sorted.left.set(key, 'it was changed on GitBucket and on GitLab');
      else sorted.settled.set(key, loaded);
    }
  }
  return sorted;
}

/** Somebody else's item has the number. */
export function leave(item: Pick<Numbered, 'number' | 'kind'>, { left, taken }: Sorted): void {
  const key = keyOfItem(item);
  left.set(key, 'GitLab has an item of that number that gb2gl did not load');
  taken.push(key);
}
