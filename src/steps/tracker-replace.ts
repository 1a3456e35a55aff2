import { Failure } from '../failures/failure.ts';
import type { TrackerReader } from '../model/tracker.ts';
import { lineOf } from '../tracker/archive/lines.ts';
import { createProblems } from '../tracker/archive/problems.ts';
import type { Place } from './step.ts';
import { memberPlace } from './tracker-guests.ts';
import type { Workshop } from './tracker-making.ts';
import type { TrackerWork } from './tracker-part.ts';

/** The role that numbers, dates and removals want (GL-383, GL-398). */
export const owner = 50;
const onlyOwners = 'only an Owner of the project can have it loaded again';

/**
 * Those that can be sent as they are on the source now: what could not come back must not go. The others stay, with the
 * reason in `left`.
 */
export async function resendable<T extends { key: string; number: number }>(
  items: readonly T[],
  left: Map<string, string>,
  { reader, workshop }: { reader: TrackerReader; workshop: () => Promise<Workshop> },
): Promise<T[]> {
  if (items.length === 0) return [];
  const opened = await workshop();
  const fine = new Set<number>();
  for await (const item of reader.items(items.map(({ number }) => number)))
    if (lineOf(item, await opened.prepare(item), createProblems()) !== null) fine.add(item.number);
  for (const { key, number } of items)
    if (!fine.has(number)) left.set(key, 'what GitBucket has of it now cannot be read, or sent');
  return items.filter(({ number }) => fine.has(number));
}

/**
 * Removes items of ours that are to be loaded again: a number that is there is skipped by GitLab (GL-424). Only an Owner may;
 * for anybody else they stay, with the reason in `left`. Gives the numbers of those that are gone.
 */
export async function removeItems(
  items: readonly { key: string; number: number }[],
  left: Map<string, string>,
  place: Place,
  work: TrackerWork,
): Promise<number[]> {
  const removed: number[] = [];
  if (items.length === 0) return removed;
  const owned = await isOwner(place, work);
  for (const { key, number } of items) {
    if (owned && (await remove(key, number, place, work))) removed.push(number);
    else left.set(key, onlyOwners);
  }
  return removed;
}

async function remove(key: string, number: number, place: Place, work: TrackerWork): Promise<boolean> {
  await work.record('started', { data: { replacing: { [key]: true } } });
  try {
    await work.context.target.removeItem(place, key.startsWith('m') ? 'pull' : 'issue', number);
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || error.refusal?.kind !== 'forbidden') throw error;
    await work.record('done', { data: { replacing: { [key]: null } } });
    return false;
  }
}

export async function isOwner(place: Place, { context }: TrackerWork): Promise<boolean> {
  const { user } = context.identity;
  if (user.admin) return true;
  const levels = await context.target.levelsAt(memberPlace(place), 'all');
  return (levels.get(user.id) ?? 0) >= owner;
}
