import { lfsUnforeseen } from '../failures/lfs.ts';
import { sourceMoved } from '../failures/source.ts';
import { saysLfsMissing } from '../gitlab/rules/object-checks.ts';
import type { PointerBlob } from '../model/lfs.ts';
import { plannedStep, type PlannedProject, type PlannedStep, type RefChange } from '../model/plan.ts';
import type { Target } from '../model/target.ts';
import type { Verdict } from '../plan/lfs-missing.ts';
import { leftBehindAdvice, searchOf } from './lfs-look.ts';
import { lfsRecords, lfsTitle, noLfs, refusedForLfs } from './lfs-part.ts';
import { restoreAll, switchOff } from './quiet.ts';
import type { ItemWork, Writing } from './step.ts';

type Remote = ReturnType<Target['remote']>;
type PushWork = ItemWork & Writing & { item: PlannedProject };

/**
 * Refs whose LFS objects are missing, as of the refs that the objects were moved for.
 * @throws source-moved when these are others by now
 */
export function refusedNow({ item, context, lfs, sourceRefs }: PushWork): Verdict['refused'] {
  if (lfs === null) return refusedForLfs(item);
  const { key, progress, signal } = lfs.search;
  if (searchOf(item, sourceRefs, context, { progress, signal }).key !== key)
    throw sourceMoved(item.id, { detail: 'its refs are others than those whose LFS objects were moved' });
  return lfs.refused;
}

/**
 * Pushes with LFS of the project off where GitLab's check would refuse what is as it should be: it counts pointers and
 * objects, so that two texts of one object are one too many (GL-256), and knows nothing of objects that are missing on
 * purpose. Switched on again right after the push.
 */
export async function withoutLfsCheck<T>(
  work: PushWork,
  writes: readonly RefChange[],
  push: () => Promise<T>,
): Promise<T> {
  const { context, place } = work;
  if (place === null || !(await wouldRefuse(work, writes))) return push();
  if (!(await context.target.checksLfs(place.id))) return push();
  try {
    await switchOff(work, 'lfs', 'on');
    return await push();
  } finally {
    await restoreAll(work, 'lfs');
  }
}

async function wouldRefuse({ lfs, context }: PushWork, writes: readonly RefChange[]): Promise<boolean> {
  if (lfs === null) return false;
  const { search, history, absent } = lfs;
  const seen = history.pointers.filter(({ plain }) => plain);
  if (passes(seen, absent)) return false;
  // What GitLab has already is not looked at again.
  const wanted = writes.flatMap((change) => change.new ?? []);
  const there = writes.flatMap((change) => change.old ?? []);
  return !passes(await context.finder.unsent(search, seen, { wanted, there }), absent);
}

function passes(pointers: readonly PointerBlob[], absent: ReadonlySet<string>): boolean {
  const objects = new Set(pointers.map(({ oid }) => oid));
  return objects.size === pointers.length && pointers.every(({ oid }) => !absent.has(oid));
}

/**
 * The remote, which takes a refusal for missing objects as a sign where nothing told of LFS before: the item gets the step
 * that moves them, and the next try begins with that.
 */
export function withSuspicion(remote: Remote, { item, context }: PushWork): Remote {
  if (!context.config.migrate.lfs || plannedStep(item, lfsRecords.name) !== null) return remote;
  return {
    ...remote,
    async explain(refused) {
      if (!saysLfsMissing(refused.text)) return (await remote.explain?.(refused)) ?? null;
      if (plannedStep(item, lfsRecords.name) === null) item.steps.push(unforeseen);
      return lfsUnforeseen(item.id, { detail: refused.text });
    },
  };
}

/** The way out of a refusal for missing objects; null for one of another kind. `moves`: whether objects move at all. */
export function lfsAdvice(reason: string, moves: boolean): string | null {
  if (!saysLfsMissing(reason)) return null;
  return moves
    ? 'run again; if GitLab goes on refusing, switch Git LFS off in the project (Settings > General > Visibility), run again, and switch it on afterwards'
    : leftBehindAdvice;
}

const unforeseen: PlannedStep = {
  step: lfsRecords.name,
  title: lfsTitle,
  changes: true,
  state: 'proven',
  counts: {},
  notices: [],
  part: noLfs,
};
