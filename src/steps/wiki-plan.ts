import { Failure } from '../failures/failure.ts';
import { wikiAbsent, wikiOff } from '../failures/wiki.ts';
import { travels } from '../gitlab/rules/ref-names.ts';
import type { RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { isWrite, type PlannedProject } from '../model/plan.ts';
import { noticeOfChange, stateOf } from '../plan/ref-proof.ts';
import { headOf, planWikiRefs, type WikiRefs } from '../plan/wiki-refs.ts';
import { isGenerated, pageList, slugsOf, wikiNotices } from '../plan/wiki-pages.ts';
import { knownTo, remark, type Decision, type Planning } from './step.ts';
import {
  decidedUnseen,
  lastSent,
  nothing,
  wikiRecords,
  writtenAndMoved,
  writtenIn,
  type Data,
  type Part,
} from './wiki-parts.ts';
import { ofWiki } from './wiki-proof.ts';

/** The plan of one wiki. @throws what GitBucket or GitLab answer instead of the refs */
export async function planWiki(planning: Planning<PlannedProject>): Promise<Decision<Part> | null> {
  const { item, input, history, source } = planning;
  const { repository } = item;
  const key = `${item.id}.wiki`;
  if (input.source.repositories.some(({ owner, name }) => `${owner}/${name}` === key)) {
    const message = `its wiki is not moved: on GitBucket it has the same directory as the repository ${key}`;
    return skipped('shared', null, [remark('wiki-shared', item.id, message)]);
  }
  const listing = await source.refs(repository, 'wiki');
  const known = knownTo(wikiRecords, history);
  const tip = listing.refs.get(headOf(listing) ?? '') ?? null;
  if (tip === null) return skipped('empty', null, []);
  const alone = [...listing.refs.keys()].filter((ref) => travels(ref, { notes: false })).length === 1;
  if (alone && known?.untouched === tip) return skipped('untouched', tip, []);
  const seen = known?.pages?.tip === tip ? known.pages : null;
  const content = seen === null ? await source.wikiAt(repository, tip) : null;
  if (alone && content !== null && isGenerated(content) && writtenIn(known).size === 0)
    return skipped('untouched', tip, []);
  const there = await targetSide(planning, known);
  const decided = planWikiRefs({
    source: listing,
    target: there.listing,
    ...writtenAndMoved(known),
    prune: input.prune,
  });
  const planned = there.open ? decided : { ...decided, refs: decidedUnseen(decided.refs, known) };
  if (planned.shown === null) return skipped('empty', null, []);
  planning.keep('wiki', {
    source: listing,
    target: item.existing === null || !there.open ? null : there.listing,
  });
  const changes = planned.refs.some(isWrite);
  const closes = changes && (await isOffOnSource(planning, there, known));
  const servers = [source.url, ...(input.reader.serverUrl === null ? [] : [input.reader.serverUrl])];
  const outcomes = planned.refs.map(({ outcome }) => outcome);
  return {
    part: {
      ...nothing,
      tip,
      branch: planned.shown.to,
      refs: planned.refs,
      pages: seen ?? (content === null ? null : pageList(slugsOf(content.files))),
      make: changes && !there.made,
      switches: changes && (closes || !there.open),
    },
    changes,
    state: stateOf(outcomes),
    counts: countsOf(planned.refs, changes),
    notices: [
      ...(content === null ? [] : wikiNotices(content.files, { id: item.id, servers })),
      ...switchNotices(item.id, { changes, closes, open: there.open }),
      ...renamed(item.id, planned.shown),
      ...onlyForward(item.id, planned.refs),
      ...planned.refs.flatMap(noticeOfChange).map((notice) => ofWiki(item.id, notice)),
    ],
  };
}

function skipped(why: NonNullable<Part['skipped']>, tip: string | null, notices: Notice[]): Decision<Part> {
  const counts = why === 'shared' ? {} : { [why]: 1 };
  return { part: { ...nothing, skipped: why, tip }, changes: false, state: 'proven', counts, notices };
}

function renamed(id: string, { from, to }: NonNullable<WikiRefs['shown']>): Notice[] {
  if (from === to) return [];
  const [was, is] = [from, to].map((ref) => ref.replace('refs/heads/', ''));
  const message = `the branch ${was} of its wiki goes to ${is}, which GitLab shows there already`;
  return [remark('wiki-branch', id, message)];
}

/** Whose commits they are is told by the push alone. */
function onlyForward(id: string, refs: Part['refs']): Notice[] {
  return refs.flatMap(({ ref, outcome, old, force }) => {
    if (outcome !== 'update' || force || old === null) return [];
    const branch = ref.replace('refs/heads/', '');
    const message = `the branch ${branch} of its wiki is at ${old.slice(0, 12)} on GitLab, which this tool did not write: it only goes on if GitBucket's wiki has that commit too, else it is left as it is, and diverged`;
    return [remark('wiki-forward-only', id, message)];
  });
}

function switchNotices(
  id: string,
  { changes, closes, open }: { changes: boolean; closes: boolean; open: boolean },
): Notice[] {
  if (!changes) return [];
  const off = 'is moved all the same, and is off on GitLab when the run ends';
  if (closes) return [remark('wiki-off-on-source', id, `its wiki is switched off on GitBucket: it ${off}`)];
  return open ? [] : [remark('wiki-off-on-target', id, `its wiki is switched off on GitLab: it ${off}`)];
}

/** One wiki counts as one, however many refs it has. */
export function countsOf(refs: Part['refs'], changed: boolean): Decision<Part>['counts'] {
  const state = stateOf(refs.map(({ outcome }) => outcome));
  if (state !== 'proven') return { [state]: 1 };
  if (!changed || !refs.some(isWrite)) return { unchanged: 1 };
  return refs.some(({ old }) => old !== null) ? { update: 1 } : { create: 1 };
}

/** `made`: there is a repository; `open`: the wiki is switched on, so that the listing is GitLab's. */
type TargetSide = { listing: RefListing; made: boolean; open: boolean };

/** What GitLab shows. A wiki that is switched off shows nothing: then what this tool sent stands for it. */
async function targetSide(
  { item: { existing }, target }: Pick<Planning<PlannedProject>, 'item' | 'target'>,
  known: Data | null,
): Promise<TargetSide> {
  const empty: RefListing = { refs: new Map(), head: null };
  if (existing === null) return { listing: empty, made: true, open: true };
  const closed: TargetSide = { listing: lastSent(known), made: false, open: false };
  if (existing.wiki === 'disabled') return closed;
  try {
    return { listing: await target.listRefs(existing.fullPath, 'wiki'), made: true, open: true };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === wikiAbsent.code) return { listing: empty, made: false, open: true };
    if (error.code === wikiOff.code) return closed;
    throw error;
  }
}

/** Asked only of a wiki that this tool is about to fill in a project of its own: nobody has chosen anything there yet. */
async function isOffOnSource(
  { item, history, source }: Planning<PlannedProject>,
  { listing }: TargetSide,
  known: Data | null,
): Promise<boolean> {
  // A killed run may have created it without hearing of its id.
  const begun = history?.target === null && history.steps.has('project');
  const ours = item.existing === null || begun || history?.target?.id === item.existing.id;
  if (!ours || listing.refs.size > 0 || writtenIn(known).size > 0) return false;
  return (await source.options(item.repository)).value?.wiki === 'off';
}
