import { lfsIncomplete } from '../failures/lfs.ts';
import { projectMissing } from '../failures/target.ts';
import type { LfsSearch } from '../lfs/finder.ts';
import type { RefListing } from '../model/forge.ts';
import type { LfsHistory, MissingObject } from '../model/lfs.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import type { LfsObject } from '../model/source.ts';
import { keepsBack, missingNotices, type Absent } from '../plan/lfs-missing.ts';
import { plural } from '../text/format.ts';
import { copyLfs, type LfsCopied } from '../transfer/lfs.ts';
import { absentOf, countsOf, judge, objectsOf, offNotice, searchOf, unlessOff } from './lfs-look.ts';
import { LfsPart, lfsRecords, lfsTitle, type LfsData } from './lfs-part.ts';
import { planLfs } from './lfs-plan.ts';
import { restoreAll } from './quiet.ts';
import { knownHeads, listSource } from './source-listing.ts';
import { proven, type Step, type Work, type WritingWork } from './step.ts';

type LfsStepWork = WritingWork<LfsData, PlannedProject>;

/**
 * Moves the LFS objects that the history of the travelling refs names, before the refs. Where nothing speaks for LFS the
 * history is not looked through; GitLab's refusal of a push does, for the next try.
 */
export const lfs: Step<LfsPart, LfsData, PlannedProject> = {
  ...lfsRecords,
  title: lfsTitle,
  of: 'project',
  stage: 'content',
  part: LfsPart,
  plan: planLfs,
  async run(part, work) {
    const { context, item, place } = work;
    work.lfs = null;
    await restoreAll(work, 'lfs');
    if (work.attempt > 1) work.sourceRefs = await listAgain(work);
    const search = ownSearch(work);
    const history = await context.finder.history(search);
    if (history.pointers.length === 0) return { changed: false };
    if (place === null) throw projectMissing(item.id, { target: item.fullPath });
    const all = objectsOf(history);
    const planned = new Set(part.missing.map(({ oid }) => oid));
    const copied = await unlessOff(copyWhatLacks(all, { planned, key: search.key }, work));
    if (copied === null) {
      // The next run asks again, though the refs have arrived.
      await recordEnd({ refs: '', objects: all.length, missing: [] }, work);
      return { changed: false };
    }
    const absent = [...absentAsPlanned(part.missing, all), ...(await absentOfThese(copied, work))];
    const verdict = await judge(absent, { search, history }, context);
    const ids = new Set(absent.map(({ object }) => object.oid));
    work.lfs = { ...verdict, search, history, absent: ids, lacking: copied.lacking, bytes: copied.bytes };
    await recordEnd({ refs: search.key, objects: all.length, missing: verdict.missing }, work);
    const counts = countsOf({ create: copied.copied.length, unchanged: copied.present.length }, verdict);
    return { changed: copied.copied.length > 0, counts, bytes: copied.bytes };
  },
  async verify(part, work) {
    const { context, item, place } = work;
    const { lfs: found } = work;
    const history = found?.history ?? (await context.finder.history(ownSearch(work)));
    const all = objectsOf(history);
    if (all.length === 0) return proven(0);
    const writer = context.target.lfs(place?.fullPath ?? item.fullPath);
    const asked = (): Promise<LfsObject[]> => writer.unprovable(all, context.runtime.aborting);
    const lacking = found?.lacking ?? (await unlessOff(asked()));
    if (lacking === null) {
      const differences = [offNotice(item, history)];
      return { state: 'refused', compared: all.length, hash: null, differences };
    }
    return { ...compare(lacking, history, found?.missing ?? part.missing), compared: all.length };
  },
};

function listAgain({ item, context, journal, sourceRefs }: LfsStepWork): Promise<RefListing> {
  const known = knownHeads(journal.history.items.get(item.id), sourceRefs);
  return listSource(item.repository, context, known);
}

function ownSearch({ item, sourceRefs, context }: Work<LfsData, PlannedProject>): LfsSearch {
  const { id } = item;
  return searchOf(item, sourceRefs, context, {
    progress: (stage, percent) =>
      context.emit({ type: 'item-progress', id, stage: `lfs: ${stage}`, percent, bytes: 0 }),
    signal: context.runtime.aborting,
  });
}

type Copied = LfsCopied & {
  /** What GitLab said a moment ago that it does not have, where nothing was copied since. */
  lacking: LfsObject[] | null;
};

/** Copies what the project lacks. At refs that were dealt with before one question tells that nothing does. */
async function copyWhatLacks(
  all: readonly LfsObject[],
  { planned, key }: { planned: ReadonlySet<string>; key: string },
  work: LfsStepWork,
): Promise<Copied> {
  const { item, context, place, attempt } = work;
  const { source, target, runtime, emit } = context;
  const writer = target.lfs(place?.fullPath ?? item.fullPath);
  const settled = attempt === 1 && work.known()?.refs === key;
  const signal = runtime.aborting;
  const lacking = settled ? await writer.unprovable(all, signal) : [...all];
  const absent = new Set(lacking.map(({ oid }) => oid));
  const before = all.filter(({ oid }) => !absent.has(oid));
  const objects = lacking.filter(({ oid }) => !planned.has(oid));
  if (objects.length === 0)
    return { copied: [], present: before, lost: [], bytes: 0, lacking: settled ? lacking : null };
  await work.record('started');
  const copied = await copyLfs({
    id: item.id,
    objects,
    reader: source.lfs(item.repository),
    writer,
    progress: (done, total, bytes) =>
      emit({
        type: 'item-progress',
        id: item.id,
        stage: `lfs: ${done} of ${total} objects`,
        percent: null,
        bytes,
      }),
    signal,
  });
  return { ...copied, present: [...before, ...copied.present], lacking: null };
}

/** What the plan found out holds for this run. */
function absentAsPlanned(missing: readonly MissingObject[], all: readonly LfsObject[]): Absent[] {
  const named = new Set(all.map(({ oid }) => oid));
  return missing
    .filter(({ oid }) => named.has(oid))
    .map(({ oid, size, kind, detail }) => ({
      object: { oid, size },
      ...(kind === 'sample' || kind === 'elsewhere' ? { kind: 'lost', detail: '' } : { kind, detail }),
    }));
}

/** Tries after which an object that the source has and GitLab does not get is left behind. */
const tries = 3;

/** What was not copied, and why. @throws lfs-incomplete while another try may bring it */
async function absentOfThese({ lost }: LfsCopied, work: LfsStepWork): Promise<Absent[]> {
  const { item, context, attempt } = work;
  const objects = lost.map(({ object }) => object);
  const gone = await absentOf(objects, item, context);
  const ids = new Set(gone.map(({ object }) => object.oid));
  const unsent = lost.filter(({ object }) => !ids.has(object.oid));
  const [first] = unsent;
  if (first !== undefined && attempt < tries && !context.runtime.stopping.aborted)
    throw lfsIncomplete(item.id, { count: unsent.length, detail: first.reason });
  return [
    ...gone,
    ...unsent.map(({ object, reason }): Absent => ({ object, kind: 'unsent', detail: reason })),
  ];
}

type End = { refs: string; objects: number; missing: readonly MissingObject[] };

/** Nothing is written where the journal says so already. */
async function recordEnd({ refs, objects, missing }: End, work: LfsStepWork): Promise<void> {
  const known = work.known();
  const before = known?.missing ?? {};
  const now = new Map(missing.map(({ oid, kind }) => [oid, kind]));
  const news = [...now].filter(([oid, kind]) => before[oid] !== kind);
  const over = Object.keys(before).filter((oid) => !now.has(oid));
  if (known?.refs === refs && known.objects === objects && news.length + over.length === 0) return;
  const patch = Object.fromEntries([...news, ...over.map((oid) => [oid, null] as const)]);
  await work.record('done', { data: { refs, objects, missing: patch } });
}

/** Differences that are named one by one; more of them have one cause. */
const mostNamed = 100;

/** What the target lacks is explained by what is known to be missing; the rest is a failure. */
function compare(
  lacking: readonly LfsObject[],
  { pointers }: LfsHistory,
  missing: readonly MissingObject[],
): Pick<Check, 'state' | 'hash' | 'differences'> {
  const ids = new Set(lacking.map(({ oid }) => oid));
  const explained = missing.filter(({ oid }) => ids.has(oid));
  for (const { oid } of explained) ids.delete(oid);
  const paths = new Map(pointers.map(({ oid, path }) => [oid, path]));
  const open = [...ids].slice(0, mostNamed).map((oid): Notice => {
    const message = `its LFS object ${oid} is not on GitLab`;
    return {
      code: 'lfs-differs',
      object: paths.get(oid) || oid,
      message,
      fix: 'run gb2gl migrate (or import) again',
    };
  });
  if (ids.size > mostNamed) {
    const message = `${plural(ids.size - mostNamed, 'more LFS object')} are not on GitLab`;
    open.push({ code: 'lfs-differs', object: '', message, fix: 'run gb2gl migrate (or import) again' });
  }
  const kept = explained.filter(keepsBack);
  const failed = open.length > 0 || kept.some(({ kind }) => kind === 'unsent');
  const state = kept.length > 0 ? 'refused' : 'proven';
  const differences = [...open, ...missingNotices(explained, '')];
  return { state: failed ? 'failed' : state, hash: null, differences };
}
