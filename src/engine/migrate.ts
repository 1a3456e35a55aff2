import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Journal } from '../journal/journal.ts';
import { plannedStep, type PlanItem, type PlannedStep } from '../model/plan.ts';
import type { Phase } from '../model/events.ts';
import type { ItemResult, StepResult } from '../model/result.ts';
import {
  itemWork,
  knownTo,
  runContext,
  stages,
  type AnyStep,
  type ItemWork,
  type Place,
  type RunContext,
  type Stage,
  type Writing,
  type WritingWork,
} from '../steps/step.ts';
import type { FullTransport } from '../transfer/transport.ts';
import { createHalts, withAttempts, type Halts } from './attempts.ts';
import type { PrepareOptions, Prepared } from './prepare.ts';
import { inFamilies, placeAbove } from './families.ts';
import { blockedResult, failedStep, haltedResult, itemResult, stepResult, withoutGroup } from './results.ts';

type MigrateOptions = PrepareOptions & { journal: Journal; transport: FullTransport };
type Options = MigrateOptions & { halts: Halts };

/** An item on its way through the stages. */
type Progress = {
  item: PlanItem;
  work: ItemWork & Writing;
  done: StepResult[];
  /** Set when nothing more is done for the item. */
  ended: ItemResult | null;
};

const phases = { content: 'repositories', tracker: 'tracker', finish: 'finish' } as const satisfies Record<
  Stage,
  Phase
>;

/**
 * Carries out a plan stage by stage: every item ends one before any enters the next. Within a stage the groups come
 * first, one after the other, then the projects side by side, parents before their forks. After a failure that closes the server, or a part of it,
 * to everything else, nothing more is begun there. Gives one result for each item of the plan.
 */
export async function migrate(prepared: Prepared, given: MigrateOptions): Promise<ItemResult[]> {
  const options: Options = { ...given, halts: createHalts() };
  const context = runContext({ ...options, ...prepared });
  const { plan } = context;
  const groups = new Map<string, Place>();
  const failed = new Map<string, ItemResult>();
  const begin = (item: PlanItem): Progress => ({
    item,
    work: workOn(item, groups, context, options),
    done: [],
    ended: null,
  });
  const all = { groups: plan.groups.map(begin), projects: plan.projects.map(begin) };
  for (const stage of stages) {
    await runGroups(all.groups, stage, context, options);
    for (const { item, work, ended } of all.groups) {
      if (ended !== null) failed.set(item.id, ended);
      else if (work.place !== null) groups.set(item.id, work.place);
    }
    await runProjects(all.projects, stage, failed, context, options);
  }
  return [...all.groups, ...all.projects].map(resultOf);
}

function workOn(
  item: PlanItem,
  groups: ReadonlyMap<string, Place>,
  context: RunContext,
  { journal, transport }: MigrateOptions,
): ItemWork & Writing {
  return { ...itemWork(item, context, { place: null, groups }), journal, transport };
}

function resultOf({ item, done, work, ended }: Progress): ItemResult {
  return ended ?? itemResult(item, done, work.place);
}

async function runGroups(
  groups: readonly Progress[],
  stage: Stage,
  { emit, plan }: RunContext,
  options: Options,
): Promise<void> {
  const first = stage === 'content';
  if (first) emit({ type: 'phase', phase: 'groups', total: groups.length });
  for (const [index, progress] of groups.entries()) {
    await advance(progress, stage, options);
    if (!first) continue;
    const detail = progress.item.fullPath;
    emit({ type: 'phase-progress', phase: 'groups', done: index + 1, total: groups.length, detail });
  }
  if (!first) return;
  const ready = groups.filter(({ ended }) => ended === null).length;
  emit({ type: 'phase-done', phase: 'groups', summary: `${ready} of ${plan.groups.length} ready` });
}

async function runProjects(
  projects: readonly Progress[],
  stage: Stage,
  failed: ReadonlyMap<string, ItemResult>,
  { emit, config, runtime }: RunContext,
  options: Options,
): Promise<void> {
  const phase = phases[stage];
  const first = stage === 'content';
  const concerned = first ? projects : projects.filter((progress) => hasSteps(progress, stage, options));
  if (concerned.length === 0 && !first) return;
  emit({ type: 'phase', phase, total: concerned.length });
  const limit = pLimit(config.limits.transfers);
  await inFamilies(concerned, (progress, parent) =>
    limit(async () => {
      progress.work.parent = placeAbove(parent);
      // A project with nothing to do waits for nothing: thousands of them would block the event loop.
      await setImmediate();
      const cause = failed.get(ownerOf(progress.item));
      // One line for the failure is enough.
      if (endHalted(progress, stage, options)) return;
      if (cause && progress.ended === null && progress.item.blocked === null)
        progress.ended = withoutGroup(progress.item, cause);
      const before = resultOf(progress).state;
      await advance(progress, stage, options);
      const result = resultOf(progress);
      const told = stage === 'tracker' && result.steps.at(-1)?.changed === true;
      if (first || told || result.state !== before) emit({ type: 'item-finished', result });
    }),
  );
  const proven = projects.filter((progress) => resultOf(progress).state === 'proven').length;
  const cut = options.halts.over('') === null ? '' : ', the rest was not begun';
  const interrupted = runtime.stopping.aborted;
  const summary = interrupted ? 'interrupted' : `${proven} of ${projects.length} proven${cut}`;
  emit({ type: 'phase-done', phase, summary, interrupted });
}

function ownerOf(item: PlanItem): string {
  return item.kind === 'project' ? item.repository.owner : item.id;
}

/** True when an earlier failure has closed the place of the item, which then ends here. */
function endHalted(progress: Progress, stage: Stage, options: Options): boolean {
  const { item, work, done } = progress;
  if (item.blocked !== null || !hasSteps(progress, stage, options)) return false;
  const why = options.halts.over(item.fullPath);
  if (why !== null) progress.ended = haltedResult(item, done, work.place, why);
  return why !== null;
}

function hasSteps({ item, ended }: Progress, stage: Stage, { steps }: MigrateOptions): boolean {
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
async function advance(progress: Progress, stage: Stage, options: Options): Promise<void> {
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
    progress.ended = itemResult(item, done, work.place);
    await recordFailure(failure, work);
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
