import type { ItemResult, PlannedProject, StepResult } from '../model.ts';
import { withAttempts } from './attempts.ts';
import type { ProjectWork, ReadyGroups, RunContext } from './context.ts';
import { blockedResult, failedResult, finishedResult } from './item-result.ts';
import { projectSteps } from './steps/index.ts';

/** Takes one project through its steps. Never throws: a failure is a result, and the others go on. */
export async function runProject(
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
