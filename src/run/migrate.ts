import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Journal } from '../journal/journal.ts';
import type { ItemResult, PlannedProject } from '../model.ts';
import type { Transport } from '../transfer/transport.ts';
import type { RunContext } from './context.ts';
import { blockedResult, emptyResult } from './item-result.ts';
import type { PrepareOptions, Prepared } from './prepare.ts';
import { runGroups, withoutGroup } from './run-groups.ts';
import { runProject } from './run-project.ts';

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
