import { createProblems } from '../tracker/archive/problems.ts';
import { digestOf } from '../tracker/proof.ts';
import { openFacts } from './tracker-compare.ts';
import { keyOfItem, loadedAs, type Loaded, type TrackerWork } from './tracker-part.ts';
import type { Numbered, Sorted } from './tracker-sort.ts';
import type { There } from './tracker-there.ts';

/**
 * Takes for moved what GitLab has under its number exactly as it would be sent: a journal that was lost costs time, and
 * nothing else. What differs stays somebody else's.
 */
export async function adoptEqual(
  sorted: Sorted,
  numbers: readonly Numbered[],
  { items: there }: There,
  work: TrackerWork,
): Promise<void> {
  const taken = new Set(sorted.taken);
  const due = numbers.filter((each) => taken.has(keyOfItem(each))).map(({ number }) => number);
  if (due.length === 0) return;
  const made = openFacts(numbers, work, createProblems(), true);
  const items: Record<string, Loaded> = {};
  for await (const item of work.context.source.tracker(work.item.repository).items(due)) {
    const key = keyOfItem(item);
    const found = there.get(key);
    const facts = await made(item, found);
    if (found === undefined || facts === null) continue;
    const loaded = loadedAs(found, { at: item.updatedAt, sent: digestOf(facts) });
    if (loaded.sent === loaded.seen) items[key] = loaded;
  }
  const adopted = Object.entries(items);
  if (adopted.length === 0) return;
  for (const [key, loaded] of adopted) {
    sorted.left.delete(key);
    sorted.settled.set(key, loaded);
  }
  sorted.taken = sorted.taken.filter((key) => items[key] === undefined);
  const over = Object.fromEntries(adopted.map(([key]) => [key, null]));
  await work.record('done', { data: { items, taken: over, left: over } });
}
