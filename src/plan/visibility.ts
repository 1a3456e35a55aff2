import type { Visibility, Namespace } from '../model/forge.ts';
import type { PlannedGroup, PlannedProject, AddressedItem } from '../model/plan.ts';
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

/** The widest level that is not wider than the wish and not refused; null when there is none. */
export function atMost(wish: Visibility, refused: Iterable<Visibility>): Visibility | null {
  const without = new Set(refused);
  const within = visibilityLevels.slice(0, visibilityLevels.indexOf(wish) + 1);
  return within.findLast((level) => !without.has(level)) ?? null;
}

/** May an item get a lower level where GitLab refuses the planned one? Not when the config names that level. */
export function mayBeLowered(
  item: AddressedItem,
  { public: open }: VisibilityConfig,
  projects: readonly PlannedProject[],
): boolean {
  if (open !== 'auto') return false;
  if (item.kind === 'project') return !item.repository.private;
  return projects.some(({ repository }) => repository.owner === item.id && !repository.private);
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
  const visibility = atMost(ceiling, restricted);
  if (visibility === null) return noneLeft(ceiling, why);
  if (visibility !== ceiling) why.push(`${ceiling} has been restricted by your GitLab administrator`);
  return { visibility, reasons: why, blocked: null };
}

/** A wider level would show more than the source does, so a human has to decide. */
function noneLeft(ceiling: Visibility, reasons: string[]): VisibilityDecision {
  const reason = `${ceiling} has been restricted by your GitLab administrator, as has every narrower level`;
  return { visibility: ceiling, reasons, blocked: { reason, fix: allowLevel(ceiling) } };
}

/** The way out where no narrower level is left. */
export function allowLevel(level: Visibility): string {
  return `ask a GitLab administrator to allow the level ${level} (Admin > Settings > General > Visibility and access controls), or use an administrator token`;
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
  { target, config: { visibility } }: Pick<PlanInput, 'target' | 'config'>,
): string[] {
  if (target.restricted !== null || target.user.admin) return [];
  const lowered = new Set<Visibility>();
  const named = new Set<Visibility>();
  for (const item of [...groups, ...projects]) {
    if (item.existing !== null || item.blocked !== null || item.visibility === 'private') continue;
    (mayBeLowered(item, visibility, projects) ? lowered : named).add(item.visibility);
  }
  const key = visibility.public === 'auto' ? '"private": "private"' : '"public": "auto"';
  return [
    ...unread(
      lowered,
      'the run creates these items with the next lower level that GitLab accepts, and reports each',
    ),
    ...unread(
      named,
      `GitLab refuses these items, because the config names that level: then set "visibility": { ${key} }`,
    ),
  ];
}

function unread(levels: ReadonlySet<Visibility>, then: string): string[] {
  if (levels.size === 0) return [];
  const names = visibilityLevels.filter((level) => levels.has(level)).join(' or ');
  return [
    `the token cannot read whether the GitLab administrator has restricted the level ${names}; if so, ${then}`,
  ];
}
