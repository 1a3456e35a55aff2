/** What is decided before anything is done; schema and type are one thing. */
import * as z from 'zod';
import { Owner, Project, Repository, SourceView, Visibility } from './forge.ts';
import { Notice } from './notice.ts';

const count = z.int().nonnegative();
const id = z.int();
const texts = z.array(z.string());
const names = z.record(z.string(), z.string());
const objectId = z.string().nullable();

export const RefOutcome = z.enum(['create', 'update', 'delete', 'unchanged', 'kept', 'refused', 'diverged']);
export type RefOutcome = z.infer<typeof RefOutcome>;

/** What is decided for one ref. `kept`: on the target only, left alone. */
export const RefChange = z.object({
  ref: z.string().describe('Full ref name'),
  outcome: RefOutcome,
  old: objectId.describe('Id on the target before; null when absent there'),
  new: objectId.describe('Id on the source; null when absent there'),
  force: z.boolean().describe('The target still holds what this tool wrote: history may be rewritten'),
  afterOthers: z.boolean().describe('Travels in a later request than the branches'),
  reason: z.string().exactOptional(),
  fix: z.string().exactOptional().describe('Can be pasted into the config'),
});
export type RefChange = z.infer<typeof RefChange>;

/** True for a change that writes to the target. */
export function isWrite({ outcome }: RefChange): boolean {
  return outcome === 'create' || outcome === 'update' || outcome === 'delete';
}

/** How often something happens, in the words of the step that counts. */
export const Counts = z.record(z.string(), count);
export type Counts = z.infer<typeof Counts>;

/** What one item, or one step of it, comes to. `drifted`: a server is no longer as the plan file says. */
export const ItemState = z.enum([
  'proven',
  'refused',
  'diverged',
  'blocked',
  'drifted',
  'failed',
  'interrupted',
]);
export type ItemState = z.infer<typeof ItemState>;

/** The worst of the states; `proven` when there is none. */
export function worstOf(states: Iterable<ItemState>): ItemState {
  let worst = 0;
  for (const state of states) worst = Math.max(worst, severity.indexOf(state));
  return severity[worst] ?? 'proven';
}

const severity: readonly ItemState[] = [
  'proven',
  'refused',
  'diverged',
  'drifted',
  'blocked',
  'interrupted',
  'failed',
];

/** What one step is going to do with one item. */
export const PlannedStep = z.object({
  step: z.string().describe('Name of the step'),
  title: z.string().describe('How people see the step, and what it counts'),
  changes: z.boolean().describe('True when the step is going to write'),
  state: ItemState.describe('What the step can come to, as far as it can be foreseen'),
  counts: Counts,
  bytes: count.exactOptional().describe('What is to be copied, where that is known beforehand'),
  notices: z.array(Notice).describe('What will be different on GitLab from what you might expect'),
  part: z.unknown().describe('What the step itself needs'),
});
export type PlannedStep = z.infer<typeof PlannedStep>;

const common = {
  path: z.string(),
  fullPath: z.string().describe('Path on GitLab, with the groups above it'),
  name: z.string(),
  description: z.string(),
  visibility: Visibility,
  reasons: texts.describe('Why the plan decides as it does'),
  blocked: Notice.nullable().describe('Why you must decide first; the fix can be pasted into the config'),
  steps: z.array(PlannedStep),
};

export const PlannedGroup = z.object({
  kind: z.literal('group'),
  id: z.string().describe("The owner's login"),
  owner: Owner,
  ...common,
  existing: id.nullable().describe('Id of the namespace that exists; null: it will be created'),
  namespaceKind: z.enum(['group', 'user']).describe('Personal namespaces are never created'),
  userId: id.nullable().describe('Whose personal namespace it is, when not that of the token'),
});
export type PlannedGroup = z.infer<typeof PlannedGroup>;

export const lossKinds = [
  'pull-requests',
  'issues',
  'labels',
  'milestones',
  'releases',
  'wiki-pages',
  'lfs-objects',
  'collaborators',
  'webhooks',
  'protected-branches',
  'other-refs',
] as const;
export const LossKind = z.enum(lossKinds);
export type LossKind = z.infer<typeof LossKind>;

export const Loss = z.object({
  kind: LossKind,
  count: count.nullable().describe('Null when there are some, but the source does not say how many'),
});
export type Loss = z.infer<typeof Loss>;

/** Kinds that only further questions to the source tell, in the order in which they are shown. */
export const uncountedWithoutAsking = lossKinds.filter(
  (kind) => kind !== 'pull-requests' && kind !== 'other-refs',
);

/** The same losses in the order in which they are shown. */
export function sortByKind(losses: readonly Loss[]): Loss[] {
  return [...losses].sort((a, b) => lossKinds.indexOf(a.kind) - lossKinds.indexOf(b.kind));
}

/** By kind; not known as soon as one of them is not known. */
export function summedLosses(losses: readonly Loss[]): Loss[] {
  const sums = new Map<LossKind, number | null>();
  for (const { kind, count } of losses) {
    const sum = sums.get(kind);
    sums.set(kind, count === null || sum === null ? null : (sum ?? 0) + count);
  }
  return sortByKind([...sums].map(([kind, count]) => ({ kind, count })));
}

/** Something inside a repository that GitLab refuses, or that will not work there as it did. */
export const Finding = Notice.extend({
  code: z.enum([
    'bad-object',
    'branch-no-commit',
    'large-file',
    'missing-lfs-object',
    'old-server-url',
    'old-address',
    'ci-file',
  ]),
  refused: z.boolean().describe('True when GitLab refuses the push for it'),
});
export type Finding = z.infer<typeof Finding>;

export const PlannedProject = z.object({
  kind: z.literal('project'),
  id: z.string().describe('owner/name on the source'),
  repository: Repository,
  ...common,
  existing: Project.nullable().describe('The project that exists; null: it will be created'),
  defaultBranch: z.string().nullable().describe('Short name; null when the source has no branch'),
  parent: z
    .string()
    .exactOptional()
    .describe('owner/name of what it is a fork of; nothing is begun for it before that one has its content'),
  losses: z.array(Loss).describe('What the repository has on GitBucket and this run does not move'),
  findings: z.array(Finding).describe('What the inspection of objects found (--deep)'),
  skipList: texts.exactOptional().describe("Ids of the objects that GitLab's git refuses (--deep)"),
});
export type PlannedProject = z.infer<typeof PlannedProject>;

export type PlanItem = PlannedGroup | PlannedProject;

/** What the plan was decided with, besides the two servers. */
export const PlanSettings = z
  .object({
    parentGroup: z.string().nullable(),
    map: z.object({ owners: names, repositories: names, users: names, refs: z.record(z.string(), names) }),
    visibility: z.object({
      public: z.enum(['auto', 'private', 'internal', 'public']),
      private: z.enum(['private', 'internal']),
    }),
    userRepositories: z.enum(['auto', 'group', 'personal']),
    notes: z.boolean(),
    wiki: z.boolean().default(false).describe('False in plans of versions that moved no wikis'),
    refs: texts.default([]),
    pullRequestHeads: z.string().nullable().default(null),
    forks: z.boolean().default(true),
    lfs: z.boolean().default(false).describe('False in plans of versions that moved no LFS objects'),
    allowMissingLfs: texts.default([]),
    prune: z.boolean(),
    fixSubmodules: z.boolean().default(false),
    rewrite: texts.default([]),
  })
  .describe('What the plan was decided with; migrate --plan decides with the same');
export type PlanSettings = z.infer<typeof PlanSettings>;

/** Something on the source that somebody left out on purpose, so that it is told without being a trouble. */
export const LeftOut = z.object({
  object: z.string().describe('owner/name, or the owner'),
  by: z.string().describe('The option or the key of the config that says so'),
  message: z.string().describe('What is wrong with it, if that is known; empty otherwise'),
});
export type LeftOut = z.infer<typeof LeftOut>;

export const Plan = z.object({
  version: z.literal(1),
  settings: PlanSettings,
  source: SourceView,
  target: z.object({ url: z.string(), version: z.string() }),
  groups: z.array(PlannedGroup),
  projects: z.array(PlannedProject),
  problems: z
    .array(Notice)
    .describe('What could not be read on the source; errors of the run, never silence'),
  leftOut: z.array(LeftOut).describe('What is left out on purpose'),
  uncounted: z.array(LossKind).describe('Kinds of losses that were not counted (--deep counts them)'),
  warnings: texts,
});
export type Plan = z.infer<typeof Plan>;

/** What the plan has for one step of an item; null when the step has nothing to do with it. */
export function plannedStep({ steps }: PlanItem, name: string): PlannedStep | null {
  return steps.find(({ step }) => step === name) ?? null;
}
