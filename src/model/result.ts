/** What came of it; schema and type are one thing. */
import * as z from 'zod';
import { SourceView, Visibility } from './forge.ts';
import { Notice } from './notice.ts';
import { Loss, LossKind } from './losses.ts';
import { Counts, Evidence, ItemState, LeftOut, PersonAction } from './plan.ts';

const count = z.int().nonnegative();
const millis = z.number().nonnegative();

export type { ItemState } from './plan.ts';

/** The comparison of both sides, read afresh. */
export const Check = z.object({
  state: ItemState,
  compared: count.describe('How many things were compared'),
  hash: z
    .object({ source: z.string(), target: z.string() })
    .nullable()
    .describe('SHA-256 over the sorted "id name" lines of each side, each ended by a newline'),
  contents: Counts.exactOptional().describe(
    'Of a tracker: issues, merge requests (requests) and comments of what was compared, as the target has them',
  ),
  differences: z.array(Notice).describe('What is not the same on both sides, each with its reason'),
  asOf: z.iso
    .datetime()
    .exactOptional()
    .describe('When the source was read for it: what is pushed there later is not in it'),
});
export type Check = z.infer<typeof Check>;

export const StepResult = z.object({
  step: z.string().describe('Name of the step'),
  title: z.string().describe('How people see the step, and what it counts'),
  state: ItemState,
  changed: z.boolean().describe('True when this run wrote something on the target'),
  ms: millis,
  bytes: count,
  counts: Counts,
  notices: z.array(Notice).describe('What is different on GitLab from what you might expect'),
  check: Check.nullable().describe('Null when the step did not get that far'),
});
export type StepResult = z.infer<typeof StepResult>;

export const ItemResult = z.object({
  kind: z.enum(['person', 'group', 'project']),
  id: z.string().describe('On the source: the owner, owner/name, or @ and a login'),
  target: z.object({ path: z.string(), id: count.nullable(), url: z.string().nullable() }),
  visibility: z
    .object({ source: Visibility.nullable(), target: Visibility })
    .nullable()
    .describe(
      'On both sides; GitBucket has none for groups. The planned one until there is something; null for people',
    ),
  state: ItemState.describe('The worst state of its steps'),
  changed: z.boolean().describe('True when this run wrote something on the target'),
  steps: z.array(StepResult),
  reasons: z.array(z.string()).describe('Why the plan decided as it did'),
  problem: Notice.nullable().describe('Why the item as a whole is not proven'),
  planned: Counts.exactOptional().describe(
    'What the plan counts of its refs; absent once the run has counted them itself',
  ),
});
export type ItemResult = z.infer<typeof ItemResult>;

/** Who got what, and by which evidence. */
export const PersonResult = z.object({
  login: z.string(),
  name: z.string().describe('Full name; empty when unknown'),
  account: z.string().nullable().describe('User name on GitLab; null without an account'),
  action: PersonAction,
  evidence: Evidence,
  reasons: z.array(z.string()).describe('Why the plan decided as it did'),
  roles: z.array(
    z.object({
      at: z.string().describe('On the source: the group, or owner/name'),
      level: z.int().describe('20 Reporter, 30 Developer, 40 Maintainer, 50 Owner'),
      proven: z.boolean(),
    }),
  ),
  missed: z
    .array(z.string())
    .default([])
    .describe('Where the person has a role on GitBucket and none on GitLab'),
});
export type PersonResult = z.infer<typeof PersonResult>;

export const Totals = z.object({
  people: count.default(0),
  groups: count,
  projects: count,
  states: z.record(ItemState, count).describe('Number of items by state'),
  steps: z
    .array(z.object({ step: z.string(), title: z.string(), counts: Counts }))
    .describe('What the steps counted, over all items'),
  complete: z
    .object({ projects: count, refs: z.object({ done: count, of: count }) })
    .describe(
      'Repositories that are proven, and refs of the source that are on the target, of all that are known',
    ),
  bytes: count,
  ms: millis.describe('Without the time that the question waited for its answer'),
});
export type Totals = z.infer<typeof Totals>;

export const ExitCode = z.literal([0, 1, 2, 3, 4, 130]);
export type ExitCode = z.infer<typeof ExitCode>;

/** The one document that every report is rendered from. */
export const Result = z.object({
  version: z.literal(1),
  command: z.enum(['migrate', 'verify', 'rehearse']),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  gb2gl: z
    .object({ version: z.string(), command: z.string() })
    .describe('The version that ran, and the command as it was typed, without secrets'),
  source: SourceView,
  target: z.object({
    url: z.string(),
    version: z.string(),
    user: z.string().describe("Name of the token's user"),
  }),
  selected: z.array(z.string()).describe('What was selected, as on the command line'),
  totals: Totals,
  items: z.array(ItemResult),
  people: z.array(PersonResult).default([]).describe('Everybody who has to do with what was selected'),
  stays: z
    .array(Loss)
    .describe('What the selected repositories have on GitBucket that is not moved, as far as it was counted'),
  uncounted: z
    .array(LossKind)
    .describe('Kinds of such things that were not counted (gb2gl plan --deep counts them)'),
  problems: z.array(Notice),
  leftOut: z.array(LeftOut).describe('What was left out on purpose'),
  warnings: z.array(z.string()),
  exitCode: ExitCode,
});
export type Result = z.infer<typeof Result>;
