import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { PlanItem } from '../model/plan.ts';
import type { Phase } from '../model/events.ts';
import type { ItemResult } from '../model/result.ts';
import {
  itemWork,
  runContext,
  stages,
  type ItemWork,
  type Place,
  type RunContext,
  type Stage,
  type Writing,
} from '../steps/step.ts';
import {
  advance,
  endHalted,
  hasSteps,
  resultOf,
  type MigrateOptions,
  type Options,
  type Progress,
} from './advance.ts';
import { createHalts } from './attempts.ts';
import type { Prepared } from './prepare.ts';
import { inFamilies, placeAbove } from './families.ts';
import { isConcerned, withoutGroup } from './results.ts';

const phases = { content: 'repositories', tracker: 'tracker', finish: 'finish' } as const satisfies Record<
  Stage,
  Phase
>;

/**
 * Carries out a plan stage by stage: every item ends one before any enters the next. Within a stage people come
 * first, then the groups one after the other, then the projects side by side, parents before their forks. After a failure
 * that closes the server, or a part of it, to everything else, nothing more is begun there. Gives one result for each item
 * of the plan that it concerns.
 */
export async function migrate(prepared: Prepared, given: MigrateOptions): Promise<ItemResult[]> {
  const options: Options = { ...given, halts: createHalts() };
  const context = runContext({ ...options, ...prepared });
  const { plan } = context;
  const [accounts, groups] = [new Map<string, Place>(), new Map<string, Place>()];
  const failed = new Map<string, ItemResult>();
  const begin = (item: PlanItem): Progress => ({
    item,
    work: workOn(item, { accounts, groups }, context, options),
    done: [],
    ended: null,
  });
  const all = {
    people: plan.people.map(begin),
    groups: plan.groups.map(begin),
    projects: plan.projects.map(begin),
  };
  for (const stage of stages) {
    await runPeople(all.people, stage, context, options);
    for (const { item, work } of all.people)
      if (item.kind === 'person' && work.place !== null) accounts.set(item.person.login, work.place);
    await runGroups(all.groups, stage, context, options);
    for (const { item, work, ended } of all.groups) {
      if (ended !== null) failed.set(item.id, ended);
      else if (work.place !== null) groups.set(item.id, work.place);
    }
    await runProjects(all.projects, stage, failed, context, options);
  }
  const people = all.people.filter(({ item }) => isConcerned(item));
  return [...people, ...all.groups, ...all.projects].map(resultOf);
}

function workOn(
  item: PlanItem,
  places: Pick<ItemWork, 'accounts' | 'groups'>,
  context: RunContext,
  { journal, transport }: MigrateOptions,
): ItemWork & Writing {
  return { ...itemWork(item, context, { place: null, ...places }), journal, transport };
}

async function runPeople(
  people: readonly Progress[],
  stage: Stage,
  { emit, config }: RunContext,
  options: Options,
): Promise<void> {
  const first = stage === 'content';
  const { length: total } = people;
  if (first && total > 0) emit({ type: 'phase', phase: 'people', total });
  const limit = pLimit(config.limits.target);
  let done = 0;
  await Promise.all(
    people.map((progress) =>
      limit(async () => {
        await advance(progress, stage, options);
        done += 1;
        const detail = progress.item.id;
        if (first) emit({ type: 'phase-progress', phase: 'people', done, total, detail });
      }),
    ),
  );
  if (!first || total === 0) return;
  const known = people.filter(({ work }) => work.place !== null).length;
  emit({ type: 'phase-done', phase: 'people', summary: `${known} of ${total} have an account` });
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
      // Later on its group is there, whatever else could not be done with it.
      if (first && cause && progress.ended === null && progress.item.blocked === null)
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
