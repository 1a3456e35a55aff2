import * as z from 'zod';
import { planUnreadable } from '../failures/usage.ts';
import { Plan, Counts, itemsOf, type PlanItem } from '../model/plan.ts';
import { Result } from '../model/result.ts';

/** Reads a result from JSON; throws a zod error that names every problem with its path. */
export function parseResult(json: unknown): Result {
  return Result.parse(json);
}

/** The result in a text; null when there is none of this version. */
export function resultFrom(text: string): Result | null {
  try {
    return Result.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The JSON schema of result.json, for the docs and for tools that read it. */
export function resultJsonSchema(): object {
  return { title: 'Result of gb2gl, version 1', ...z.toJSONSchema(Result, { target: 'draft-2020-12' }) };
}

type Parts = readonly { name: string; part: z.ZodType }[];

/**
 * Reads a plan from the text of plan.json; each step checks its own part.
 * @throws plan-unreadable with every place that is wrong
 */
export function parsePlan(text: string, file: string, steps: Parts): Plan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw planUnreadable(file, { detail: (error as Error).message });
  }
  const parsed = Plan.safeParse(json);
  if (!parsed.success) throw planUnreadable(file, { detail: placesOf(parsed.error, []) });
  for (const item of itemsOf(parsed.data)) checkParts(item, file, steps);
  return parsed.data;
}

function checkParts(item: PlanItem, file: string, steps: Parts): void {
  for (const planned of item.steps) {
    const step = steps.find(({ name }) => name === planned.step);
    const place = [item.id, planned.step];
    if (!step) throw planUnreadable(file, { detail: `${place.join('.')}: unknown step` });
    const parsed = step.part.safeParse(planned.part);
    if (!parsed.success) throw planUnreadable(file, { detail: placesOf(parsed.error, place) });
    planned.part = parsed.data;
  }
}

function placesOf({ issues }: z.ZodError, where: readonly string[]): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${[...where, ...path].join('.')}: ${message}`)
    .join('; ');
}

const actions = z.record(z.enum(['create', 'update', 'unchanged', 'blocked']), z.int().nonnegative());
const totals = z.object({
  groups: actions,
  projects: actions,
  steps: z.array(z.object({ step: z.string(), title: z.string(), counts: Counts })),
});

/** The JSON schema of plan.json, for the docs and for tools that read it. */
export function planJsonSchema(): object {
  const document = Plan.extend({ totals: totals.describe('Number of items, and what the steps count') });
  return { title: 'Plan of gb2gl, version 1', ...z.toJSONSchema(document, { target: 'draft-2020-12' }) };
}
