import { notProven } from '../failures/target.ts';
import { exitCodeOf, noticeOf } from '../failures/index.ts';
import type { Notice } from '../model/notice.ts';
import type { PlanItem, PlannedProject, RefChange } from '../model/plan.ts';
import type { ItemResult, ItemState, StepResult } from '../model/result.ts';
import { countOutcomes } from '../plan/refs.ts';
import type { ProjectWork } from '../steps/step.ts';

/** The result of an item before anything was done for it. */
export function emptyResult(item: PlanItem, state: ItemState): ItemResult {
  return {
    kind: item.kind,
    id: item.id,
    target: { path: item.fullPath, id: existingId(item), url: null },
    state,
    changed: false,
    steps: [],
    refs: countOutcomes([]),
    attention: [],
    reasons: item.reasons,
    warnings: item.kind === 'project' ? item.warnings : [],
    proof: null,
    problem: null,
  };
}

/** The result of an item for which a human must decide first. */
export function blockedResult(item: PlanItem): ItemResult {
  const result = emptyResult(item, 'blocked');
  const { blocked } = item;
  if (blocked === null) return result;
  const problem: Notice = {
    code: blocked.code,
    object: item.id,
    message: blocked.message,
    fix: blocked.fix,
  };
  return { ...result, problem };
}

/** The result of an item whose steps threw. */
export function failedResult(item: PlanItem, error: unknown, steps: StepResult[]): ItemResult {
  const problem = noticeOf(error, item.id);
  return { ...emptyResult(item, stateOfError(error)), steps, problem };
}

function stateOfError(error: unknown): ItemState {
  const exit = exitCodeOf(error);
  if (exit === 130) return 'interrupted';
  return exit === 4 ? 'blocked' : 'failed';
}

/** The result of a project whose steps all came to an end. */
export function finishedResult(item: PlannedProject, work: ProjectWork, steps: StepResult[]): ItemResult {
  const { project, proof, changes } = work;
  const attention = changes.filter(({ outcome }) => outcome === 'refused' || outcome === 'diverged');
  const unexplained = (proof?.differences ?? []).filter(
    ({ ref }) => !attention.some((change) => change.ref === ref),
  );
  const state = stateOf(attention, proof !== null && unexplained.length === 0);
  return {
    ...emptyResult(item, state),
    target: {
      path: project?.fullPath ?? item.fullPath,
      id: project?.id ?? null,
      url: project?.webUrl || null,
    },
    changed:
      work.wrote ||
      steps.some(({ step, outcome }) => outcome === 'done' && (step === 'project' || step === 'settings')),
    steps,
    refs: countOutcomes(changes),
    attention,
    warnings: [...item.warnings, ...work.warnings],
    proof,
    problem: state === 'failed' ? differsFrom(item, unexplained.length) : null,
  };
}

function stateOf(attention: readonly RefChange[], proven: boolean): ItemState {
  if (!proven) return 'failed';
  if (attention.some(({ outcome }) => outcome === 'diverged')) return 'diverged';
  return attention.length > 0 ? 'refused' : 'proven';
}

function differsFrom(item: PlannedProject, count: number): Notice {
  return notProven(item.id, { count }).notice;
}

function existingId(item: PlanItem): number | null {
  return item.kind === 'group' ? item.existing : (item.existing?.id ?? null);
}
