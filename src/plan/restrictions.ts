import type { Namespace, PlannedGroup, PlannedProject, Visibility } from '../model.ts';
import type { PlanInput } from './input.ts';

/** Levels that must not be used for something new in the namespace (null: in one that this token makes). */
export function restrictedIn(
  namespace: Namespace | null,
  target: PlanInput['target'],
): readonly Visibility[] {
  const exempt = namespace?.exempt ?? target.user.admin;
  return exempt ? [] : (target.restricted ?? []);
}

/** What only an administrator's token can foresee is not guessed; the plan says what may happen. */
export function unreadRestrictions(
  groups: readonly PlannedGroup[],
  projects: readonly PlannedProject[],
  { target }: Pick<PlanInput, 'target'>,
): string[] {
  if (target.restricted !== null || target.user.admin) return [];
  const fresh = [...groups, ...projects].filter((item) => item.existing === null && item.blocked === null);
  const levels = (['internal', 'public'] as const).filter((level) =>
    fresh.some(({ visibility }) => visibility === level),
  );
  if (levels.length === 0) return [];
  const key = levels.includes('public') ? '"internal" } or { "public": "private"' : '"private"';
  return [
    `the token may not read whether GitLab's administrator has restricted the level ${levels.join(' or ')}; if so, what shall get it is refused: then set "visibility": { "public": ${key} }`,
  ];
}
