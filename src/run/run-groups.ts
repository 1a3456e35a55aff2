import { problemOf } from '../errors.ts';
import type { ItemResult, PlannedGroup } from '../model.ts';
import { withAttempts } from './attempts.ts';
import type { ReadyGroups, RunContext } from './context.ts';
import { blockedResult, emptyResult, failedResult } from './item-result.ts';
import { group } from './steps/group.ts';

/** Sees to all groups, one after the other. Projects of a group that failed are told why through `failed`. */
export async function runGroups(
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
export function withoutGroup(result: ItemResult, cause: ItemResult): ItemResult {
  if (cause.state === 'interrupted') return { ...result, state: 'interrupted' };
  const problem = cause.problem ?? problemOf(new Error(cause.state), cause.id);
  return {
    ...result,
    state: cause.state === 'blocked' ? 'blocked' : 'failed',
    problem: { ...problem, object: result.id, message: `its group was not made: ${problem.message}` },
  };
}
