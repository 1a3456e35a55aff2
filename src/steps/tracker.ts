import { isFatal, asFailure } from '../failures/index.ts';
import { projectMissing } from '../failures/target.ts';
import { trackerClosed } from '../failures/tracker.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { TrackerReader } from '../model/tracker.ts';
import { createProblems, type Problems } from '../tracker/archive/problems.ts';
import { checkLoaded, compareTrackers } from './tracker-check.ts';
import { furnish } from './tracker-furniture.ts';
import { untilIdle } from './tracker-gate.ts';
import { sendGuestsAway } from './tracker-guests.ts';
import { removeHeads, sendHeads } from './tracker-heads.ts';
import { loadItems } from './tracker-load.ts';
import { uploadFiles } from './attachments.ts';
import { diffsOf } from './tracker-diffs.ts';
import { openWorkshop } from './tracker-making.ts';
import { removeItems } from './tracker-replace.ts';
import { itemsThere } from './tracker-there.ts';
import {
  keyOfItem,
  nameOfKey,
  TrackerPart,
  trackerRecords,
  trackerTitle,
  type TrackerData,
  type TrackerWork,
} from './tracker-part.ts';
import { sortItems, type Numbered, type Sorted } from './tracker-sort.ts';
import { untilPushed } from './quiet.ts';
import { undecided, unproven } from './told.ts';
import { knownTo, remark, type Decision, type Outcome, type Place, type Step } from './step.ts';

/**
 * Has GitLab load issues and pull requests with their numbers, dates, states and comments, once everything is pushed. What
 * somebody changed on GitLab stays; what changed on GitBucket alone is loaded again.
 */
export const tracker: Step<TrackerPart, TrackerData, PlannedProject> = {
  ...trackerRecords,
  title: trackerTitle,
  of: 'project',
  stage: 'tracker',
  part: TrackerPart,
  async plan({ item, input, source, target, history }) {
    if (input.config.migrate.tracker === 'off' || item.blocked !== null) return null;
    const nothing = {
      issues: true as const,
      count: { issues: 0, pulls: 0 },
      add: 0,
      change: 0,
      closed: null,
    };
    const read = await numbersOf(source.tracker(item.repository), item.id);
    if ('unread' in read) return undecided({ ...nothing, unread: read.unread }, read.unread);
    const { numbers } = read;
    if (numbers.length === 0) return null;
    const known = knownTo(tracker, history);
    const pulls = numbers.filter(({ kind }) => kind === 'pull').length;
    const count = { issues: numbers.length - pulls, pulls };
    const fresh = numbers.filter((each) => isFresh(keyOfItem(each), known));
    const changed = numbers.filter((each) => isChanged(each, known));
    const due = fresh.length + changed.length > 0;
    const closed = due && !(await target.takesArchives()) ? trackerClosed(item.id, count).notice : null;
    const part = { ...nothing, count, add: fresh.length, change: changed.length, closed, unread: null };
    return decision(part);
  },
  async run(part, work) {
    const { place, item, context } = work;
    if (place === null) throw projectMissing(item.id, { target: item.fullPath });
    if (part.closed !== null || part.unread !== null) {
      await cleanUp(place, work);
      return { changed: false };
    }
    const reader = context.source.tracker(item.repository);
    await untilIdle(place, work);
    await sendGuestsAway(place, work);
    if (Object.keys(work.known()?.items ?? {}).length > 0)
      await untilPushed(work, 'it must be done with the pushes before merge requests are compared');
    const numbers = await reader.numbers();
    const there = await itemsThere(place, work);
    const sorted = sortItems(numbers, there, work.known());
    const outcome = await bringIn(numbers, sorted, { reader, place, work });
    await removeHeads(place, work);
    work.trackerLoaded = true;
    return outcome;
  },
  async verify(part, work) {
    if (part.unread !== null) return unproven(part.unread);
    if (part.closed !== null)
      return { state: 'refused', compared: 0, hash: null, differences: [part.closed] };
    return work.trackerLoaded ? checkLoaded(work) : compareTrackers(work);
  },
};

/** What a killed run has left. */
async function cleanUp(place: Place, work: TrackerWork): Promise<void> {
  await sendGuestsAway(place, work);
  await removeHeads(place, work);
}

function decision(part: TrackerPart): Decision<TrackerPart> {
  const { count, add, change, closed } = part;
  const counts = { create: add, update: change, unchanged: count.issues + count.pulls - add - change };
  return {
    part,
    changes: closed === null && add + change > 0,
    state: closed === null ? 'proven' : 'refused',
    counts: Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0)),
    notices: closed === null ? [] : [closed],
  };
}

/** One whose number somebody else has on the target waits for a decision. */
function isFresh(key: string, known: TrackerData | null): boolean {
  return known?.items?.[key] === undefined && known?.taken?.[key] !== true;
}

function isChanged(each: Numbered, known: TrackerData | null): boolean {
  const loaded = known?.items?.[keyOfItem(each)];
  return loaded !== undefined && loaded.at !== each.updatedAt;
}

async function numbersOf(
  reader: TrackerReader,
  id: string,
): Promise<{ numbers: Numbered[] } | { unread: Notice }> {
  try {
    return { numbers: await reader.numbers() };
  } catch (error) {
    if (isFatal(error)) throw error;
    return { unread: { ...asFailure(error, id).notice, object: id } };
  }
}

type Room = { reader: TrackerReader; place: Place; work: TrackerWork };

/** Rounds in which what has not arrived, or not whole, is sent again. */
const rounds = 2;

async function bringIn(numbers: readonly Numbered[], sorted: Sorted, room: Room): Promise<Outcome> {
  const { reader, place, work } = room;
  const problems = createProblems();
  const { left } = sorted;
  const replaced = await removeItems(sorted.replace, left, place, work);
  const all = [...sorted.add, ...replaced].sort((a, b) => a - b);
  const missing = await loadAll(all, numbers, problems, room);
  const furnished = await furnish(reader, place, work);
  await remember({ missing, sorted }, numbers, work);
  const create = Math.max(0, all.length - replaced.length - missing.length);
  const counts = { create, update: replaced.length, unchanged: sorted.settled.size };
  const { id } = work.item;
  return {
    changed: all.length > missing.length || furnished.changed,
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    notices: [
      ...problems.notices(id),
      ...furnished.notices,
      ...reader.gaps().map(({ what, of, detail }) => remark(`tracker-gap`, id, `${what} ${of}: ${detail}`)),
      ...[...left].map(([key, why]) =>
        remark('tracker-kept', id, `${nameOfKey(key)} stays as it is on GitLab: ${why}`),
      ),
    ],
  };
}

/** Loads the items of these numbers; gives those that GitLab has lost each time. */
async function loadAll(
  all: readonly number[],
  numbers: readonly Numbered[],
  problems: Problems,
  { reader, place, work }: Room,
): Promise<number[]> {
  let due = [...all];
  if (due.length === 0) return due;
  const kinds = new Map(numbers.map(({ number, kind }) => [number, kind]));
  const workshop = await openWorkshop({
    numbers,
    reader,
    work,
    problems,
    upload: (files) =>
      uploadFiles(files, reader, place, {
        work,
        refused: (name, why) => problems.say('file-refused', name, why),
      }),
    diffs: (pull) => diffsOf(pull, place, work.context),
  });
  for (let round = 1; round <= rounds && due.length > 0; round += 1) {
    const pulls = due.filter((number) => kinds.get(number) === 'pull');
    const issues = due.filter((number) => kinds.get(number) === 'issue');
    workshop.heads = await sendHeads(pulls, place, work);
    const sending = { reader, workshop, place, work, problems };
    const arrived = [await loadItems('issue', issues, sending), await loadItems('pull', pulls, sending)];
    due = arrived.flatMap(({ missing }) => [...missing]);
    if (round < rounds) {
      const half = arrived.flatMap((each) => [...each.half]);
      const keys = half.map((number) => ({
        number,
        key: keyOfItem({ number, kind: kinds.get(number) ?? 'issue' }),
      }));
      due.push(...(await removeItems(keys, new Map(), place, work)));
    }
    due.sort((a, b) => a - b);
  }
  return due;
}

/** What GitLab lost each time, and what stays as it was, is named by the proof; only what is news is written down. */
async function remember(
  { missing, sorted }: { missing: readonly number[]; sorted: Sorted },
  numbers: readonly Numbered[],
  work: TrackerWork,
): Promise<void> {
  const kinds = new Map(numbers.map(({ number, kind }) => [number, kind]));
  const lost = missing.map((number) => keyOfItem({ number, kind: kinds.get(number) ?? 'issue' }));
  const known = work.known();
  const why = new Map([
    ...sorted.left,
    ...lost.map((key) => [key, 'GitLab loaded the archive without it'] as const),
  ]);
  const left = Object.fromEntries([...why].filter(([key, reason]) => known?.left?.[key] !== reason));
  const taken = sorted.taken.filter((key) => known?.taken?.[key] !== true);
  const loading = Object.fromEntries(lost.map((key) => [key, null]));
  if (Object.keys(left).length + taken.length + lost.length === 0) return;
  await work.record('done', {
    data: { left, taken: Object.fromEntries(taken.map((key) => [key, true as const])), loading },
  });
}
