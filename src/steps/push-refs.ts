import { projectMissing } from '../failures/target.ts';
import { isRewriteRefusal, matchesPattern, type Protections } from '../gitlab/rules/protections.ts';
import { refusedObjects, waysOut } from '../gitlab/rules/object-checks.ts';
import {
  isNoCommit,
  refKind,
  shortName,
  toTagAdvice,
  type RenameContext,
} from '../gitlab/rules/ref-names.ts';
import type { BranchProtection, RefListing, UnreadableRef } from '../model/forge.ts';
import { byRef, isWrite, type RefChange, type PlannedProject } from '../model/plan.ts';
import type { Source } from '../model/source.ts';
import { possibleIds, settled, type CodeData } from '../plan/known-refs.ts';
import type { Explanation } from '../plan/ref-proof.ts';
import { countOutcomes } from '../plan/refs.ts';
import type { RefResult, TransferJob, TransferResult } from '../transfer/transport.ts';
import { lfsAdvice, withoutLfsCheck, withSuspicion } from './lfs-check.ts';
import { claim } from './project.ts';
import { restoreAll, switchOff } from './quiet.ts';
import { fetchPatterns } from './source-listing.ts';
import type { Outcome, Planning, WritingWork } from './step.ts';

type CodeWork = WritingWork<CodeData, PlannedProject>;
/** `lfs`: whether objects move. */
type Names = RenameContext & { lfs: boolean };
type Planned = { refs: readonly RefChange[]; unverifiedIds: string[] };

/** Sends the changes that write, and writes down what came of them. @throws those of the transport */
export async function pushRefs(part: Planned, changes: RefChange[], work: CodeWork): Promise<Outcome> {
  const { item, place, context } = work;
  if (place === null) throw projectMissing(item.id, { target: item.fullPath });
  const { config, source, target } = context;
  const writes = changes.filter(isWrite);
  const job: TransferJob = {
    id: item.id,
    attempt: work.attempt,
    source: source.remote(item.repository, 'code'),
    target: withSuspicion(target.remote(place.fullPath), work),
    patterns: fetchPatterns(config.migrate, work.sourceRefs),
    changes,
    unverifiedIds: part.unverifiedIds,
    ensureTarget: () => target.ensureProject(place),
    async beforeWrite() {
      // The source's history holds everything that the project has: from now on it is ours to go on with.
      if (part.unverifiedIds.length > 0) await claim(work);
      await work.record('started', { data: { refs: possibleIds(writes, work.known()) } });
    },
    progress(stage, percent, sent) {
      const bytes = sent + (work.lfs?.bytes ?? 0);
      context.emit({ type: 'item-progress', id: item.id, stage, percent, bytes });
    },
    signal: context.runtime.aborting,
  };
  const {
    results: answers,
    bytes,
    note,
  } = await withoutLfsCheck(work, writes, () => withOpenProtection(job, work));
  const results = await lookedUp(answers, writes, () => target.listRefs(place.fullPath));
  const lost = await leaveLost(results, changes, work);
  const moving = changes.filter(({ ref }) => !lost.has(ref));
  const refusals = refusalsIn(moving, results, { repository: item.id, lfs: config.migrate.lfs });
  await work.record('done', { data: settled(part, { changes: moving, refusals }, work.known()) });
  const wrote = results.some(({ outcome }) => outcome === 'written');
  if (wrote) work.targetRefs = null;
  const notices = note === undefined ? [] : [{ code: 'transfer', object: item.id, message: note, fix: '' }];
  const outcomes = moving.map(({ ref, outcome }) => refusals.get(ref)?.outcome ?? outcome);
  return { changed: wrote, counts: countOutcomes(outcomes), bytes, notices };
}

/** When an answer is lost, git sends the push again by itself and meets its own refs: they are as they should be. */
export async function lookedUp(
  results: readonly RefResult[],
  writes: readonly RefChange[],
  list: () => Promise<RefListing>,
): Promise<readonly RefResult[]> {
  if (!results.some(({ outcome }) => outcome === 'moved')) return results;
  const { refs } = await list();
  const wanted = new Map(
    writes.map(({ ref, outcome, new: next }) => [ref, outcome === 'delete' ? null : next]),
  );
  return results.map((result) => {
    const arrived = result.outcome === 'moved' && (refs.get(result.ref) ?? null) === wanted.get(result.ref);
    return arrived ? { ref: result.ref, outcome: 'written' } : result;
  });
}

/**
 * Refs whose objects the source cannot give are in no comparison but named by it. Where the source knows that the commit
 * itself is lost, it is named too.
 */
async function leaveLost(
  results: readonly RefResult[],
  changes: readonly RefChange[],
  work: CodeWork,
): Promise<ReadonlySet<string>> {
  const lost = results.filter((result) => result.outcome === 'unreadable');
  if (lost.length === 0) return new Set();
  const { source } = work.context;
  const ids = new Map(changes.map(({ ref, new: id }) => [ref, id]));
  const unreadable: UnreadableRef[] = [];
  for (const { ref, reason } of lost) {
    const id = ids.get(ref) ?? '';
    const asks = refKind(ref) === 'branch' && unreadable.length < mostAsked;
    // The commit alone is not enough: that question fails on a lost tree as well.
    const gone = asks && (await source.branchTipsWith(work.item.repository, id)) === 'absent';
    unreadable.push({ ref, detail: gone ? `its commit ${id} is lost` : reason, lost: true });
  }
  const names = new Set(lost.map(({ ref }) => ref));
  const refs = new Map([...work.sourceRefs.refs].filter(([ref]) => !names.has(ref)));
  work.sourceRefs = {
    ...work.sourceRefs,
    refs,
    unreadable: [...(work.sourceRefs.unreadable ?? []), ...unreadable],
  };
  return names;
}

/** Lost refs about which the source is asked. */
const mostAsked = 20;

/** Why changes that were to be written were not, in the words of the servers. */
function refusalsIn(
  changes: readonly RefChange[],
  results: readonly RefResult[],
  about: Pick<Names, 'repository' | 'lfs'>,
): Map<string, Explanation> {
  const answers = byRef(results);
  const refusals = new Map<string, Explanation>();
  let known: Map<string, RefChange> | null = null;
  const isTaken = (ref: string): boolean => (known ??= byRef(changes)).has(ref);
  const names = { ...about, isTaken, proposed: new Map<string, string>() };
  for (const change of changes) {
    const refusal = isWrite(change) ? refusalOf(change, answers.get(change.ref), names) : null;
    if (refusal !== null) refusals.set(change.ref, refusal);
  }
  return refusals;
}

/** A limit of size, a bad object and a locked file (GL-259) are nothing that a name has to do with. */
function adviceFor(reason: string, { repository, lfs }: Names): string {
  const ofLfs = lfsAdvice(reason, lfs);
  if (ofLfs !== null) return ofLfs;
  const [refused] = refusedObjects(reason);
  if (refused !== undefined) return waysOut(refused.check, repository);
  if (/ requires a push of | avoids sending /.test(reason))
    return "have the administrator raise the limit (GitLab's receive_max_input_size, or the body size of the proxy in front of it), then run again";
  if (/ is locked in Git LFS by /.test(reason))
    return 'have the file unlocked on GitLab (git lfs unlock --force PATH, as a Maintainer), then run again';
  return 'rename or remove the ref on GitBucket, or change the rule on GitLab';
}

function refusalOf(change: RefChange, result: RefResult | undefined, names: Names): Explanation | null {
  if (result?.outcome === 'written') return null;
  if (result?.outcome === 'refused') {
    const fix = result.reason.includes(isNoCommit)
      ? toTagAdvice(change.ref, names)
      : adviceFor(result.reason, names);
    return { outcome: 'refused', reason: result.reason, fix };
  }
  const reason = `${change.reason ?? 'the ref moved on the target'} (${result?.reason ?? 'no answer'})`;
  return { outcome: 'diverged', reason, fix: 'decide manually which of the two ids is correct' };
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
    await restoreAll(work, 'force-push');
  }
}

function rewritesRefused({ changes }: TransferJob, { results }: TransferResult): RefChange[] {
  const refused = new Set<string>();
  for (const result of results) {
    if (result.outcome === 'refused' && isRewriteRefusal(result.reason)) refused.add(result.ref);
  }
  return changes.filter((change) => change.outcome === 'update' && change.force && refused.has(change.ref));
}

function merged(first: TransferResult, second: TransferResult): TransferResult {
  const later = byRef(second.results);
  return {
    ...first,
    results: first.results.map((result) => later.get(result.ref) ?? result),
    bytes: first.bytes + second.bytes,
  };
}

const administrator = 60;
/** The least role with which a project is planned at all. */
const maintainer = 40;

/**
 * What an existing project protects; null where nothing is to be written, so that a plan over unchanged repositories
 * costs nothing.
 */
export async function askProtections(
  { item, input, source, target }: Planning<PlannedProject>,
  refs: readonly RefChange[],
): Promise<Protections | null> {
  const writes = refs.filter(isWrite);
  if (item.existing === null || item.blocked !== null || writes.length === 0) return null;
  const projectId = item.existing.id;
  const has = (space: string): boolean => writes.some(({ ref }) => ref.startsWith(space));
  const branches = has('refs/heads/') ? ((await target.protectedBranches(projectId)) ?? []) : [];
  const tags = has('refs/tags/') ? ((await target.protectedTags(projectId)) ?? []) : [];
  const rewritten = await rewrittenIn(item, writes, branches, source);
  return { branches, tags, level: input.target.user.admin ? administrator : maintainer, rewritten };
}

/** Only a wildcard keeps rewritten history out: the source is asked no more than that takes. */
async function rewrittenIn(
  { repository }: PlannedProject,
  writes: readonly RefChange[],
  branches: readonly BranchProtection[],
  source: Source,
): Promise<Set<string>> {
  const rewritten = new Set<string>();
  for (const { ref, old, new: next, outcome, force } of writes) {
    if (refKind(ref) !== 'branch' || outcome !== 'update' || !force || old === null || next === null)
      continue;
    const name = shortName(ref);
    const rules = branches.filter(({ pattern }) => matchesPattern(pattern, name));
    if (rules.length === 0 || rules.some(({ pattern, forcePush }) => forcePush || pattern === name)) continue;
    const tips = await source.branchTipsWith(repository, old);
    if (tips === 'absent' || (tips !== null && !tips.includes(next))) rewritten.add(ref);
  }
  return rewritten;
}
