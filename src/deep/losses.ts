import type { Loss, LossKind, PlannedProject } from '../model.ts';
import { inOrder, uncountedWithoutAsking } from '../plan/losses.ts';
import type { Counted } from './count-losses.ts';

/** The project with what was counted; nothing where there is nothing. */
export function withLosses(
  project: PlannedProject,
  counts: ReadonlyMap<LossKind, number | null>,
): PlannedProject {
  const found: Loss[] = [...counts]
    .filter(([, count]) => count !== 0)
    .map(([kind, count]) => ({ kind, count }));
  const known = project.losses.filter(({ kind }) => !counts.has(kind));
  return { ...project, losses: inOrder([...known, ...found]) };
}

/** Kinds that this GitBucket did not tell of for some repository. */
export function uncountedIn(all: readonly Counted[]): LossKind[] {
  return uncountedWithoutAsking.filter((kind) => all.some(({ counts }) => !counts.has(kind)));
}
