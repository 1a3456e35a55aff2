/** What is decided before anything is done; schema and type are one thing. */
import * as z from 'zod';
import { Owner, Project, Repository, SourceView, Visibility } from './forge.ts';
import { Loss, LossKind } from './losses.ts';
import { Notice } from './notice.ts';
import { Person } from './people.ts';
import { PlanSettings } from './plan-settings.ts';

const count = z.int().nonnegative();
const id = z.int();
const texts = z.array(z.string());
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

/** Finds what is known of a ref by its name. Of tens of thousands of refs no pairs are made on the way. */
export function byRef<T extends { ref: string }>(list: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const each of list) map.set(each.ref, each);
  return map;
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
  fullPath: z
    .string()
    .describe('Path on GitLab, with the groups above it; of a person the user name, empty without one'),
  name: z.string(),
  reasons: texts.describe('Why the plan decides as it does'),
  blocked: Notice.nullable().describe('Why you must decide first; the fix can be pasted into the config'),
  steps: z.array(PlannedStep),
};

/** Of what has an address. */
const addressed = { ...common, path: z.string(), description: z.string(), visibility: Visibility };

/** How it is known which account of GitLab is a person's. */
export const Evidence = z
  .enum(['config', 'file', 'mail', 'public-mail', 'commit-mail', 'name-and-mail', 'nothing'])
  .describe(
    'config: map.users; file: a row of people.csv; mail, public-mail, commit-mail: GitLab shows the same address there; name-and-mail: the same user name with the same address',
  );
export type Evidence = z.infer<typeof Evidence>;

/** What becomes of a person. `ask`: somebody must say whether an account is theirs. `none`: no account, and none is made. */
export const PersonAction = z.enum(['use', 'create', 'ask', 'none']);
export type PersonAction = z.infer<typeof PersonAction>;

export const PlannedAccount = z.object({
  id,
  username: z.string(),
  state: z.string().describe("In GitLab's words: active, blocked, blocked_pending_approval, …"),
  external: z.boolean().describe('Sees no internal projects'),
});
export type PlannedAccount = z.infer<typeof PlannedAccount>;

export const PlannedPerson = z.object({
  kind: z.literal('person'),
  id: z.string().describe('@ and the login on the source'),
  person: Person,
  ...common,
  action: PersonAction,
  evidence: Evidence,
  candidates: texts.exactOptional().describe('Accounts that may be theirs, when somebody must say so'),
  existing: PlannedAccount.nullable().describe(
    'The account that exists; null: there is none, or it will be created',
  ),
  identity: z
    .object({ provider: z.string(), externUid: z.string() })
    .exactOptional()
    .describe('By which a sign-in will find an account that is created; absent when nobody named one'),
  firstSignIn: z.string().describe('What will happen when the person signs in to GitLab for the first time'),
});
export type PlannedPerson = z.infer<typeof PlannedPerson>;

export const PlannedGroup = z.object({
  kind: z.literal('group'),
  id: z.string().describe("The owner's login"),
  owner: Owner,
  ...addressed,
  existing: id.nullable().describe('Id of the namespace that exists; null: it will be created'),
  namespaceKind: z.enum(['group', 'user']).describe('Personal namespaces are never created'),
  userId: id.nullable().describe('Whose personal namespace it is, when not that of the token'),
});
export type PlannedGroup = z.infer<typeof PlannedGroup>;

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
  ...addressed,
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

/** What has an address of its own on GitLab. */
export type AddressedItem = PlannedGroup | PlannedProject;
export type PlanItem = PlannedPerson | AddressedItem;

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
  target: z.object({
    url: z.string(),
    version: z.string(),
    administrator: z.boolean().exactOptional().describe("True when the token is an administrator's"),
    loadsPerMinute: count
      .nullable()
      .exactOptional()
      .describe('How many archives of trackers it loads in a minute; null without a limit'),
  }),
  people: z.array(PlannedPerson).default([]).describe('Everybody who has to do with what is planned'),
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

/** Everything that is planned, in the order in which it is begun. */
export function itemsOf({ people, groups, projects }: Plan): PlanItem[] {
  return [...people, ...groups, ...projects];
}

/** Id of what the item is on the target when the plan is made; null when it is not there. */
export function existingId({ existing }: PlanItem): number | null {
  return typeof existing === 'number' ? existing : (existing?.id ?? null);
}

/** Under which id a person is an item: no owner and no repository begins so. */
export function personId(login: string): string {
  return `@${login}`;
}

/** Which kind of item has this id. */
export function kindOfId(id: string): PlanItem['kind'] {
  if (id.startsWith(personId(''))) return 'person';
  return id.includes('/') ? 'project' : 'group';
}

/** What the plan has for one step of an item; null when the step has nothing to do with it. */
export function plannedStep({ steps }: PlanItem, name: string): PlannedStep | null {
  return steps.find(({ step }) => step === name) ?? null;
}
