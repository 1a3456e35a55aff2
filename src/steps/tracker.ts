import { projectMissing } from '../failures/target.ts';
import { trackerNotOwner } from '../failures/tracker.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { TrackerPull, TrackerReader } from '../model/tracker.ts';
import type { PullDiff } from '../tracker/archive/making.ts';
import { createProblems, type Problems } from '../tracker/archive/problems.ts';
import { createBranchMaker, removeBranches } from './tracker-branches.ts';
import { checkLoaded } from './tracker-check.ts';
import { compareTrackers } from './tracker-compare.ts';
import { checkFurniture, furnish } from './tracker-furniture.ts';
import { adoptEqual } from './tracker-adopt.ts';
import { untilIdle } from './tracker-gate.ts';
import { sendGuestsAway } from './tracker-guests.ts';
import { removeHeads, sendHeads } from './tracker-heads.ts';
import { loadItems } from './tracker-load.ts';
import { uploadFiles } from './attachments.ts';
import { openWorkshop, type Workshop } from './tracker-making.ts';
import { mergeOf } from './tracker-merges.ts';
import { planTracker, sentBy, stayNotices } from './tracker-plan.ts';
import { isOwner, removeItems, resendable } from './tracker-replace.ts';
import { sendIssues } from './tracker-rest.ts';
import { itemsThere, type There } from './tracker-there.ts';
import {
  keyOfItem,
  nameOfKey,
  TrackerPart,
  trackerRecords,
  trackerTitle,
  type Door,
  type TrackerData,
  type TrackerWork,
} from './tracker-part.ts';
import { leave, sortItems, type Numbered, type Sorted } from './tracker-sort.ts';
import { untilPushed } from './quiet.ts';
import { unproven } from './told.ts';
import { remark, type Outcome, type Place, type RunContext, type Step } from './step.ts';

/**
 * Has GitLab load issues and pull requests with their numbers, dates, states and comments, once everything is pushed; by REST
 * it sends issues alone. What somebody changed on GitLab stays; what changed on GitBucket alone comes again.
 */
export const tracker: Step<TrackerPart, TrackerData, PlannedProject> = {
  ...trackerRecords,
  title: trackerTitle,
  of: 'project',
  stage: 'tracker',
  part: TrackerPart,
  plan: planTracker,
  async run(part, work) {
    const { place, item, context } = work;
    if (place === null) throw projectMissing(item.id, { target: item.fullPath });
    if (part.closed !== null || part.unread !== null) {
      await cleanUp(place, work);
      return { changed: false };
    }
    const reader = context.source.tracker(item.repository);
    if (!part.issues) return furnish(reader, place, work);
    await untilIdle(place, work);
    await sendGuestsAway(place, work);
    if (Object.keys(work.known()?.items ?? {}).length > 0)
      await untilPushed(work, 'it must be done with the pushes before merge requests are compared');
    const numbers = await reader.numbers();
    const there = await itemsThere(place, work);
    const sorted = sortItems(sentBy(part.rest ? 'rest' : 'auto', numbers), there, work.known());
    await adoptEqual(sorted, numbers, there, work);
    if (part.rest && sorted.add.length + sorted.replace.length > 0) await requireOwner(place, part, work);
    const door = part.rest ? 'rest' : 'archive';
    const outcome = await bringIn(numbers, sorted, { reader, place, work, door, there });
    await removeHeads(place, work);
    const staying = await removeBranches(place, work);
    work.trackerLoaded = true;
    return { ...outcome, notices: [...(outcome.notices ?? []), ...staying] };
  },
  async verify(part, work) {
    if (part.unread !== null) return unproven(part.unread);
    const staying = stayNotices(part, work.item.id);
    if (part.closed !== null)
      return { state: 'refused', compared: 0, hash: null, differences: [part.closed, ...staying] };
    if (!part.issues) return checkFurniture(work);
    const check = await (work.trackerLoaded ? checkLoaded(work) : compareTrackers(work));
    return { ...check, differences: [...check.differences, ...staying] };
  },
};

/** From anybody else number and dates are dropped without a word (GL-383). */
async function requireOwner(place: Place, { count }: TrackerPart, work: TrackerWork): Promise<void> {
  if (!(await isOwner(place, work))) throw trackerNotOwner(work.item.id, { issues: count.issues });
}

/** What a killed run has left. */
async function cleanUp(place: Place, work: TrackerWork): Promise<void> {
  await sendGuestsAway(place, work);
  await removeHeads(place, work);
  await removeBranches(place, work);
}

type Room = { reader: TrackerReader; place: Place; work: TrackerWork; door: Door; there: There };

/** Rounds in which what has not arrived, or not whole, is sent again. */
const rounds = 2;

async function bringIn(numbers: readonly Numbered[], sorted: Sorted, room: Room): Promise<Outcome> {
  const { reader, place, work } = room;
  const problems = createProblems();
  const { left } = sorted;
  const replace = await resendable(sorted.replace, left, {
    reader,
    workshop: () => workshopFor(numbers, createProblems(), room),
  });
  const replaced = await removeItems(replace, left, place, work);
  const all = [...sorted.add, ...replaced].sort((a, b) => a - b);
  const before = sorted.taken.length;
  const missing = await loadAll(all, { numbers, sorted, problems }, room);
  const taken = sorted.taken.length - before;
  const furnished = await furnish(reader, place, work);
  await remember({ missing, sorted }, numbers, room);
  const create = Math.max(0, all.length - replaced.length - missing.length - taken);
  const counts = { create, update: replaced.length, unchanged: sorted.settled.size };
  const { id } = work.item;
  return {
    changed: all.length > missing.length + taken || furnished.changed,
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

function workshopFor(
  numbers: readonly Numbered[],
  problems: Problems,
  { reader, place, work, door }: Room,
): Promise<Workshop> {
  return openWorkshop({
    door,
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
    merge: (pull, head) => mergeOf(pull, head, place, work.context),
  });
}

/** The diffs that line comments were written on, by the commit that was shown. */
async function diffsOf(
  { base, lineComments }: TrackerPull,
  place: Place,
  { target }: RunContext,
): Promise<Map<string, PullDiff>> {
  const diffs = new Map<string, PullDiff>();
  if (base.commit === null) return diffs;
  for (const head of new Set((lineComments ?? []).map(({ commit }) => commit))) {
    const files = await target.diff(place, base.commit, head);
    if (files !== null) diffs.set(head, { base: base.commit, start: base.commit, head, files });
  }
  return diffs;
}

type Load = { numbers: readonly Numbered[]; sorted: Sorted; problems: Problems };

/** Brings in the items of these numbers; gives those that GitLab has lost each time. */
async function loadAll(
  all: readonly number[],
  { numbers, sorted, problems }: Load,
  room: Room,
): Promise<number[]> {
  const { reader, place, work, door, there } = room;
  let due = [...all];
  if (due.length === 0) return due;
  const kinds = new Map(numbers.map(({ number, kind }) => [number, kind]));
  const workshop = await workshopFor(numbers, problems, room);
  if (door === 'rest') {
    const { taken, missing } = await sendIssues(due, { reader, workshop, place, work, problems });
    for (const number of taken) leave({ number, kind: 'issue' }, sorted);
    return missing;
  }
  const branches = createBranchMaker({ there, place, work, problems });
  for (let round = 1; round <= rounds && due.length > 0; round += 1) {
    const pulls = due.filter((number) => kinds.get(number) === 'pull');
    const issues = due.filter((number) => kinds.get(number) === 'issue');
    workshop.heads = await sendHeads(pulls, place, work);
    const sending = { reader, workshop, place, work, problems, branches };
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

const lostBy = { archive: 'GitLab loaded the archive without it', rest: 'GitLab did not take it' };

/** What GitLab lost each time, and what stays as it was, is named by the proof; only what is news is written down. */
async function remember(
  { missing, sorted }: { missing: readonly number[]; sorted: Sorted },
  numbers: readonly Numbered[],
  { work, door }: Room,
): Promise<void> {
  const kinds = new Map(numbers.map(({ number, kind }) => [number, kind]));
  const lost = missing.map((number) => keyOfItem({ number, kind: kinds.get(number) ?? 'issue' }));
  const known = work.known();
  const why = new Map([...sorted.left, ...lost.map((key) => [key, lostBy[door]] as const)]);
  const left = Object.fromEntries([...why].filter(([key, reason]) => known?.left?.[key] !== reason));
  const taken = sorted.taken.filter((key) => known?.taken?.[key] !== true);
  const loading = Object.fromEntries(lost.map((key) => [key, null]));
  if (Object.keys(left).length + taken.length + lost.length === 0) return;
  await work.record('done', {
    data: { left, taken: Object.fromEntries(taken.map((key) => [key, true as const])), loading },
  });
}
