import { lowered } from '../text/format.ts';
import { someOf } from '../text/nearest.ts';

/** One thing that is set: what people call it, and words that change with whatever is set. */
export type Setting = { name: string; as: string };

/**
 * Why settings must not be carried out after an earlier plan: what that does not show nobody has looked at. Null when they
 * may. What is no longer there is nothing to carry out.
 */
export function settingDrift(
  title: string,
  earlier: readonly Setting[],
  now: readonly Setting[],
): string | null {
  const shown = new Set(earlier.map(({ as }) => as));
  const more = now.filter(({ as }) => !shown.has(as)).map(({ name }) => name);
  return more.length === 0
    ? null
    : `${lowered(title)} would now be set as was not planned: ${someOf([...new Set(more)])}`;
}
