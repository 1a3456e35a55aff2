import type * as z from 'zod';
import type { Config } from '../config/schema.ts';
import type { Runtime } from '../environment.ts';
import { journalled, type ItemHistory } from '../journal/history.ts';
import type { Journal } from '../journal/journal.ts';
import type { LfsFinder } from '../lfs/finder.ts';
import type { Emit } from '../model/events.ts';
import type { ProjectOptions, RefListing, Visibility } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import { plannedStep, type Counts, type Plan, type PlanItem, type PlannedStep } from '../model/plan.ts';
import type { Check } from '../model/result.ts';
import type { RepositoryPart, Source } from '../model/source.ts';
import type { TargetIdentity, Target } from '../model/target.ts';
import type { PlanInput } from '../plan/input.ts';
import type { KnownObjects } from '../plan/known-refs.ts';
import type { FoundLfs, Look } from './lfs-part.ts';
import { openGate, type Gate } from './tracker-gate.ts';
import type { FullTransport } from '../transfer/transport.ts';

/**
 * *content* is all that is pushed, *tracker* what refers to it, *finish* what people feel. Every item ends one stage
 * before any enters the next: a commit that "fixes other/repo#5", pushed after that issue was loaded, would close it.
 */
export const stages = ['content', 'tracker', 'finish'] as const;
export type Stage = (typeof stages)[number];

/** What a step can decide its part of the plan from. */
export type Planning<I extends PlanItem = PlanItem> = {
  /** The item as it was placed, without its steps. */
  item: I;
  /** What git shows on both sides; the source's refs are under the names with which they travel. */
  listings: { source: RefListing; target: RefListing };
  history: ItemHistory | undefined;
  input: PlanInput;
  /** What the source said about objects of an existing project. */
  known: KnownObjects | undefined;
  /** Ids on the target that must be found in the source's history before anything is written. */
  unverifiedIds: readonly string[];
  source: Source;
  target: Target;
  /** Keeps what was listed of another part of the repository for the run to begin with. */
  keep(part: RepositoryPart, listings: { source: RefListing; target: RefListing | null }): void;
  look: Look;
};

/** A step's decision: its own part, and what every reader of the plan needs of it. */
export type Decision<P> = Omit<PlannedStep, 'step' | 'title' | 'part'> & { part: P };

/** What every step of a run can use. */
export type RunContext = {
  config: Config;
  runtime: Runtime;
  source: Source;
  target: Target;
  finder: LfsFinder;
  identity: TargetIdentity;
  plan: Plan;
  /** Refs as they were listed for the plan, by `owner/name`; of a wiki, by `partKey`. */
  listings: Listings;
  initialBranch: string | null;
  /** Set when nothing may be done but what a plan file says. */
  exact?: true;
  prune: boolean;
  /** Levels that GitLab has refused in this run, which holds for all items of the token (GL-92). */
  refusedLevels: Set<Visibility>;
  /** What the run has seen of pipelines. */
  pipelines: {
    /** Pushes start them even without a CI file. */
    everywhere: boolean;
    /** Who may use CI/CD in a new project; null until one has told. */
    level: string | null;
    /** The run has said that it waits for them. */
    waiting: boolean;
    /** When the run has pushed for the last time, in milliseconds; null while it may push again. */
    lastPush: number | null;
  };
  /** What this run itself has switched off, by item, switch and subject: what the plan read of it holds no more. */
  switched: Set<string>;
  /** When this run had GitLab load archives. */
  loads: Gate;
  /** First addresses of accounts, by their ids; null where GitLab does not tell. */
  addresses: Map<number, Promise<string | null>>;
  /** Active integrations of new projects that tell somebody something, by what these inherit them from; null: unread. */
  integrations: Map<string, Promise<readonly string[] | null>>;
  emit: Emit;
};
export type Listings = { source: ReadonlyMap<string, RefListing>; target: ReadonlyMap<string, RefListing> };

/** Where an item is on the target. */
export type Place = {
  id: number;
  fullPath: string;
  url: string | null;
  /** As it is there; absent when it is as planned. */
  visibility?: Visibility;
  /** Who may use its wiki, and what else it offers; absent when unknown. */
  wiki?: string | undefined;
  options?: ProjectOptions | undefined;
  /** Of a personal namespace that came with an account of this run: whose it is. */
  userId?: number;
  /** Of an account: why nothing can be done with it as it is. */
  unusable?: string;
  /** Of an account: why its personal namespace takes no projects. */
  holdsNothing?: string;
};

/** What the steps of one item share. */
export type ItemWork = {
  item: PlanItem;
  context: RunContext;
  /** 1 for the first try; a later one trusts nothing that was read before. */
  attempt: number;
  /** Null until the step that places the item is through. */
  place: Place | null;
  /** The accounts of people, by their logins on the source. */
  accounts: ReadonlyMap<string, Place>;
  /** Where the groups are, by owner's login. */
  groups: ReadonlyMap<string, Place>;
  /** Where the project is of which it is a fork; null when there is none, or it is not there. */
  parent: (Place & { /** Sent for it in this run. */ bytes: number }) | null;
  /** The source's refs that were moved, or found to be there already. */
  sourceRefs: RefListing;
  /** The target's refs; null when they must be read again. */
  targetRefs: RefListing | null;
  /** The same of its wiki, once a step has read it; the source's under the names with which they travel. */
  wikiRefs?: { source: RefListing; target: RefListing | null } | undefined;
  /** Null while nothing is known of LFS objects. */
  lfs: FoundLfs | null;
  /** Set once a run has dealt with its tracker or its releases: what it knows of them is fresh. */
  trackerLoaded?: true;
  releasesMoved?: true;
  /** May a push start pipelines for a CI file of its own? Absent until it was looked for. */
  ci?: boolean;
};

/** What a run begins with: nothing of the target is known beyond the plan. */
export function runContext(
  known: Omit<
    RunContext,
    'refusedLevels' | 'pipelines' | 'switched' | 'integrations' | 'loads' | 'addresses'
  >,
): RunContext {
  const pipelines = { everywhere: false, level: null, waiting: false, lastPush: null };
  return {
    ...known,
    refusedLevels: new Set(),
    pipelines,
    switched: new Set(),
    loads: openGate(),
    addresses: new Map(),
    integrations: new Map(),
  };
}

/** What the steps of an item begin with. What was listed for the plan is fresh enough while nothing was written. */
export function itemWork(
  item: PlanItem,
  context: RunContext,
  where: Pick<ItemWork, 'place' | 'accounts' | 'groups'>,
): ItemWork {
  const { source, target } = context.listings;
  return {
    item,
    context,
    attempt: 1,
    ...where,
    parent: null,
    sourceRefs: source.get(item.id) ?? { refs: new Map(), head: null },
    targetRefs: target.get(item.id) ?? null,
    lfs: null,
  };
}

/** Only a run that writes has these. */
export type Writing = { journal: Journal; transport: FullTransport };

/** What one step works with; `known` is what it wrote into the journal about this item, null when it wrote nothing. */
export type Work<D, I extends PlanItem = PlanItem> = ItemWork & { item: I; known(): D | null };

/** `Work` of a step that may write. */
export type WritingWork<D, I extends PlanItem = PlanItem> = Work<D, I> &
  Writing & {
    /**
     * Writes a record of this step. `data` is a merge patch (RFC 7396) to what the step knows. `started` comes before any
     * effect on the target. `anew`: it makes the item, in place of one that is gone, if there was any.
     */
    record(
      status: 'started' | 'done',
      facts?: { data?: Patch<D>; target?: { id: number; path: string }; anew?: true },
    ): Promise<void>;
  };

/** A merge patch: null removes a key. */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Patch<NonNullable<T[K]>> | null }
    : T;

/** What a step did. */
export type Outcome = { changed: boolean; counts?: Counts; notices?: Notice[]; bytes?: number };

/** One idempotent action on an item. It owns its slice, from the plan to the proof. */
export type Step<P, D, I extends PlanItem = PlanItem> = {
  name: string;
  /** How people see it, and what it counts. */
  title: string;
  of: I['kind'];
  stage: Stage;
  /** It takes back what the run has set for a while: a failure of a step before it in the same stage keeps nobody from that. */
  restores?: true;
  /** Its part of the plan, as plan.json holds it. */
  part: z.ZodType<P>;
  /** What it writes into the journal, and finds there again. */
  data: z.ZodType<D>;
  /** What would be done; null when the step has nothing to do with the item. */
  plan(planning: Planning<I>): Decision<P> | null | Promise<Decision<P> | null>;
  /** Why this decision must not be carried out after the earlier one; null when it may. Absent: it always may. */
  drift?(earlier: P | null, now: P): string | null;
  /** Looks, acts, reads back; safe to repeat after a crash anywhere. */
  run(part: P, work: WritingWork<D, I>): Promise<Outcome>;
  /** The proof, from both servers as they are now; `migrate` and `verify` both call it. */
  verify(part: P, work: Work<D, I>): Promise<Check>;
};

/** Any step, as the engine sees it. */
export type AnyStep = Step<unknown, unknown>;

/** The step's own part of the plan of an item; null when it has nothing to do with it. */
export function partOf<P, D, I extends PlanItem>(step: Step<P, D, I>, item: PlanItem): P | null {
  return (plannedStep(item, step.name)?.part as P | undefined) ?? null;
}

/** What the step wrote into the journal about an item. */
export function knownTo<D>(
  step: { name: string; data: z.ZodType<D> },
  history: ItemHistory | undefined,
): D | null {
  return journalled(history, step);
}

/** Something to know about which nothing needs to be done. */
export function remark(code: string, object: string, message: string): Notice {
  return { code, object, message, fix: '' };
}

/** A check that found nothing to complain about. */
export function proven(compared: number, hash: Check['hash'] = null): Check {
  return { state: 'proven', compared, hash, differences: [] };
}
