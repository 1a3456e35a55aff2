import { setImmediate } from 'node:timers/promises';
import { historyAt } from '../journal/history.ts';
import { existingId, itemsOf, plannedStep, type PlanItem } from '../model/plan.ts';
import type { ItemResult, StepResult } from '../model/result.ts';
import {
  itemWork,
  knownTo,
  runContext,
  type AnyStep,
  type ItemWork,
  type Place,
  type RunContext,
} from '../steps/step.ts';
import type { PrepareOptions, Prepared } from './prepare.ts';
import { parentOf } from './families.ts';
import { blockedResult, failedStep, isConcerned, itemResult, placeOf, stepResult } from './results.ts';

/** Lets every step prove its part, from both servers as they are now; needs no journal and writes nothing. */
export async function verify(prepared: Prepared, options: PrepareOptions): Promise<ItemResult[]> {
  const context = runContext({ ...options, ...prepared });
  const { plan, emit, runtime } = context;
  emit({ type: 'phase', phase: 'repositories', total: plan.projects.length });
  const results: ItemResult[] = [];
  const accounts = new Map<string, Place>();
  for (const item of itemsOf(plan).filter(isConcerned)) {
    await setImmediate();
    const result = await verifyItem(item, accounts, context, options);
    if (item.kind === 'project') emit({ type: 'item-finished', result });
    results.push(result);
  }
  const proven = results.filter(({ kind, state }) => kind === 'project' && state === 'proven').length;
  const interrupted = runtime.stopping.aborted;
  const summary = interrupted ? 'interrupted' : `${proven} of ${plan.projects.length} proven`;
  emit({ type: 'phase-done', phase: 'repositories', summary, interrupted });
  return results;
}

async function verifyItem(
  item: PlanItem,
  accounts: Map<string, Place>,
  context: RunContext,
  { steps, history }: PrepareOptions,
): Promise<ItemResult> {
  if (item.blocked !== null) return blockedResult(item);
  const work = itemWork(item, context, { place: placeOf(item), accounts, groups: new Map() });
  if (item.kind === 'person' && work.place !== null) accounts.set(item.person.login, work.place);
  const parent = parentOf(item);
  const above = parent === undefined ? undefined : context.plan.projects.find(({ id }) => id === parent);
  const place = above === undefined ? null : placeOf(above);
  if (above !== undefined && place !== null)
    work.parent = { ...place, visibility: above.visibility, bytes: 0 };
  const results: StepResult[] = [];
  for (const step of steps) {
    const result = await verifyStep(step, work, historyAt(history.items.get(item.id), existingId(item)));
    if (result !== null) results.push(result);
    // Nothing of what is not there can be proven.
    if (result?.check === null) break;
  }
  return itemResult(item, results, work.place);
}

async function verifyStep(
  step: AnyStep,
  shared: ItemWork,
  history: Parameters<typeof knownTo>[1],
): Promise<StepResult | null> {
  const { item, context } = shared;
  const planned = plannedStep(item, step.name);
  if (step.of !== item.kind || planned === null) return null;
  const started = context.runtime.now();
  try {
    const work = Object.assign(shared, { known: () => knownTo(step, history) });
    const check = await step.verify(planned.part, work);
    return stepResult(planned, check, { ms: context.runtime.now() - started });
  } catch (error) {
    return failedStep(planned, error, item, context.runtime.now() - started);
  }
}
