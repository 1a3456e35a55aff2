import { createHash } from 'node:crypto';
import { z } from 'zod';
import { projectMissing } from '../failures/target.ts';
import type { Config } from '../config/schema.ts';
import type { Source } from '../model/source.ts';
import { renameRefs, renamesOf } from '../plan/renamed-refs.ts';
import { askProtections } from './protections.ts';
import { travels } from '../gitlab/rules/ref-names.ts';
import type { RefListing, RefMap, Repository } from '../model/forge.ts';
import { isWrite, RefChange, type PlannedProject } from '../model/plan.ts';
import type { Notice } from '../model/notice.ts';
import type { Check } from '../model/result.ts';
import { isPartOf } from '../plan/known-history.ts';
import { refsDrift } from '../plan/drift.ts';
import { countOutcomes, keepPlanDecisions, planRefs, type RefPlanInput } from '../plan/refs.ts';
import { CodeData, writtenRefs } from '../plan/written-refs.ts';
import type { RefResult, TransferJob, TransferResult } from '../transfer/transport.ts';
import { claim } from './project.ts';
import { restoreAll, switchOff } from './quiet.ts';
import {
  partOf,
  proven,
  type Decision,
  type Outcome,
  type Patch,
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
  name: 'code',
  title: 'Refs',
  of: 'project',
  stage: 'content',
  part: Part,
  data: CodeData,
  async plan(planning) {
    const first = decide(planning, undefined);
    const protections = await askProtections(planning, first.part.refs);
    return protections === null ? first : decide(planning, protections);
  },
  async run(part, work) {
    await restoreAll(work);
    const again = work.attempt > 1;
    const changes = again ? await decideAfresh(part, work) : part.refs;
    if (!changes.some(isWrite)) {
      const left = leftAfresh(part, changes);
      if (Object.keys(left).length > 0) await work.record('done', { data: { left } });
      return { changed: again && part.refs.some(isWrite), counts: countOutcomes(changes) };
    }
    if (work.place === null) throw projectMissing(work.item.id, { target: work.item.fullPath });
    return move(part, changes, work);
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
    initialBranch: assumedBranch(planning) ?? input.target.initialBranch,
    notes: input.config.migrate.notes,
    prune: input.prune,
    targetDefault: item.existing?.defaultBranch ?? null,
    protections,
    isPartOf: (old, tip) => isPartOf(known, old, tip),
  });
  const counts = countOutcomes(refs);
  return {
    part: { refs, unverifiedIds: [...unverifiedIds] },
    changes: refs.some(isWrite),
    state: stateOf(refs.map(({ outcome }) => outcome)),
    counts,
    notices: [...surprises(planning), ...refs.flatMap(noticeOfChange)],
  };
}

/** The branch name that the project, or its group, assumes while it has no branch; null when neither tells. */
function assumedBranch({ item, input }: Planning<PlannedProject>): string | null {
  const namespace = input.placements.get(item.repository.owner)?.namespace;
  return item.existing?.assumedDefaultBranch ?? namespace?.assumedDefaultBranch ?? null;
}

/** What a reader would not expect of the refs. */
function surprises(planning: Planning<PlannedProject>): Notice[] {
  const { item, listings, input } = planning;
  const renaming = (listings.source.warnings ?? []).map((message) => notice('ref-rename', item.id, message));
  const names = [...listings.source.refs.keys()];
  const bare = !names.some(isBranch) && names.some((ref) => ref.startsWith('refs/tags/'));
  // Settings of the server are for administrators: then a tag of the presumed name cannot be foreseen (GL-182).
  if (!bare || assumedBranch(planning) !== null || input.target.restricted !== null) return renaming;
  const message = `it has no branch, and the token cannot read which branch name GitLab assumes then (${input.target.initialBranch} is assumed here): a tag of that name is refused`;
  return [notice('assumed-branch', item.id, message), ...renaming];
}

function isBranch(ref: string): boolean {
  return ref.startsWith('refs/heads/');
}

function notice(code: string, object: string, message: string, fix = ''): Notice {
  return { code, object, message, fix };
}

/** What the source has, under the names with which it travels. @throws those of the source */
export async function listSource(
  repository: Repository,
  { source, config }: { source: Source; config: Config },
): Promise<RefListing> {
  const listing = await source.refs(repository, 'code');
  return renameRefs(listing, renamesOf(repository, config));
}

/** After a failed try both servers are read again: either may have moved, and part of the work may be done. */
async function decideAfresh(part: Part, work: CodeWork): Promise<RefChange[]> {
  const { item, context, place, journal } = work;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  work.sourceRefs = await listSource(item.repository, context);
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
    notes: context.config.migrate.notes,
    prune: context.prune,
    targetDefault: target.head?.replace(/^refs\/heads\//, '') ?? null,
  });
  return keepPlanDecisions(part.refs, afresh);
}

async function move(part: Part, changes: RefChange[], work: CodeWork): Promise<Outcome> {
  const { item, place, context } = work;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const { config, source, target } = context;
  const writes = changes.filter(isWrite);
  const job: TransferJob = {
    id: item.id,
    attempt: work.attempt,
    source: source.remote(item.repository, 'code'),
    target: target.remote(place.fullPath),
    patterns: ['refs/heads/*', 'refs/tags/*', ...(config.migrate.notes ? ['refs/notes/*'] : [])],
    changes,
    unverifiedIds: part.unverifiedIds,
    async beforeWrite() {
      // The source's history holds everything that the project has: from now on it is ours to go on with.
      if (part.unverifiedIds.length > 0) await claim(work);
      await work.record('started', { data: { refs: possibleIds(writes, work.known()) } });
    },
    progress: (stage, percent, bytes) =>
      context.emit({ type: 'item-progress', id: item.id, stage, percent, bytes }),
    signal: context.runtime.aborting,
  };
  const { results: answers, bytes, note } = await withOpenProtection(job, work);
  const results = await lookedUp(answers, writes, work);
  const final = corrected(changes, results);
  await work.record('done', { data: settled(part, { changes, final }, work.known()) });
  const wrote = results.some(({ outcome }) => outcome === 'written');
  if (wrote) work.targetRefs = null;
  const notices = note === undefined ? [] : [notice('transfer', item.id, note)];
  return { changed: wrote, counts: countOutcomes(final), bytes, notices };
}

/** Between `started` and `done` the target may hold what it held or the new id. */
export function possibleIds(writes: readonly RefChange[], before: CodeData | null): Record<string, string[]> {
  const known = before?.refs ?? {};
  const entries = writes.flatMap(({ ref, outcome, new: next }): [string, string[]][] => {
    if (outcome === 'delete' || next === null) return [];
    return [[ref, [...new Set([...(known[ref] ?? []), next])]]];
  });
  return Object.fromEntries(entries);
}

type LeftRefs = NonNullable<CodeData['left']>;
type LeftPatch = Record<string, Patch<LeftRefs[string]> | null>;

/** What the journal knows once the answers are in: what was written, and what was left and why. */
export function settled(
  part: Pick<Part, 'refs'>,
  { changes, final }: { changes: readonly RefChange[]; final: readonly RefChange[] },
  known: CodeData | null,
): { refs: Record<string, string[] | null>; left: LeftPatch } {
  const before = known?.left ?? {};
  const byRef = new Map(final.map((change) => [change.ref, change]));
  const refs: Record<string, string[] | null> = {};
  const left = leftAfresh(part, changes);
  for (const { ref, outcome, new: next } of changes.filter(isWrite)) {
    const reason = reasonOf(byRef.get(ref));
    if (reason !== null) {
      left[ref] = { id: outcome === 'delete' ? null : next, ...reason };
      continue;
    }
    refs[ref] = outcome === 'delete' || next === null ? null : [next];
    if (ref in before) left[ref] = null;
  }
  return { refs, left };
}

/** What a later try leaves though the plan did not: the proof knows only the plan and the journal. */
function leftAfresh({ refs }: Pick<Part, 'refs'>, changes: readonly RefChange[]): LeftPatch {
  const planned = new Map(refs.map((change) => [change.ref, change]));
  const left: LeftPatch = {};
  for (const change of changes) {
    const reason = reasonOf(change);
    const before = planned.get(change.ref);
    const foreseen = before?.new === change.new && reasonOf(before) !== null;
    if (reason === null || foreseen) continue;
    left[change.ref] = { id: change.new, ...reason };
  }
  return left;
}

/** When an answer is lost, git sends the push again by itself and meets its own refs: they are as they should be. */
async function lookedUp(
  results: readonly RefResult[],
  writes: readonly RefChange[],
  { context, place }: CodeWork,
): Promise<readonly RefResult[]> {
  if (place === null || !results.some(({ outcome }) => outcome === 'moved')) return results;
  const { refs } = await context.target.listRefs(place.fullPath);
  const wanted = new Map(
    writes.map(({ ref, outcome, new: next }) => [ref, outcome === 'delete' ? null : next]),
  );
  return results.map((result) => {
    const arrived = result.outcome === 'moved' && (refs.get(result.ref) ?? null) === wanted.get(result.ref);
    return arrived ? { ref: result.ref, outcome: 'written' } : result;
  });
}

/** What was decided, corrected by what the servers answered. */
function corrected(changes: readonly RefChange[], results: readonly RefResult[]): RefChange[] {
  const answers = new Map(results.map((result) => [result.ref, result]));
  return changes.map((change) => (isWrite(change) ? afterAnswer(change, answers.get(change.ref)) : change));
}

function afterAnswer(change: RefChange, result: RefResult | undefined): RefChange {
  if (result?.outcome === 'written') return change;
  if (result?.outcome === 'refused') {
    const fix = 'rename or remove the ref on GitBucket, or change the rule on GitLab';
    return { ...change, outcome: 'refused', reason: result.reason, fix };
  }
  const reason = `${change.reason ?? 'the ref moved on the target'} (${result?.reason ?? 'no answer'})`;
  return { ...change, outcome: 'diverged', reason, fix: 'decide by hand which of the two ids is right' };
}

/**
 * GitLab protects the default branch by itself after the first push, against rewriting too (GL-162, GL-171). When
 * the source rewrote history and the target still holds what we wrote, the protection is opened for that one push and
 * closed again. Journalled first, so that a killed run's opening is closed by the next one.
 */
async function withOpenProtection(job: TransferJob, work: CodeWork): Promise<TransferResult> {
  const first = await work.transport.transfer(job);
  const closed = rewritesRefused(job, first);
  if (closed.length === 0) return first;
  try {
    const opened: RefChange[] = [];
    for (const change of closed) {
      if (await switchOff(work, 'force-push', change.ref)) opened.push(change);
    }
    if (opened.length === 0) return first;
    return merged(first, await work.transport.transfer({ ...job, changes: opened }));
  } finally {
    await restoreAll(work);
  }
}

function rewritesRefused({ changes }: TransferJob, { results }: TransferResult): RefChange[] {
  const refused = new Set<string>();
  for (const result of results) {
    const closed =
      result.outcome === 'refused' && result.reason.includes('force push code to a protected branch');
    if (closed) refused.add(result.ref);
  }
  return changes.filter((change) => change.outcome === 'update' && change.force && refused.has(change.ref));
}

function merged(first: TransferResult, second: TransferResult): TransferResult {
  const later = new Map(second.results.map((result) => [result.ref, result]));
  return {
    ...first,
    results: first.results.map((result) => later.get(result.ref) ?? result),
    bytes: first.bytes + second.bytes,
  };
}

/** What was listed for the plan is fresh enough while nothing was written. */
export async function targetListing(work: Work<unknown, PlannedProject>): Promise<RefListing> {
  const { context, place, item } = work;
  work.targetRefs ??= await context.target.listRefs(place?.fullPath ?? item.fullPath);
  return work.targetRefs;
}

type Comparing = { notes: boolean; changes: readonly RefChange[]; known: CodeData | null };

/**
 * Compares the ids of all refs that travel, unpeeled, on both sides. A difference is explained by what the plan says of
 * the ref with this id, else by what the journal says GitLab answered when it was last sent with this id; what nothing
 * explains is a failure.
 */
export function compareRefs(source: RefListing, target: RefListing, options: Comparing): Check {
  const expected = new Map([...source.refs].filter(([ref]) => travels(ref, options)));
  const explain = explanations(options);
  const differences: Notice[] = [];
  const found = new Map<string, string>();
  for (const [ref, id] of expected) {
    const other = target.refs.get(ref) ?? null;
    if (other !== null) found.set(ref, other);
    if (other !== id) differences.push(difference(ref, id, other, explain(ref, id)));
  }
  for (const [ref, { id, ...why }] of Object.entries(options.known?.left ?? {})) {
    const other = target.refs.get(ref) ?? null;
    if (id === undefined && other !== null && !expected.has(ref))
      differences.push(difference(ref, null, other, why));
  }
  const hash = hashOfRefs(expected);
  if (differences.length === 0) return proven(expected.size, { source: hash, target: hash });
  return {
    state: stateOfDifferences(differences),
    compared: expected.size,
    hash: { source: hash, target: hashOfRefs(found) },
    differences,
  };
}

type Explanation = { outcome: 'refused' | 'diverged'; reason: string; fix: string };

function explanations({ changes, known }: Comparing): (ref: string, id: string) => Explanation | null {
  const planned = new Map(changes.map((change) => [change.ref, change]));
  return (ref, id) => {
    const change = planned.get(ref);
    const left = known?.left?.[ref];
    const reason = change?.new === id ? reasonOf(change) : null;
    return reason ?? (left?.id === id ? left : null);
  };
}

/** Why a ref stays as it is on the target; null when it does not, or is as it should be. */
function reasonOf(change: RefChange | undefined): Explanation | null {
  if (change?.outcome !== 'refused' && change?.outcome !== 'diverged') return null;
  return { outcome: change.outcome, reason: change.reason ?? change.outcome, fix: change.fix ?? '' };
}

function difference(
  ref: string,
  source: string | null,
  target: string | null,
  why: Explanation | null,
): Notice {
  const sides = `source ${source ?? 'has none'}, target ${target ?? 'has none'}`;
  if (why === null) {
    const what = target === null ? 'missing on the target' : 'another object on the target';
    return notice('ref-differs', ref, `${what}, ${sides}`);
  }
  const message = why.outcome === 'diverged' ? `${why.reason}, ${sides}` : why.reason;
  return notice(`ref-${why.outcome}`, ref, message, why.fix);
}

function stateOfDifferences(differences: readonly Notice[]): Check['state'] {
  const codes = new Set(differences.map((each) => each.code));
  if (codes.has('ref-differs')) return 'failed';
  return codes.has('ref-diverged') ? 'diverged' : 'refused';
}

function stateOf(outcomes: readonly RefChange['outcome'][]): Decision<Part>['state'] {
  if (outcomes.includes('diverged')) return 'diverged';
  return outcomes.includes('refused') ? 'refused' : 'proven';
}

/** What the plan says of a ref that stays as it is, in the words in which the proof will say it; else nothing. */
export function noticeOfChange(change: RefChange): Notice[] {
  const reason = reasonOf(change);
  return reason === null ? [] : [difference(change.ref, change.new, change.old, reason)];
}

/** SHA-256 over the `id ref` lines in the order of their bytes (`LC_ALL=C sort`), each ended by a newline. */
export function hashOfRefs(refs: RefMap): string {
  const lines = [...refs].sort(([a, idA], [b, idB]) => {
    if (idA !== idB) return idA < idB ? -1 : 1;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  });
  const text = lines.map(([ref, id]) => `${id} ${ref}\n`).join('');
  return createHash('sha256').update(text).digest('hex');
}
