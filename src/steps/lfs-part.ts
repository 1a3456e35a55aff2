import * as z from 'zod';
import { MissingKind, MissingObject, type LfsHistory } from '../model/lfs.ts';
import { plannedStep, type PlanItem, type RefChange } from '../model/plan.ts';
import type { LfsObject } from '../model/source.ts';
import type { Verdict } from '../plan/lfs-missing.ts';
import type { LfsFinder, LfsSearch } from '../lfs/finder.ts';

const Refusal = z.object({ reason: z.string(), fix: z.string() });

/** What the step `lfs` has in the plan; the step that moves refs reads of it what stays behind. */
export const LfsPart = z.object({
  objects: z.int().nonnegative().describe('Objects that the history names'),
  bytes: z.int().nonnegative().describe('Size of those that are going to be copied'),
  off: z.boolean().describe('GitLab has LFS off for the project'),
  missing: z.array(MissingObject).describe('Objects that GitLab does not get, with the reason'),
  refused: z
    .record(z.string(), Refusal)
    .describe('Refs that do not move, because their history needs an object that is missing'),
});
export type LfsPart = z.infer<typeof LfsPart>;

/** What the step keeps in the journal. */
export const LfsData = z.object({
  refs: z.string().optional().describe('Hash of the refs at which the objects were dealt with'),
  objects: z.int().optional().describe('How many the history names'),
  missing: z.record(z.string(), MissingKind).optional().describe('Those that GitLab does not have, and why'),
});
export type LfsData = z.infer<typeof LfsData>;

/** What it is while nothing is known of objects. */
export const noLfs: LfsPart = { objects: 0, bytes: 0, off: false, missing: [], refused: {} };

export const lfsTitle = 'LFS objects';
/** Under which name the journal has it. */
export const lfsRecords = { name: 'lfs', data: LfsData } as const;

/** How steps look into the source's objects while they plan. */
export type Look = {
  finder: LfsFinder;
  /** Set when every repository is looked into, whatever speaks for it. */
  always: boolean;
  signal: AbortSignal;
  tell(detail: string): void;
};

/** What was found at the refs that are being moved, and what of it stays behind. */
export type FoundLfs = Verdict & {
  search: LfsSearch;
  history: LfsHistory;
  /** Ids of what the source cannot give. */
  absent: ReadonlySet<string>;
  /** What the target said a moment ago that it lacks, where nothing was written since. */
  lacking: readonly LfsObject[] | null;
  /** What was copied before the refs. */
  bytes: number;
};

/** The changes without those that need an object which is missing. */
export function withoutRefused(
  changes: readonly RefChange[],
  refused: Verdict['refused'] | undefined,
): RefChange[] {
  if (refused === undefined) return [...changes];
  return changes.map((change) => {
    const why = refused[change.ref];
    const writes = change.outcome === 'create' || change.outcome === 'update';
    return why === undefined || !writes ? change : { ...change, outcome: 'refused', ...why };
  });
}

/** What the plan knows to be missing in an item. */
export function missingIn(item: PlanItem): readonly MissingObject[] {
  return (plannedStep(item, lfsRecords.name)?.part as LfsPart | undefined)?.missing ?? [];
}

/** Refs that the plan keeps back for the sake of missing objects. */
export function refusedForLfs(item: PlanItem): Verdict['refused'] {
  return (plannedStep(item, lfsRecords.name)?.part as LfsPart | undefined)?.refused ?? {};
}
