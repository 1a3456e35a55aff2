import { exitCodeOf, noticeOf } from '../failures/index.ts';
import { Failure } from '../failures/failure.ts';
import { notProven } from '../failures/target.ts';
import { plannedStep, type ItemState, type PlanItem, type PlannedStep, worstOf } from '../model/plan.ts';
import type { Notice } from '../model/notice.ts';
import type { Check, ItemResult, StepResult } from '../model/result.ts';
import { codeRecords } from '../plan/known-refs.ts';
import { placeOfAccount } from '../steps/account.ts';
import type { Place } from '../steps/step.ts';

/** Where an item is before anything was done for it; null when it does not exist yet. */
export function placeOf(item: PlanItem): Place | null {
  if (item.existing === null) return null;
  if (item.kind === 'group') return { id: item.existing, fullPath: item.fullPath, url: null };
  if (item.kind === 'person') return placeOfAccount(item.existing);
  const { id, fullPath, webUrl, wiki, options } = item.existing;
  return { id, fullPath, url: webUrl || null, wiki, options };
}

/** Somebody for whom a run does nothing, and of whom it proves nothing, is none of its items. */
export function isConcerned({ kind, steps, blocked }: PlanItem): boolean {
  return kind !== 'person' || steps.length > 0 || blocked !== null;
}

/** The result of an item before anything was done for it. Its refs count all the same: they are not on the target. */
export function emptyResult(item: PlanItem, state: ItemState): ItemResult {
  const place = placeOf(item);
  const planned = plannedStep(item, codeRecords.name)?.counts;
  return {
    kind: item.kind,
    id: item.id,
    target: { path: item.fullPath, id: place?.id ?? null, url: place?.url ?? null },
    visibility: visibilityOf(item, place),
    state,
    changed: false,
    steps: [],
    reasons: item.reasons,
    problem: null,
    ...(planned && { planned }),
  };
}

function visibilityOf(item: PlanItem, place: Place | null): ItemResult['visibility'] {
  if (item.kind === 'person') return null;
  const target = place?.visibility ?? item.visibility;
  if (item.kind === 'group') return { source: null, target };
  return { source: item.repository.private ? 'private' : 'public', target };
}

/** The result of an item for which a human must decide first. */
export function blockedResult(item: PlanItem): ItemResult {
  const { blocked, id } = item;
  const problem = blocked === null ? null : { ...blocked, object: id };
  return { ...emptyResult(item, 'blocked'), problem };
}

/** What becomes of a project whose group is not there. */
export function withoutGroup(item: PlanItem, cause: ItemResult): ItemResult {
  if (cause.state === 'interrupted') return emptyResult(item, 'interrupted');
  const problem = cause.problem ?? noticeOf(new Error(cause.state), cause.id);
  return {
    ...emptyResult(item, cause.state === 'blocked' ? 'blocked' : 'failed'),
    problem: { ...problem, object: item.id, message: `its group was not created: ${problem.message}` },
  };
}

/** The result of an item that something kept from its steps. */
export function failedResult(item: PlanItem, error: unknown): ItemResult {
  return { ...emptyResult(item, stateOfError(error)), problem: noticeOf(error, item.id) };
}

/** The result of an item of which nothing more can be done: what it has is kept, and the failure tells why it ends there. */
export function haltedResult(
  item: PlanItem,
  steps: StepResult[],
  place: Place | null,
  why: Failure,
): ItemResult {
  return { ...itemResult(item, steps, place), state: 'failed', problem: why.notice };
}

/** The result of an item whose steps came to an end, or to the first of them that failed. */
export function itemResult(item: PlanItem, steps: StepResult[], place: Place | null): ItemResult {
  const { planned, ...result } = emptyResult(item, worstOf(steps.map(({ state }) => state)));
  const counted = steps.some(({ step, check }) => step === codeRecords.name && check !== null);
  const failed = steps.find(({ check }) => check === null);
  return {
    ...result,
    target: place === null ? result.target : { path: place.fullPath, id: place.id, url: place.url },
    visibility: visibilityOf(item, place),
    changed: steps.some(({ changed }) => changed),
    steps,
    problem: failed?.notices.at(-1) ?? differing(item, steps),
    ...(planned && !counted && { planned }),
  };
}

/** Names the difference that says itself what to do; of others only their number can be told. */
function differing({ id }: PlanItem, steps: readonly StepResult[]): Notice | null {
  const open = steps.flatMap(({ check }) => (check?.state === 'failed' ? unexplained(check) : []));
  const count = open.filter(({ fix }) => fix === '').length;
  return count === 0 ? (open[0] ?? null) : notProven(id, { count }).notice;
}

/** Differences for which nobody gave a reason. */
function unexplained({ differences }: Check): Notice[] {
  return differences.filter(({ code }) => !/-(refused|diverged)$/.test(code));
}

/** The result of a step that came to its proof. */
export function stepResult(
  planned: PlannedStep,
  check: Check,
  done: Partial<Pick<StepResult, 'changed' | 'ms' | 'bytes' | 'counts' | 'notices'>>,
): StepResult {
  const { changed = false, ms = 0, bytes = 0, counts = planned.counts, notices = [] } = done;
  return {
    step: planned.step,
    title: planned.title,
    state: check.state,
    changed,
    ms,
    bytes,
    counts,
    notices: [...advance(planned, check), ...notices],
    check,
  };
}

/** What the plan noticed and the proof does not say itself. */
function advance({ notices }: PlannedStep, { differences }: Check): Notice[] {
  const said = new Set(differences.map(({ object, code }) => `${code} ${object}`));
  return notices.filter(({ object, code }) => !said.has(`${code} ${object}`));
}

/** The result of a step that threw. */
export function failedStep(planned: PlannedStep, error: unknown, item: PlanItem, ms: number): StepResult {
  return {
    step: planned.step,
    title: planned.title,
    state: stateOfError(error),
    changed: false,
    ms,
    bytes: 0,
    counts: {},
    notices: [noticeOf(error, item.id)],
    check: null,
  };
}

function stateOfError(error: unknown): ItemState {
  if (!(error instanceof Failure)) return 'failed';
  if (exitCodeOf(error) === 130) return 'interrupted';
  return error.state === 'blocked' || error.state === 'drifted' ? error.state : 'failed';
}
