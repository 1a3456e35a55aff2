import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import type { Source } from '../gitbucket/source.ts';
import type { Target, TargetIdentity } from '../model/target.ts';
import type { Journal } from '../journal/journal.ts';
import type { Emit } from '../model/events.ts';
import type { Project, RefListing } from '../model/forge.ts';
import type { Plan, PlannedGroup, PlannedProject, RefChange } from '../model/plan.ts';
import type { Proof, StepName } from '../model/result.ts';
import type { Transport } from '../transfer/transport.ts';

/** What every step of a run can use. */
export type RunContext = {
  config: Config;
  runtime: Runtime;
  source: Source;
  target: Target;
  identity: TargetIdentity;
  transport: Transport;
  journal: Journal;
  plan: Plan;
  /** Refs as they were listed for the plan, by `owner/name`. */
  listings: Listings;
  initialBranch: string;
  prune: boolean;
  emit: Emit;
};

export type Listings = { source: ReadonlyMap<string, RefListing>; target: ReadonlyMap<string, RefListing> };

/** Group id and path on the target, by owner's login, once the group step is through. */
export type ReadyGroups = Map<string, { id: number; fullPath: string }>;

/** What the steps of one project hand on to each other. */
export type ProjectWork = {
  item: PlannedProject;
  groups: ReadonlyMap<string, { id: number; fullPath: string }>;
  /** 1 for the first try; a later one trusts nothing that was read before. */
  attempt: number;
  project: Project | null;
  /** The source's refs that were moved, or found to be there already. */
  source: RefListing;
  changes: RefChange[];
  /** True when a ref was written in this run. */
  wrote: boolean;
  proof: Proof | null;
  targetHead: string | null;
  bytes: number;
  warnings: string[];
};

export type StepOutcome = 'done' | 'unchanged' | 'refused';

/** One idempotent action: it first asks whether it is already so, then acts, then reads back. */
export type Step = {
  name: StepName;
  /** Steps that must be through before. */
  after: readonly StepName[];
  applies(item: PlannedProject): boolean;
  run(work: ProjectWork, context: RunContext): Promise<StepOutcome>;
};

export type GroupStep = {
  name: 'group';
  run(
    item: PlannedGroup,
    context: RunContext,
    attempt: number,
  ): Promise<{ outcome: StepOutcome; id: number }>;
};
