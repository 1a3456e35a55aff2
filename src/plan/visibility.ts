import type { Visibility, Namespace } from '../model/forge.ts';
import type { PlannedGroup, PlannedProject } from '../model/plan.ts';
import type { PlanInput } from './input.ts';

export type VisibilityConfig = {
  /** For repositories that are not private: `auto` follows what the source lets anonymous visitors see. */
  public: 'auto' | Visibility;
  private: 'private' | 'internal';
};

export type VisibilityDecision = {
  visibility: Visibility;
  reasons: string[];
  /** Set when GitLab leaves no level that is narrow enough. */
  blocked: { reason: string; fix: string } | null;
};

const visibilityLevels = ['private', 'internal', 'public'] as const satisfies readonly Visibility[];

/** The visibility of a project: what source and config say, lowered to what its namespace and GitLab allow. */
export function projectVisibility(input: {
  private: boolean;
  anonymousAccess: boolean;
  config: VisibilityConfig;
  /** Levels that this token may not use; empty for an administrator, who may use all (GL-92). */
  restricted: readonly Visibility[];
  /** Null when the namespace sets no limit. */
  namespace: Visibility | null;
}): VisibilityDecision {
  const onSource = sourceVisibility(input.private, input.anonymousAccess);
  const wish = input.private ? input.config.private : openVisibility(input.config.public, onSource);
  const reasons: string[] = [];
  if (wish !== onSource)
    reasons.push(`${wish}, set by "visibility" in the config; ${onSource} on the source`);
  else if (!input.private && wish === 'internal') {
    reasons.push('internal, because the source requires a login');
  }
  return lower(wish, input.namespace, 'namespace', input.restricted, reasons);
}

/** The visibility of a new group: just wide enough for its projects, and private when it has none. */
export function groupVisibility(input: {
  projects: readonly Visibility[];
  parent: Visibility | null;
  restricted: readonly Visibility[];
}): VisibilityDecision {
  const wish = visibilityLevels.findLast((level) => input.projects.includes(level)) ?? 'private';
  return lower(wish, input.parent, 'group', input.restricted, []);
}

/** The widest level that both allow. */
export function narrower(a: Visibility, b: Visibility): Visibility {
  return visibilityLevels.indexOf(a) < visibilityLevels.indexOf(b) ? a : b;
}

function sourceVisibility(isPrivate: boolean, anonymousAccess: boolean): Visibility {
  if (isPrivate) return 'private';
  return anonymousAccess ? 'public' : 'internal';
}

function openVisibility(config: VisibilityConfig['public'], onSource: Visibility): Visibility {
  return config === 'auto' ? onSource : config;
}

function lower(
  wish: Visibility,
  limit: Visibility | null,
  limitedBy: 'namespace' | 'group',
  restricted: readonly Visibility[],
  reasons: readonly string[],
): VisibilityDecision {
  const ceiling = limit === null ? wish : narrower(wish, limit);
  const why = [...reasons];
  if (limit !== null && ceiling !== wish)
    why.push(`${wish} is not allowed in ${limit === 'internal' ? 'an' : 'a'} ${limit} ${limitedBy}`);
  const within = visibilityLevels.slice(0, visibilityLevels.indexOf(ceiling) + 1);
  const visibility = within.findLast((level) => !restricted.includes(level));
  if (visibility === undefined) return noneLeft(ceiling, why);
  if (visibility !== ceiling) why.push(`${ceiling} has been restricted by your GitLab administrator`);
  return { visibility, reasons: why, blocked: null };
}

/** A wider level would show more than the source does, so a human has to decide. */
function noneLeft(ceiling: Visibility, reasons: string[]): VisibilityDecision {
  const reason = `${ceiling} has been restricted by your GitLab administrator, as has every narrower level`;
  const fix = `ask a GitLab administrator to allow the level ${ceiling} (Admin > Settings > General > Visibility and access controls), or use an administrator token`;
  return { visibility: ceiling, reasons, blocked: { reason, fix } };
}

/** Levels that must not be used for something new in the namespace (null: in one that this token makes). */
export function restrictedIn(
  namespace: Namespace | null,
  target: PlanInput['target'],
): readonly Visibility[] {
  const exempt = namespace?.bypassesRestrictions ?? target.user.admin;
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
    `the token cannot read whether the GitLab administrator has restricted the level ${levels.join(' or ')}; if so, GitLab refuses items with that level: then set "visibility": { "public": ${key} }`,
  ];
}
