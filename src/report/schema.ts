import { z } from 'zod';
import { Notice } from '../model/notice.ts';
import type * as model from '../model/result.ts';

const count = z.int().nonnegative();
const millis = z.number().nonnegative();
const objectId = z.string().nullable();

const outcomes = ['create', 'update', 'delete', 'unchanged', 'kept', 'refused', 'diverged'] as const;
const states = ['proven', 'refused', 'diverged', 'blocked', 'drifted', 'failed', 'interrupted'] as const;
export const refCounts = z
  .record(z.enum(outcomes), count)
  .describe('Number of refs by outcome; kept: on the target only');

export const refChange = z.object({
  ref: z.string().describe('Full ref name'),
  outcome: z.enum(outcomes),
  old: objectId.describe('Id on the target before; null when absent there'),
  new: objectId.describe('Id on the source; null when absent there'),
  force: z.boolean(),
  late: z.boolean(),
  reason: z.string().exactOptional(),
  fix: z.string().exactOptional().describe('Can be pasted into the config'),
});

const proof = z
  .object({
    equal: z.boolean(),
    refs: count.describe('Refs compared'),
    sourceHash: z.string().describe('SHA-256 over the sorted "id ref" lines, each ended by a newline'),
    targetHash: z.string(),
    head: z.object({ source: z.string().nullable(), target: z.string().nullable() }),
    differences: z.array(
      z.object({ ref: z.string(), source: objectId, target: objectId, reason: z.string() }),
    ),
  })
  .describe('Ids on both sides, read afresh through the fetch advertisement');

const step = z.object({
  step: z.enum(['group', 'project', 'code', 'settings', 'proof']),
  outcome: z.enum(['done', 'unchanged', 'refused', 'failed']),
  ms: millis,
  bytes: count,
});

const item = z.object({
  kind: z.enum(['group', 'project']),
  id: z.string().describe('On the source: the owner, or owner/name'),
  target: z.object({ path: z.string(), id: count.nullable(), url: z.string().nullable() }),
  state: z.enum(states),
  changed: z.boolean().describe('True when this run wrote something on the target'),
  steps: z.array(step),
  refs: refCounts,
  attention: z.array(refChange).describe('Only the refs that need a human'),
  reasons: z.array(z.string()).describe('Why the plan decided as it did'),
  warnings: z.array(z.string()),
  proof: proof.nullable(),
  problem: Notice.nullable(),
});

/** result.json, version 1. */
const resultSchema = z.object({
  version: z.literal(1),
  command: z.enum(['migrate', 'verify', 'rehearse']),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  source: z.object({ url: z.string() }),
  target: z.object({ url: z.string(), version: z.string() }),
  totals: z.object({
    groups: count,
    projects: count,
    states: z.record(z.enum(states), count).describe('Number of items by state'),
    refs: refCounts,
    bytes: count,
    ms: millis,
  }),
  items: z.array(item),
  problems: z.array(Notice),
  warnings: z.array(z.string()),
  exitCode: z.union([0, 1, 2, 3, 4, 130].map((value) => z.literal(value as model.ExitCode))),
}) satisfies z.ZodType<model.Result>;

/** Reads a result from JSON; throws a zod error that names every problem with its path. */
export function parseResult(json: unknown): model.Result {
  return resultSchema.parse(json);
}

/** The JSON schema of result.json, for the docs and for tools that read it. */
export function resultJsonSchema(): object {
  return {
    title: 'Result of gb2gl, version 1',
    ...z.toJSONSchema(resultSchema, { target: 'draft-2020-12' }),
  };
}
