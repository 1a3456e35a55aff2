import type { Notice } from '../model/notice.ts';
import type { ItemResult } from '../model/result.ts';

/** True for what is lost because somebody said that it may be. */
export function isAllowedLoss({ code }: Notice): boolean {
  return code === 'lfs-missing';
}

/** How many LFS objects are not on GitLab because somebody allowed it; those that nothing names one by one included. */
export function allowedMissing(items: readonly ItemResult[]): number {
  const steps = items.flatMap((item) => item.steps);
  const named = steps.map(({ check, counts }) => {
    const count = check?.differences.filter(isAllowedLoss).length ?? 0;
    return count > mostLosses ? Math.max(count, counts['lost'] ?? 0) : count;
  });
  return named.reduce((sum, count) => sum + count, 0);
}

/** Of these losses a step names so many one by one, and the others in one notice. */
const mostLosses = 100;
