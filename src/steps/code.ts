import * as z from 'zod';
import { sourceMoved } from '../failures/source.ts';
import { projectMissing } from '../failures/target.ts';
import { planDrifted } from '../failures/usage.ts';
import type { ItemHistory } from '../journal/history.ts';
import type { RefListing } from '../model/forge.ts';
import { isWrite, RefChange, type PlannedProject } from '../model/plan.ts';
import { refsDrift } from '../plan/drift.ts';
import { codeRecords, isPartOf, leftAfresh, writtenRefs, type CodeData } from '../plan/known-refs.ts';
import { compareRefs, movedSince, noticeOfChange, noticesOfUnreadable, stateOf } from '../plan/ref-proof.ts';
import { heldPatch } from '../plan/pull-heads.ts';
import { sharing } from '../plan/sharing.ts';
import { countOutcomes, keepPlanDecisions, planRefs, type RefPlanInput } from '../plan/refs.ts';
import { codeNotices, presetBranch } from './code-notices.ts';
import { moveCopied } from './copied-branch.ts';
import { refusedNow } from './lfs-check.ts';
import { refusedForLfs, withoutRefused } from './lfs-part.ts';
import { lfsLeftBehind } from './lfs-plan.ts';
import { askProtections, pushRefs } from './push-refs.ts';
import { restoreAll } from './quiet.ts';
import { trackerRecords } from './tracker-part.ts';
import { isFresh, knownHeads, listSource } from './source-listing.ts';
import {
  knownTo,
  partOf,
  type Decision,
  type Outcome,
  type Planning,
  type Step,
  type Work,
  type WritingWork,
} from './step.ts';

const Part = z.object({
  refs: z.array(RefChange),
  unverifiedIds: z
    .array(z.string())
    .describe('Ids on the target that must be found in the source’s history before anything is written'),
});
type Part = z.infer<typeof Part>;
type CodeWork = WritingWork<CodeData, PlannedProject>;

/** Moves the objects and refs that the target lacks. Nothing to move costs nothing: the plan's listings say so. */
export const code: Step<Part, CodeData, PlannedProject> = {
  ...codeRecords,
  title: 'Refs',
  of: 'project',
  stage: 'content',
  part: Part,
  async plan(planning) {
    const first = decide(planning, undefined);
    const protections = await askProtections(planning, first.part.refs);
    const decided = protections === null ? first : decide(planning, protections);
    const left = await lfsLeftBehind(planning, decided.part.refs);
    return { ...decided, notices: [...decided.notices, ...left] };
  },
  async run(part, work) {
    await restoreAll(work, 'force-push');
    const again = work.attempt > 1;
    const changes = withoutRefused((await decideAfresh(part, work)) ?? part.refs, refusedNow(work));
    if (!changes.some(isWrite)) {
      const left = leftAfresh(part, changes);
      if (Object.keys(left).length > 0) await work.record('done', { data: { left } });
      await rememberHeads(work);
      return {
        changed: again && part.refs.some(isWrite),
        counts: countOutcomes(changes.map(({ outcome }) => outcome)),
      };
    }
    if (work.place === null) throw projectMissing(work.item.id, { target: work.item.fullPath });
    const listed = work.sourceRefs;
    const moved = await moveCopied(part, changes, work);
    const { changes: left } = moved;
    const outcome: Outcome = left.some(isWrite)
      ? await pushRefs(part, left, work)
      : { changed: false, counts: countOutcomes(left.map((change) => change.outcome)) };
    await requireUnmoved(listed, work);
    await rememberHeads(work);
    const bytes = (outcome.bytes ?? 0) + moved.bytes;
    return { ...outcome, changed: outcome.changed || moved.changed, bytes };
  },
  drift(earlier, now) {
    return earlier === null ? null : refsDrift(earlier.refs, now.refs);
  },
  async verify(part, work) {
    const { migrate: rules } = work.context.config;
    const target = await targetListing(work);
    return compareRefs(work.sourceRefs, target, { ...rules, changes: part.refs, known: work.known() });
  },
};

/** What the plan decides for each ref of a project. */
export function refsOf(item: PlannedProject): readonly RefChange[] {
  return partOf(code, item)?.refs ?? [];
}

/** True when the project's code is written, or must first be proven to be the source's. */
export function isTouched(item: PlannedProject): boolean {
  const part = partOf(code, item);
  return part !== null && (part.refs.some(isWrite) || part.unverifiedIds.length > 0);
}

function decide(
  planning: Planning<PlannedProject>,
  protections: RefPlanInput['protections'],
): Decision<Part> {
  const { item, listings, input, known, unverifiedIds } = planning;
  const decided = planRefs({
    repository: item.id,
    source: listings.source,
    target: listings.target.refs,
    ...writtenIn(planning.history),
    empty: item.existing === null || item.existing.empty,
    defaultBranch: item.defaultBranch,
    initialBranch: presetBranch(planning),
    ...input.config.migrate,
    prune: input.prune,
    targetDefault: item.existing?.defaultBranch ?? null,
    protections,
    isPartOf: (old, tip) => isPartOf(known, old, tip),
  });
  const refs = withoutRefused(decided, refusedForLfs(item));
  const counts = countOutcomes(refs.map(({ outcome }) => outcome));
  const unread = noticesOfUnreadable(listings.source);
  return {
    part: { refs, unverifiedIds: [...unverifiedIds] },
    changes: refs.some(isWrite),
    state: unread.length > 0 ? 'failed' : stateOf(refs.map(({ outcome }) => outcome)),
    counts,
    notices: [...codeNotices(planning, refs), ...unread, ...refs.flatMap(noticeOfChange)],
  };
}

/** What earlier runs wrote, branches of pull requests among it: the source may have one of those again. */
function writtenIn(history: ItemHistory | undefined): Pick<RefPlanInput, 'written' | 'pullBranches'> {
  const written = writtenRefs(history);
  const pullBranches = knownTo(trackerRecords, history)?.branches ?? {};
  const get = (ref: string): ReadonlySet<string> | undefined =>
    ref in pullBranches
      ? new Set([...(written.get(ref) ?? []), ...(pullBranches[ref]?.ids ?? [])])
      : written.get(ref);
  return { written: { get }, pullBranches };
}

/**
 * What is to be done now that the source has moved; null when the plan still holds. After a failed try both servers are
 * read again: either may have moved, and part of the work may be done.
 * @throws plan-drifted when only the plan may be carried out
 */
async function decideAfresh(part: Part, work: CodeWork): Promise<RefChange[] | null> {
  const { item, context, place, journal, sourceRefs: listed } = work;
  const { migrate: rules } = context.config;
  const first = work.attempt === 1;
  if (first && isFresh(listed, context)) return null;
  const known = knownHeads(journal.history.items.get(item.id), listed);
  work.sourceRefs = await listSource(item.repository, context, known);
  if (first && movedSince(listed, work.sourceRefs, rules) === null) return null;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const target = await context.target.listRefs(place.fullPath);
  work.targetRefs = target;
  const afresh = planRefs({
    repository: item.id,
    source: work.sourceRefs,
    target: target.refs,
    ...writtenIn(journal.history.items.get(item.id)),
    empty: target.refs.size === 0,
    defaultBranch: item.defaultBranch,
    initialBranch: context.initialBranch,
    ...rules,
    prune: context.prune,
    targetDefault: target.head?.replace(/^refs\/heads\//, '') ?? null,
  });
  const changes = keepPlanDecisions(part.refs, afresh);
  const detail = context.exact ? refsDrift(part.refs, changes) : null;
  if (detail !== null) throw planDrifted(item.id, { detail });
  return changes;
}

/** The proof holds for the moment after the push, or there is none. @throws source-moved, plan-drifted */
async function requireUnmoved(listed: RefListing, work: CodeWork): Promise<void> {
  const { item, context, journal } = work;
  const known = knownHeads(journal.history.items.get(item.id), listed);
  const now = await listSource(item.repository, context, known);
  const detail = movedSince(listed, now, context.config.migrate);
  if (detail !== null) throw (context.exact ? planDrifted : sourceMoved)(item.id, { detail });
  work.sourceRefs = { ...work.sourceRefs, readAt: now.readAt };
}

/** Writes down what holds the heads of pull requests, so that the next run need not ask again. */
async function rememberHeads(work: CodeWork): Promise<void> {
  const heads = heldPatch(work.sourceRefs.held, work.known()?.heads);
  if (heads !== null) await work.record('done', { data: { heads } });
}

/** What was listed for the plan is fresh enough while nothing was written. */
export async function targetListing(work: Work<unknown, PlannedProject>): Promise<RefListing> {
  const { context, place, item } = work;
  work.targetRefs ??= sharing(
    await context.target.listRefs(place?.fullPath ?? item.fullPath),
    work.sourceRefs,
  );
  return work.targetRefs;
}
