import type { Visibility } from './state.ts';
import type { Actor } from './access.ts';
import type { Context } from './context.ts';

/** Wider levels have greater numbers. */
export const VISIBILITY_LEVELS: Record<Visibility, number> = { private: 0, internal: 10, public: 20 };

/** Message when an administrator has closed this level to everybody else. */
export function restrictedVisibility(context: Context, actor: Actor, visibility: Visibility): string | null {
  if (actor.admin || !context.settings.restrictedVisibilities.includes(visibility)) return null;
  return `${visibility} has been restricted by your GitLab administrator`;
}
