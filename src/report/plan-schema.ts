import { planUnreadable } from '../failures/usage.ts';
import type * as model from '../model/plan.ts';
import { z } from 'zod';
import { Notice } from '../model/notice.ts';
import { lossKinds } from '../plan/losses.ts';
import { refChange, refCounts } from './schema.ts';

const count = z.int().nonnegative();
const id = z.int();
const visibility = z.enum(['private', 'internal', 'public']);
const texts = z.array(z.string());
const names = z.record(z.string(), z.string());

const blocked = Notice.describe('Why a human must decide first; its fix can be pasted into the config');

const owner = z.object({
  login: z.string(),
  kind: z.enum(['group', 'user']),
  description: z.string(),
  email: z.string(),
  createdAt: z.string().optional().describe('When it was made on GitBucket'),
});

const group = z.object({
  kind: z.literal('group'),
  id: z.string().describe('The owner’s login'),
  owner,
  path: z.string(),
  fullPath: z.string().describe('Path on GitLab, the groups above included'),
  name: z.string(),
  description: z.string(),
  visibility,
  existing: id.nullable().describe('Id of the namespace that is there already; null: it is made'),
  namespaceKind: z.enum(['group', 'user']),
  userId: id.nullable().describe('Whose personal namespace it is, when not that of the token'),
  reasons: texts,
  blocked: blocked.nullable(),
});

const project = z.object({
  id,
  fullPath: z.string(),
  name: z.string(),
  visibility,
  description: z.string(),
  defaultBranch: z.string().nullable(),
  assumedDefaultBranch: z
    .string()
    .nullable()
    .optional()
    .describe('The branch name that GitLab assumes while it is empty'),
  empty: z.boolean(),
  archived: z.boolean(),
  creatorId: id.nullable(),
  webUrl: z.string(),
});

const repository = z.object({
  owner: z.string(),
  name: z.string(),
  description: z.string(),
  private: z.boolean(),
  defaultBranch: z.string(),
  id: id.optional().describe('Its number on GitBucket (4.47 and later)'),
});

const loss = z.object({
  kind: z.enum(lossKinds),
  count: count.nullable().describe('Null when there are some, and the source does not tell how many'),
});

const finding = z.object({
  kind: z.enum(['bad-object', 'large-file', 'missing-lfs-object', 'old-server-url']),
  refused: z.boolean().describe('True when GitLab refuses the push for it'),
  object: z.string().describe('Object id, path or ref'),
  reason: z.string(),
  fix: z.string(),
});

const plannedProject = z.object({
  kind: z.literal('project'),
  id: z.string().describe('owner/name on the source'),
  repository,
  path: z.string(),
  fullPath: z.string(),
  name: z.string(),
  description: z.string(),
  visibility,
  existing: project.nullable().describe('The project that is there already; null: it is made'),
  defaultBranch: z.string().nullable(),
  refs: z.array(refChange),
  mustKnow: texts.describe('Ids on the target that must be found in the source’s history first'),
  losses: z.array(loss).describe('What the repository has on GitBucket and this run does not move'),
  findings: z.array(finding).describe('What a look into the objects found (--deep)'),
  reasons: texts,
  warnings: texts,
  blocked: blocked.nullable(),
});

const settings = z
  .object({
    parentGroup: z.string().nullable(),
    map: z.object({ owners: names, repositories: names, users: names, refs: z.record(z.string(), names) }),
    visibility: z.object({
      public: z.enum(['auto', 'private', 'internal', 'public']),
      private: z.enum(['private', 'internal']),
    }),
    userRepositories: z.enum(['auto', 'group', 'personal']),
    notes: z.boolean(),
    prune: z.boolean(),
  })
  .describe('What the plan was decided with; migrate --plan decides with the same');

/** plan.json, version 1. */
const planSchema = z.object({
  version: z.literal(1),
  settings,
  source: z.object({ url: z.string() }),
  target: z.object({ url: z.string(), version: z.string() }),
  groups: z.array(group),
  projects: z.array(plannedProject),
  problems: z.array(Notice).describe('What could not be read on the source'),
  uncounted: z
    .array(z.enum(lossKinds))
    .describe('Kinds of losses that were not counted (--deep counts them)'),
  warnings: texts,
}) satisfies z.ZodType<model.Plan>;

const actions = z.record(z.enum(['create', 'update', 'unchanged', 'blocked']), count);
const totals = z.object({ groups: actions, projects: actions, refs: refCounts });

/**
 * Reads a plan from the text of plan.json.
 * @throws plan-unreadable with every place that is wrong
 */
export function parsePlan(text: string, file: string): model.Plan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw planUnreadable(file, { detail: (error as Error).message });
  }
  const parsed = planSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw planUnreadable(file, { detail: places.join('; ') });
}

/** The JSON schema of plan.json, for the docs and for tools that read it. */
export function planJsonSchema(): object {
  const document = planSchema.extend({ totals: totals.describe('Number of items and refs by what happens') });
  return { title: 'Plan of gb2gl, version 1', ...z.toJSONSchema(document, { target: 'draft-2020-12' }) };
}
