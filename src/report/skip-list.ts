import { refusedObjects } from '../gitlab/rules/object-checks.ts';
import type { Plan } from '../model/plan.ts';
import type { Result } from '../model/result.ts';

/**
 * The objects that GitLab's git refuses, one id a line in the order of their ids, as `receive.fsck.skipList` wants them;
 * null when there are none. A plan has all of them, a result those that GitLab named.
 */
export function skipListOf(document: Plan | Result): string | null {
  const ids =
    'items' in document ? namedIn(document) : document.projects.flatMap((each) => each.skipList ?? []);
  if (ids.length === 0) return null;
  return `${[...new Set(ids)].sort().join('\n')}\n`;
}

function namedIn({ items }: Result): string[] {
  return items
    .flatMap(({ problem, steps }) => [problem, ...steps.flatMap(({ check }) => check?.differences ?? [])])
    .flatMap((notice) => (notice === null ? [] : refusedObjects(notice.message)))
    .map(({ id }) => id);
}
