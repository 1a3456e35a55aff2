import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import { noticeOf } from '../failures/index.ts';
import type { Journal } from '../journal/journal.ts';
import type { PlannedProject, PlannedGroup } from '../model/plan.ts';
import type { ItemResult, StepResult } from '../model/result.ts';
import { group } from '../steps/group.ts';
import { projectSteps } from '../steps/index.ts';
import type { RunContext, ReadyGroups, ProjectWork } from '../steps/step.ts';
import type { Transport } from '../transfer/transport.ts';
import { withAttempts } from './attempts.ts';
import type { PrepareOptions, Prepared } from './prepare.ts';
import { blockedResult, emptyResult, failedResult, finishedResult } from './results.ts';

/** Carries out a plan: the groups, then the projects side by side. Gives one result for each item of the plan. */
export async function migrate(
  prepared: Prepared,
  options: PrepareOptions & { journal: Journal; transport: Transport },
): Promise<ItemResult[]> {
  const context: RunContext = { ...options, ...prepared };
  const { plan, emit, runtime, config } = context;
  emit({ type: 'phase', phase: 'groups', total: plan.groups.length });
  const groups = await runGroups(context);
  emit({
    type: 'phase-done',
    phase: 'groups',
    summary: `${groups.ready.size} of ${plan.groups.length} ready`,
  });
  emit({ type: 'phase', phase: 'repositories', total: plan.projects.length });
  const limit = pLimit(config.limits.transfers);
  const projects = await Promise.all(
    plan.projects.map((item) =>
      limit(async () => {
        // A project with nothing to do waits for nothing: thousands of them would be one long breath.
        await setImmediate();
        const result = await one(item, groups, context);
        emit({ type: 'item-finished', result });
        return result;
      }),
    ),
  );
  const proven = projects.filter(({ state }) => state === 'proven').length;
  const summary = runtime.stopping.aborted ? 'interrupted' : `${proven} of ${projects.length} proven`;
  emit({ type: 'phase-done', phase: 'repositories', summary });
  return [...groups.results, ...projects];
}

async function one(
  item: PlannedProject,
  groups: Awaited<ReturnType<typeof runGroups>>,
  context: RunContext,
): Promise<ItemResult> {
  if (context.runtime.stopping.aborted) return emptyResult(item, 'interrupted');
  if (item.blocked !== null) return blockedResult(item);
  const cause = groups.failed.get(item.repository.owner);
  if (cause) return withoutGroup(emptyResult(item, 'failed'), cause);
  context.emit({ type: 'item-started', id: item.id });
  return runProject(item, groups.ready, context);
}

/** Sees to all groups, one after the other. Projects of a group that failed are told why through `failed`. */
async function runGroups(
  context: RunContext,
): Promise<{ ready: ReadyGroups; failed: Map<string, ItemResult>; results: ItemResult[] }> {
  const ready: ReadyGroups = new Map();
  const failed = new Map<string, ItemResult>();
  const results: ItemResult[] = [];
  for (const item of context.plan.groups) {
    const result = await runGroup(item, ready, context);
    if (result.state !== 'proven') failed.set(item.id, result);
    results.push(result);
    context.emit({
      type: 'phase-progress',
      phase: 'groups',
      done: results.length,
      total: context.plan.groups.length,
      detail: item.fullPath,
    });
  }
  return { ready, failed, results };
}

async function runGroup(item: PlannedGroup, ready: ReadyGroups, context: RunContext): Promise<ItemResult> {
  if (item.blocked !== null) return blockedResult(item);
  if (context.runtime.stopping.aborted) return emptyResult(item, 'interrupted');
  const started = context.runtime.now();
  try {
    const { id, outcome } = await withAttempts(item.id, context, (attempt) =>
      group.run(item, context, attempt),
    );
    ready.set(item.id, { id, fullPath: item.fullPath });
    const result = emptyResult(item, 'proven');
    return {
      ...result,
      target: { ...result.target, id },
      changed: outcome === 'done',
      steps: [{ step: 'group', outcome, ms: context.runtime.now() - started, bytes: 0 }],
    };
  } catch (error) {
    return failedResult(item, error, [
      { step: 'group', outcome: 'failed', ms: context.runtime.now() - started, bytes: 0 },
    ]);
  }
}

/** What becomes of a project whose group is not there. */
function withoutGroup(result: ItemResult, cause: ItemResult): ItemResult {
  if (cause.state === 'interrupted') return { ...result, state: 'interrupted' };
  const problem = cause.problem ?? noticeOf(new Error(cause.state), cause.id);
  return {
    ...result,
    state: cause.state === 'blocked' ? 'blocked' : 'failed',
    problem: { ...problem, object: result.id, message: `its group was not made: ${problem.message}` },
  };
}

/** Takes one project through its steps. Never throws: a failure is a result, and the others go on. */
async function runProject(
  item: PlannedProject,
  groups: ReadyGroups,
  context: RunContext,
): Promise<ItemResult> {
  if (item.blocked !== null) return blockedResult(item);
  const steps: StepResult[] = [];
  const work: ProjectWork = {
    item,
    groups,
    attempt: 1,
    project: null,
    source: context.listings.source.get(item.id) ?? { refs: new Map(), head: null },
    changes: item.refs,
    wrote: false,
    proof: null,
    targetHead: null,
    bytes: 0,
    warnings: [],
  };
  try {
    await withAttempts(item.id, context, async (attempt) => {
      work.attempt = attempt;
      work.warnings = [];
      steps.length = 0;
      for (const step of projectSteps) {
        if (step.applies(item)) steps.push(await timed(step, work, context));
      }
    });
    return finishedResult(item, work, steps);
  } catch (error) {
    const result = failedResult(item, error, steps);
    await context.journal.record({
      item: item.id,
      step: 'code',
      status: 'failed',
      code: result.problem?.code ?? 'unexpected',
    });
    return result;
  }
}

async function timed(
  step: (typeof projectSteps)[number],
  work: ProjectWork,
  context: RunContext,
): Promise<StepResult> {
  const started = context.runtime.now();
  const bytes = work.bytes;
  context.emit({ type: 'item-step', id: work.item.id, step: step.name });
  const outcome = await step.run(work, context);
  return { step: step.name, outcome, ms: context.runtime.now() - started, bytes: work.bytes - bytes };
}
