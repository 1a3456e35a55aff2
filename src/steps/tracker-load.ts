import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TargetItem } from '../model/target-tracker.ts';
import type { TrackerItem, TrackerReader } from '../model/tracker.ts';
import { writeArchives, type Archive } from '../tracker/archive/archive.ts';
import { lineOf, type MadeLine } from '../tracker/archive/lines.ts';
import type { Problems } from '../tracker/archive/problems.ts';
import { expectedOf } from '../tracker/expected.ts';
import { digestOf } from '../tracker/proof.ts';
import type { Place } from './step.ts';
import type { BranchMaker } from './tracker-branches.ts';
import { load } from './tracker-gate.ts';
import { withoutGuests } from './tracker-guests.ts';
import type { Workshop } from './tracker-making.ts';
import { keyOfItem, loadedAs, type Loaded, type TrackerWork } from './tracker-part.ts';

type Kind = TrackerItem['kind'];
/** What must be there, by keys of items. `diff`: it has commits to show. */
type Expected = Map<string, { at: string; number: number; sent: string; comments: number; diff: boolean }>;

/** Numbers of what has not arrived, and of what GitLab shows by half: comments or a diff are not there. */
export type Arrived = { missing: Set<number>; half: Set<number> };

export type Sending = {
  reader: TrackerReader;
  workshop: Workshop;
  place: Place;
  work: TrackerWork;
  problems: Problems;
};
type Loading = Sending & { branches: BranchMaker };

/**
 * Reads items of one kind, packs them, has them loaded and looks at what has arrived: `finished` means nothing (GL-423).
 * Gives the numbers of what has not, or not whole.
 */
export async function loadItems(kind: Kind, numbers: readonly number[], loading: Loading): Promise<Arrived> {
  const arrived: Arrived = { missing: new Set(), half: new Set() };
  if (numbers.length === 0) return arrived;
  const expected: Expected = new Map();
  const directory = join(loading.work.journal.directory, 'tracker', String(loading.place.id));
  try {
    const lines = linesOf(numbers, expected, loading);
    const { members } = loading.workshop;
    for await (const archive of writeArchives(lines, { directory, members })) {
      const inside = archive.items.map(({ number }) => number);
      const keys = inside.map((number) => keyOfItem({ kind, number }));
      await loading.branches.push(inside, loading.workshop.heads);
      await sendArchive(archive, keys, loading);
      const there = await readBack(kind, archive, loading);
      await settle(keys, { expected, there, arrived }, loading);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return arrived;
}

async function* linesOf(
  numbers: readonly number[],
  expected: Expected,
  { reader, workshop, problems, work, branches }: Loading,
): AsyncGenerator<MadeLine> {
  let done = 0;
  for await (const item of reader.items(numbers)) {
    done += 1;
    tellProgress(item.kind, { done, all: numbers.length }, work);
    if (item.kind === 'pull') branches.note(item);
    const making = await workshop.prepare(item);
    const line = lineOf(item, making, problems);
    if (line === null) continue;
    const facts = expectedOf(line.text);
    const { number, comments } = facts;
    const sent = { at: item.updatedAt, number, sent: digestOf(facts), comments };
    expected.set(keyOfItem(item), { ...sent, diff: hasCommits(item, workshop) });
    yield line;
  }
}

export function tellProgress(
  kind: Kind,
  { done, all }: { done: number; all: number },
  { item, context }: TrackerWork,
): void {
  context.emit({
    type: 'item-progress',
    id: item.id,
    stage: `${kind === 'pull' ? 'pull requests' : 'issues'}: ${done} of ${all}`,
    percent: Math.floor((100 * done) / all),
    bytes: 0,
  });
}

/** Has the request commits that GitLab must show? */
function hasCommits(item: TrackerItem, { heads }: Workshop): boolean {
  if (item.kind === 'issue') return false;
  const head = heads.get(item.number);
  return head !== undefined && item.base.commit !== null && head !== item.base.commit;
}

async function sendArchive(
  archive: Archive,
  keys: readonly string[],
  { place, work, workshop }: Sending,
): Promise<void> {
  const bytes = await readFile(archive.file);
  await rm(archive.file, { force: true });
  await work.record('started', {
    data: { loading: Object.fromEntries(keys.map((key) => [key, true as const])) },
  });
  const accounts = archive.people.flatMap((number) => workshop.accountOf(number) ?? []);
  await withoutGuests(accounts, place, work, () => load(archive.relation, bytes, place, work));
}

/** Only what was sent: the whole project would be listed again for each archive. */
async function readBack(
  kind: Kind,
  { items }: Archive,
  { place, work }: Sending,
): Promise<ReadonlyMap<number, TargetItem>> {
  const numbers = items.map(({ number }) => number);
  const found = await work.context.target.itemsOf(place, kind, numbers);
  return new Map(found.map((item) => [item.number, item]));
}

async function settle(
  keys: readonly string[],
  {
    expected,
    there,
    arrived,
  }: { expected: Expected; there: ReadonlyMap<number, TargetItem>; arrived: Arrived },
  { work, place }: Sending,
): Promise<void> {
  const items: Record<string, Loaded> = {};
  const bare: Record<string, true | null> = {};
  const over: Record<string, null> = {};
  for (const key of keys) {
    const sent = expected.get(key);
    const found = sent === undefined ? undefined : there.get(sent.number);
    if (sent === undefined || found === undefined) {
      arrived.missing.add(Number(key.slice(1)));
      continue;
    }
    over[key] = null;
    const shown = !sent.diff || (await work.context.target.hasDiff(place, sent.number)) === true;
    bare[key] = shown ? null : true;
    if (!shown || found.comments < sent.comments) arrived.half.add(sent.number);
    expected.delete(key);
    items[key] = loadedAs(found, sent);
  }
  const data = { items, loading: over, replacing: over, left: over, taken: over, bare };
  await work.record('done', { data });
}
