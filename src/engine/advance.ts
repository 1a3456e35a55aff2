import type { Journal } from '../journal/journal.ts';
import { plannedStep, type PlanItem, type PlannedStep } from '../model/plan.ts';
import type { ItemResult, StepResult } from '../model/result.ts';
import {
  knownTo,
  type AnyStep,
  type ItemWork,
  type Stage,
  type Writing,
  type WritingWork,
} from '../steps/step.ts';
import type { FullTransport } from '../transfer/transport.ts';
import { withAttempts, type Halts } from './attempts.ts';
import type { PrepareOptions } from './prepare.ts';
import { blockedResult, failedStep, haltedResult, itemResult, stepResult } from './results.ts';

export type MigrateOptions = PrepareOptions & { journal: Journal; transport: FullTransport };
export type Options = MigrateOptions & { halts: Halts };

/** An item on its way through the stages. */
export type Progress = {
  item: PlanItem;
  work: ItemWork & Writing;
  done: StepResult[];
  /** Set when nothing more is done for the item. */
  ended: ItemResult | null;
};

/** What the item has come to so far. */
export function resultOf({ item, done, work, ended }: Progress): ItemResult {
  return ended ?? itemResult(item, done, work.place);
}

/** True when an earlier failure has closed the place of the item, which then ends here. */
export function endHalted(progress: Progress, stage: Stage, options: Options): boolean {
  const { item, work, done } = progress;
  if (item.blocked !== null || !hasSteps(progress, stage, options)) return false;
  const why = options.halts.over(item.fullPath);
  if (why !== null) progress.ended = haltedResult(item, done, work.place, why);
  return why !== null;
}

export function hasSteps({ item, ended }: Progress, stage: Stage, { steps }: PrepareOptions): boolean {
  return ended === null && stepsOf(item, stage, steps).length > 0;
}

type Due = { step: AnyStep; planned: PlannedStep };

/** The steps of a stage that have something to do with the item. */
function stepsOf(item: PlanItem, stage: Stage, steps: readonly AnyStep[]): Due[] {
  return steps.flatMap((step) => {
    if (step.of !== item.kind || step.stage !== stage) return [];
    const planned = plannedStep(item, step.name);
    return planned === null ? [] : [{ step, planned }];
  });
}

/** Takes one item through a stage. Never throws: a failure is a result, and the others go on. */
export async function advance(progress: Progress, stage: Stage, options: Options): Promise<void> {
  const { item, work, done } = progress;
  const { runtime, emit } = work.context;
  if (progress.ended !== null || endHalted(progress, stage, options)) return;
  if (item.blocked !== null) {
    progress.ended = blockedResult(item);
    return;
  }
  const due = stepsOf(item, stage, options.steps);
  const [first] = due;
  if (first === undefined) return;
  // What was begun is brought to its end: it must not stay as the run made it for a while.
  const begun = stage === 'finish' && done.length > 0 && !runtime.aborting.aborted;
  if (runtime.stopping.aborted && !begun) {
    progress.ended = { ...itemResult(item, done, work.place), state: 'interrupted' };
    return;
  }
  if (stage === 'content' && item.kind === 'project') emit({ type: 'item-started', id: item.id });
  const results: StepResult[] = [];
  let current = { planned: first.planned, started: runtime.now() };
  try {
    await withAttempts(item.id, work.context, async (attempt) => {
      work.attempt = attempt;
      if (attempt > 1) work.targetRefs = null;
      results.length = 0;
      // A failure may have told of a step that is needed too.
      for (const each of attempt === 1 ? due : stepsOf(item, stage, options.steps)) {
        current = { planned: each.planned, started: runtime.now() };
        results.push(await runStep(each, work));
      }
    });
    done.push(...results);
  } catch (error) {
    // An abort makes an interruption of whatever the step threw.
    options.halts.note(error);
    const failure = failedStep(current.planned, error, item, runtime.now() - current.started);
    done.push(...results, failure);
    await recordFailure(failure, work);
    const after = due.slice(due.findIndex(({ planned }) => planned.step === failure.step) + 1);
    await restore(after, progress, options);
    progress.ended = itemResult(item, done, work.place);
  }
}

/** Nothing stays as the run has set it for a while because a step before that was in vain. */
async function restore(
  after: readonly Due[],
  { item, work, done }: Progress,
  options: Options,
): Promise<void> {
  const { runtime } = work.context;
  for (const each of after.filter(({ step }) => step.restores)) {
    if (runtime.aborting.aborted || options.halts.over(item.fullPath) !== null) return;
    const started = runtime.now();
    try {
      done.push(await runStep(each, work));
    } catch (error) {
      options.halts.note(error);
      const failure = failedStep(each.planned, error, item, runtime.now() - started);
      done.push(failure);
      await recordFailure(failure, work);
    }
  }
}

/** Runs a step and proves it; what it came to is written down when that is news. */
async function runStep({ step, planned }: Due, shared: ItemWork & Writing): Promise<StepResult> {
  const { item, context, journal } = shared;
  const started = context.runtime.now();
  if (item.kind === 'project') context.emit({ type: 'item-step', id: item.id, step: step.title });
  const work = workOfStep(step, shared);
  const outcome = await step.run(planned.part, work);
  const check = await step.verify(planned.part, work);
  const known = journal.history.items.get(item.id)?.steps.get(step.name);
  const news = { state: check.state, hash: check.hash?.target ?? null };
  const same = known?.check?.state === news.state && known.check.hash === news.hash;
  if (!same || known.status !== 'done') {
    await journal.record({ item: item.id, step: step.name, status: 'done', check: news });
  }
  return stepResult(planned, check, { ...outcome, ms: context.runtime.now() - started });
}

/** The one object that all steps of an item share, as this step sees it. */
function workOfStep(step: AnyStep, shared: ItemWork & Writing): WritingWork<unknown> {
  const { item, journal } = shared;
  return Object.assign(shared, {
    known: () => knownTo(step, journal.history.items.get(item.id)),
    record: (status: 'started' | 'done', facts: object = {}) =>
      journal.record({ item: item.id, step: step.name, status, ...facts }),
  });
}

async function recordFailure(
  { step, notices }: StepResult,
  { item, journal }: ItemWork & Writing,
): Promise<void> {
  const code = notices.at(-1)?.code ?? 'unexpected';
  await journal.record({ item: item.id, step, status: 'failed', code });
}
