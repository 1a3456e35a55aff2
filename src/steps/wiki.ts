import { Failure } from '../failures/failure.ts';
import { asFailure, isFatal } from '../failures/index.ts';
import { sourceMoved } from '../failures/source.ts';
import { projectMissing } from '../failures/target.ts';
import { planDrifted } from '../failures/usage.ts';
import { wikiOff } from '../failures/wiki.ts';
import type { RefListing } from '../model/forge.ts';
import { isWrite, type PlannedProject } from '../model/plan.ts';
import { partKey } from '../model/source.ts';
import { refsDrift } from '../plan/drift.ts';
import { leftAfresh } from '../plan/known-refs.ts';
import { movedSince } from '../plan/ref-proof.ts';
import { planWikiRefs, type WikiRefs } from '../plan/wiki-refs.ts';
import { switchOff } from './quiet.ts';
import { isFresh } from './source-listing.ts';
import type { Place, RunContext, Step } from './step.ts';
import {
  decidedUnseen,
  lastSent,
  nothing,
  Part,
  seenPatch,
  wikiRecords,
  writtenAndMoved,
  type Data,
} from './wiki-parts.ts';
import { countsOf, planWiki } from './wiki-plan.ts';
import { proveWiki } from './wiki-proof.ts';
import { pushWiki, type WikiWork } from './wiki-push.ts';

/**
 * Moves the wiki, which is a repository of its own. What GitBucket makes itself is no wiki, and left where it is. Read in
 * one listing as long as nothing changes.
 */
export const wiki: Step<Part, Data, PlannedProject> = {
  ...wikiRecords,
  title: 'Wikis',
  of: 'project',
  stage: 'content',
  part: Part,
  async plan(planning) {
    const { item, input } = planning;
    if (!input.config.migrate.wiki || item.blocked !== null) return null;
    try {
      return await planWiki(planning);
    } catch (error) {
      if (isFatal(error)) throw error;
      const { notice } = asFailure(error, item.id);
      const unread = { ...notice, object: `wiki of ${item.id}` };
      const part = { ...nothing, unread };
      return { part, changes: false, state: 'failed', counts: {}, notices: [unread] };
    }
  },
  drift: (earlier, now) => (earlier === null ? null : refsDrift(earlier.refs, now.refs)),
  async run(part, work) {
    const known = work.known();
    if (part.unread !== null || part.skipped !== null) {
      if (part.skipped === 'untouched' && part.tip !== null && known?.untouched !== part.tip)
        await work.record('done', { data: { untouched: part.tip } });
      return { changed: false };
    }
    const { now, again } = await decideAfresh(part, work);
    if (!now.refs.some(isWrite)) {
      await rememberSeen(part, now, work);
      await rememberPages(part, work);
      return { changed: again && part.refs.some(isWrite), counts: countsOf(now.refs, again) };
    }
    const outcome = await pushWiki(part, now, work);
    await requireUnmoved(now, work);
    await rememberPages(part, work);
    return { ...outcome, counts: countsOf(now.refs, true) };
  },
  verify: (part, work) => proveWiki(part, work),
};

/**
 * Opens the wiki where need be, and decides again where either side may have moved since the plan.
 * @throws plan-drifted when only the plan may be carried out
 */
async function decideAfresh(part: Part, work: WikiWork): Promise<{ now: WikiRefs; again: boolean }> {
  const { item, context, place, attempt } = work;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const first = attempt === 1;
  const made = await prepareTarget(part, work);
  const key = partKey(item.id, 'wiki');
  const listed = context.listings.source.get(key);
  const holds = first && listed !== undefined && isFresh(listed, context);
  const source = holds ? listed : await listWiki(item, context);
  const before = first && !made ? (context.listings.target.get(key) ?? newWiki(item)) : null;
  // Of a wiki that stays closed nothing is seen.
  let target = !made && place.wiki === 'disabled' ? null : (before ?? (await shownBy(work)));
  let now = decide(source, target, work);
  if (target === null && now.refs.some(isWrite)) {
    await open(place, work);
    target = await context.target.listRefs(place.fullPath, 'wiki');
    now = decide(source, target, work);
  }
  const detail = context.exact && !made ? refsDrift(part.refs, now.refs) : null;
  if (detail !== null) throw planDrifted(item.id, { detail });
  work.wikiRefs = { source: now.listing, target };
  return { now, again: !first };
}

function decide(source: RefListing, target: RefListing | null, work: WikiWork): WikiRefs {
  const { prune } = work.context;
  const known = work.known();
  const sides = { source, target: target ?? lastSent(known), ...writtenAndMoved(known), prune };
  const decided = planWikiRefs(sides);
  return target === null ? { ...decided, refs: decidedUnseen(decided.refs, known) } : decided;
}

/** Null when GitLab says that the wiki is switched off. */
async function shownBy({ item, context, place }: WikiWork): Promise<RefListing | null> {
  try {
    return await context.target.listRefs(place?.fullPath ?? item.fullPath, 'wiki');
  } catch (error) {
    if (error instanceof Failure && error.code === wikiOff.code) return null;
    throw error;
  }
}

/** What GitLab makes with a project has no refs. */
function newWiki({ existing }: PlannedProject): RefListing | null {
  return existing === null ? { refs: new Map(), head: null } : null;
}

/** Sees to it that there is a wiki to push to; true when what GitLab showed for the plan says nothing of it. */
async function prepareTarget(part: Part, work: WikiWork): Promise<boolean> {
  const { context, place } = work;
  if (place === null || !part.refs.some(isWrite)) return false;
  const off = place.wiki === 'disabled';
  if (off || part.switches) await switchOff(work, 'wiki', 'disabled');
  if (!off && !part.make) return false;
  // The first look has GitLab create the repository (GL-270).
  await context.target.wikiPages(place);
  return true;
}

/** Until the run ends. */
async function open(place: Place, work: WikiWork): Promise<void> {
  await switchOff(work, 'wiki', 'disabled');
  await work.context.target.wikiPages(place);
}

async function listWiki(
  { repository }: PlannedProject,
  { source, runtime }: Pick<RunContext, 'source' | 'runtime'>,
): Promise<RefListing> {
  const asked = runtime.now();
  return { readAt: asked, ...(await source.refs(repository, 'wiki')) };
}

/** The proof holds for the moment after the push, or there is none. @throws source-moved, plan-drifted */
async function requireUnmoved({ listing, shown }: WikiRefs, work: WikiWork): Promise<void> {
  const { item, context } = work;
  const now = await listWiki(item, context);
  const names = shown === null || shown.from === shown.to ? {} : { [shown.to]: shown.from };
  const before = new Map([...listing.refs].map(([ref, id]) => [names[ref] ?? ref, id]));
  const detail = movedSince({ ...listing, refs: before }, now, { notes: false });
  if (detail !== null) throw (context.exact ? planDrifted : sourceMoved)(`${item.id}.wiki`, { detail });
  if (work.wikiRefs) work.wikiRefs.source = { ...work.wikiRefs.source, readAt: now.readAt ?? 0 };
}

/** Only what was seen is written down: the proof of a wiki that is switched off later rests on it. */
async function rememberSeen(part: Part, now: WikiRefs, work: WikiWork): Promise<void> {
  if ((work.wikiRefs?.target ?? null) === null) return;
  const seen = seenPatch(now.refs, new Map(), work.known());
  const left = { ...seen.left, ...leftAfresh(part, now.refs) };
  if (Object.keys(left).length === 0 && seen.arrived === undefined) return;
  await work.record('done', { data: { ...seen, left } });
}

/** Later plans need not look into the wiki as long as its tip is this one. */
async function rememberPages({ tip, branch, pages }: Part, work: WikiWork): Promise<void> {
  const now = work.wikiRefs?.source.refs.get(branch ?? '');
  const known = work.known();
  if (tip === null || pages === null || now !== tip || known?.pages?.tip === tip) return;
  // It counts as moved, so that what differs from it later is somebody's edit.
  if (known?.arrived?.[branch ?? ''] !== tip) return;
  await work.record('done', { data: { pages: { tip, count: pages.count, hash: pages.hash } } });
}
