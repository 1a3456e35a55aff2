import * as z from 'zod';
import { sourceMoved } from '../failures/source.ts';
import { projectMissing } from '../failures/target.ts';
import { planDrifted } from '../failures/usage.ts';
import { refKind } from '../gitlab/rules/ref-names.ts';
import type { RefListing, Repository } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { isWrite, RefChange, type PlannedProject } from '../model/plan.ts';
import { refsDrift } from '../plan/drift.ts';
import { codeRecords, isPartOf, leftAfresh, writtenRefs, type CodeData } from '../plan/known-refs.ts';
import { compareRefs, movedSince, noticeOfChange, noticesOfUnreadable, stateOf } from '../plan/ref-proof.ts';
import {
  renameRefs,
  renamesOf,
  countOutcomes,
  keepPlanDecisions,
  planRefs,
  type RefPlanInput,
} from '../plan/refs.ts';
import { askProtections, pushRefs } from './push-refs.ts';
import { restoreAll } from './quiet.ts';
import {
  partOf,
  remark,
  type Decision,
  type Planning,
  type RunContext,
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
    return protections === null ? first : decide(planning, protections);
  },
  async run(part, work) {
    await restoreAll(work, 'force-push');
    const again = work.attempt > 1;
    const changes = (await decideAfresh(part, work)) ?? part.refs;
    if (!changes.some(isWrite)) {
      const left = leftAfresh(part, changes);
      if (Object.keys(left).length > 0) await work.record('done', { data: { left } });
      return {
        changed: again && part.refs.some(isWrite),
        counts: countOutcomes(changes.map(({ outcome }) => outcome)),
      };
    }
    if (work.place === null) throw projectMissing(work.item.id, { target: work.item.fullPath });
    const listed = work.sourceRefs;
    const outcome = await pushRefs(part, changes, work);
    await requireUnmoved(listed, work);
    return outcome;
  },
  drift(earlier, now) {
    return refsDrift(earlier.refs, now.refs);
  },
  async verify(part, work) {
    const { notes } = work.context.config.migrate;
    const target = await targetListing(work);
    return compareRefs(work.sourceRefs, target, { notes, changes: part.refs, known: work.known() });
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
  const refs = planRefs({
    repository: item.id,
    source: listings.source,
    target: listings.target.refs,
    written: writtenRefs(planning.history),
    empty: item.existing === null || item.existing.empty,
    defaultBranch: item.defaultBranch,
    initialBranch: presetBranch(planning),
    notes: input.config.migrate.notes,
    prune: input.prune,
    targetDefault: item.existing?.defaultBranch ?? null,
    protections,
    isPartOf: (old, tip) => isPartOf(known, old, tip),
  });
  const counts = countOutcomes(refs.map(({ outcome }) => outcome));
  const unread = noticesOfUnreadable(listings.source);
  return {
    part: { refs, unverifiedIds: [...unverifiedIds] },
    changes: refs.some(isWrite),
    state: unread.length > 0 ? 'failed' : stateOf(refs.map(({ outcome }) => outcome)),
    counts,
    notices: [
      ...renamesIn(planning, refs),
      ...surprises(planning),
      ...unread,
      ...refs.flatMap(noticeOfChange),
    ],
  };
}

/** What an empty project shows when nobody set a name (GL-129). */
const usualBranch = 'main';

/** The branch name that group or server set for empty projects; null when they set none, or do not tell. */
function presetBranch({ item, input }: Planning<PlannedProject>): string | null {
  const shown = item.existing?.assumedDefaultBranch ?? usualBranch;
  if (shown !== usualBranch) return shown;
  const namespace = input.placements.get(item.repository.owner)?.namespace;
  return namespace?.assumedDefaultBranch ?? input.target.initialBranch;
}

/** Of the new names of one repository; `map.refs` has them all. */
const mostRenames = 100;

/** Whoever looks for a ref by its old name must find what has become of it. */
function renamesIn({ item, listings }: Planning<PlannedProject>, refs: readonly RefChange[]): Notice[] {
  const { renamed } = listings.source;
  if (renamed === undefined) return [];
  const there = new Set(refs.filter(({ outcome }) => outcome !== 'refused').map(({ ref }) => ref));
  const list = [...renamed].filter(([, name]) => there.has(name));
  if (list.length === 0) return [];
  const [one, many] = list.flat().every(isBranch) ? ['branch', 'branches'] : ['ref', 'refs'];
  const names = list.slice(0, mostRenames).map(([ref, name]) => `${ref} → ${name}`);
  const more = list.length > mostRenames ? ` and ${list.length - mostRenames} more, as "map.refs" says` : '';
  const lead = list.length === 1 ? `1 ${one} has another name` : `${list.length} ${many} have other names`;
  return [remark('refs-renamed', item.id, `${lead} on GitLab: ${names.join(', ')}${more}`)];
}

/** What a reader would not expect of the refs. */
function surprises(planning: Planning<PlannedProject>): Notice[] {
  const { item, listings, input } = planning;
  const renaming = (listings.source.warnings ?? []).map((message) => remark('ref-rename', item.id, message));
  const names = [...listings.source.refs.keys()];
  const tagged = names.some((ref) => refKind(ref) === 'tag');
  // Settings of the server are for administrators: then a refused tag cannot be foreseen (GL-182).
  const unknown = presetBranch(planning) === null && input.target.restricted === null;
  if (!tagged || !unknown) return renaming;
  if (!names.some(isBranch)) {
    const message =
      'it has no branch, and the token cannot read which branch name GitLab assumes in that case: GitLab refuses a tag with that name';
    return [remark('assumed-branch', item.id, message), ...renaming];
  }
  const { defaultBranch } = item;
  const tag = `refs/tags/${defaultBranch}`;
  const there = [...listings.target.refs.keys()];
  if (!listings.source.refs.has(tag) || there.some(isBranch) || there.includes(tag)) return renaming;
  const message = `it has a tag ${defaultBranch}, which GitLab refuses if the group or the server set that name for the default branch of new projects, which the token cannot read`;
  return [remark('assumed-branch', item.id, message), ...renaming];
}

function isBranch(ref: string): boolean {
  return refKind(ref) === 'branch';
}

/** What the source has now, under the names with which it travels. @throws those of the source */
export async function listSource(
  repository: Repository,
  { source, config, runtime }: Pick<RunContext, 'source' | 'config' | 'runtime'>,
): Promise<RefListing & { readAt: number }> {
  const readAt = runtime.now();
  const listing = await source.refs(repository, 'code');
  return { ...renameRefs(listing, renamesOf(repository, config)), readAt };
}

/** A listing of the source that is older is read again: somebody may have thought about the plan, or others came first. */
const freshMs = 60_000;

/**
 * What is to be done now that the source has moved; null when the plan still holds. After a failed try both servers are
 * read again: either may have moved, and part of the work may be done.
 * @throws plan-drifted when only the plan may be carried out
 */
async function decideAfresh(part: Part, work: CodeWork): Promise<RefChange[] | null> {
  const { item, context, place, journal, sourceRefs: listed } = work;
  const { notes } = context.config.migrate;
  const first = work.attempt === 1;
  if (first && context.runtime.now() - (listed.readAt ?? 0) < freshMs) return null;
  work.sourceRefs = await listSource(item.repository, context);
  if (first && movedSince(listed, work.sourceRefs, { notes }) === null) return null;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const target = await context.target.listRefs(place.fullPath);
  work.targetRefs = target;
  const afresh = planRefs({
    repository: item.id,
    source: work.sourceRefs,
    target: target.refs,
    written: writtenRefs(journal.history.items.get(item.id)),
    empty: target.refs.size === 0,
    defaultBranch: item.defaultBranch,
    initialBranch: context.initialBranch,
    notes,
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
  const { item, context } = work;
  const now = await listSource(item.repository, context);
  const detail = movedSince(listed, now, context.config.migrate);
  if (detail !== null) throw (context.exact ? planDrifted : sourceMoved)(item.id, { detail });
  work.sourceRefs = { ...work.sourceRefs, readAt: now.readAt };
}

/** What was listed for the plan is fresh enough while nothing was written. */
export async function targetListing(work: Work<unknown, PlannedProject>): Promise<RefListing> {
  const { context, place, item } = work;
  work.targetRefs ??= await context.target.listRefs(place?.fullPath ?? item.fullPath);
  return work.targetRefs;
}
