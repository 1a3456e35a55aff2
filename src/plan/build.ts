import type { Config } from '../config/schema.ts';
import { sourceNotAdministrator } from '../failures/source.ts';
import { projectLimit } from '../failures/target.ts';
import { type LossKind, uncountedWithoutAsking } from '../model/losses.ts';
import { type Plan, type PlannedGroup, type PlannedProject } from '../model/plan.ts';
import { belowParents } from './forks.ts';
import { planGroups, type Placement } from './groups.ts';
import { namesakesOf, samePeoplePiece } from './undecided.ts';
import type { PlanSettings } from '../model/plan-settings.ts';
import type { Account } from '../model/source.ts';
import type { PlanInput } from './input.ts';
import { codeRecords } from './known-refs.ts';
import { unreadRestrictions, narrower } from './visibility.ts';

/**
 * Puts the plan together: the groups that the planned projects need, and what could not be read. Pure, as all of it: the
 * same input gives the same plan.
 */
export function buildPlan(input: PlanInput, placed: readonly PlannedProject[]): Plan {
  const projects = belowParents(placed);
  const groups = planGroups(input, projects);
  const unseen = unseenBy(input);
  const planned = withinLimits(withGroups(belowParents(fitted(projects, groups)), groups), input.placements);
  return {
    version: 1,
    settings: settingsOf(input.config, input.prune),
    source: sourceView(input.source.url, input.reader),
    target: targetView(input.target),
    people: [...input.people.planned],
    groups,
    projects: planned,
    problems: [...unseen.problems, ...input.source.problems, ...input.problems],
    leftOut: [...(input.leftOut ?? [])],
    uncounted: uncountedWithoutAsking.filter((kind) => !movedKinds(input.config).has(kind)),
    warnings: [
      ...unseen.warnings,
      ...input.source.warnings,
      ...unreadRestrictions(groups, planned, input),
      ...hiddenGroups(input),
      ...peopleWithNamesakes(groups, input),
      ...vanished(input),
    ],
  };
}

function targetView({ url, version, user, loadsPerMinute }: PlanInput['target']): Plan['target'] {
  if (loadsPerMinute === undefined) return { url, version };
  return { url, version, administrator: user.admin, loadsPerMinute };
}

/** Which server was read, and with whose eyes. */
export function sourceView(url: string, { login, admin }: Account): Plan['source'] {
  return { url, view: admin === true ? 'administrator' : 'user', user: login };
}

/** What the reader cannot see: nobody knows whether there is anything, and that must not look like nothing. */
function unseenBy(input: PlanInput): Pick<Plan, 'problems' | 'warnings'> {
  const { reader, all, waived, source } = input;
  if (reader.admin === true || input.onlyNames) return { problems: [], warnings: [] };
  const { code, notice } = sourceNotAdministrator(source.url, { user: reader.login });
  if (all && !waived.has(code)) return { problems: [notice], warnings: [] };
  return { problems: [], warnings: [notice.message] };
}

/** Projects are never more visible than their group: GitLab lowers them silently (GL-122). */
function fitted(projects: readonly PlannedProject[], groups: readonly PlannedGroup[]): PlannedProject[] {
  const byOwner = new Map(groups.map((group) => [group.id, group]));
  return projects.map((project) => {
    const group = byOwner.get(project.repository.owner);
    if (!group || group.namespaceKind === 'user' || project.existing) return project;
    if (narrower(project.visibility, group.visibility) === project.visibility) return project;
    const reason = `${group.visibility} instead of ${project.visibility}, because its group is ${group.visibility}`;
    return { ...project, visibility: group.visibility, reasons: [...project.reasons, reason] };
  });
}

/** Where the group is blocked, nothing can be made in it. */
function withGroups(projects: readonly PlannedProject[], groups: readonly PlannedGroup[]): PlannedProject[] {
  const blocked = new Map(
    groups.flatMap((group) => (group.blocked ? [[group.id, group.blocked] as const] : [])),
  );
  return projects.map((project) => {
    const cause = blocked.get(project.repository.owner);
    if (!cause || project.blocked) return project;
    return { ...project, blocked: { ...cause, message: `its group is blocked: ${cause.message}` } };
  });
}

/** Groups that only their members see have their paths all the same. */
function hiddenGroups({ uncheckedPaths = [] }: PlanInput): string[] {
  if (uncheckedPaths.length === 0) return [];
  return [
    `group paths that look free but may belong to a group the token cannot see: ${uncheckedPaths.length} (${uncheckedPaths.slice(0, 5).join(', ')}${uncheckedPaths.length > 5 ? ', …' : ''}); GitLab limits path checks per minute, and an administrator token sees every group`,
  ];
}

const mostNamed = 10;

/** Who may have an account all the same; each of these groups says so too. */
function peopleWithNamesakes(groups: readonly PlannedGroup[], input: PlanInput): string[] {
  const people = namesakesOf(groups, input.people.planned);
  if (people.length === 0) return [];
  const [count, they] =
    people.length === 1 ? ['1 person has', 'it is'] : [`${people.length} people have`, 'they are'];
  const named = people.slice(0, mostNamed);
  const more = people.length > mostNamed ? ` and ${people.length - mostNamed} more` : '';
  const who = `${named.map(({ account }) => account).join(', ')}${more}`;
  return [
    `${count} a GitLab account of the same name that may be theirs: ${who}. That cannot be told (another e-mail address, or none shown), so their repositories go into groups. If ${they} theirs, say so in the config before you migrate: ${samePeoplePiece(named)}`,
  ];
}

/** What an earlier run moved and the source does not show any more; nothing is ever deleted for it. */
function vanished(input: PlanInput): string[] {
  if (!input.all) return [];
  const seen = new Set(input.source.repositories.map(({ owner, name }) => `${owner}/${name}`));
  const known = [...input.source.problems, ...(input.leftOut ?? [])].map(({ object }) => object);
  for (const object of known) seen.add(object);
  const unread = new Set(known);
  const texts: string[] = [];
  for (const [item, known] of input.history.items) {
    const [owner = '', name] = item.split('/');
    if (name === undefined || seen.has(item) || unread.has(owner) || known.target === null) continue;
    if (known.steps.get(codeRecords.name)?.status !== 'done') continue;
    texts.push(
      `${item} was migrated to ${known.target.path} earlier but is no longer on the source (renamed, moved, deleted, or hidden from the token); its project stays unchanged`,
    );
  }
  return texts.sort();
}

/** Kinds that move as the config says, so that they are no losses. */
export function movedKinds({ migrate }: Pick<Config, 'migrate'>): ReadonlySet<LossKind> {
  return new Set<LossKind>([
    ...(migrate.wiki ? (['wiki-pages'] as const) : []),
    ...(migrate.lfs ? (['lfs-objects'] as const) : []),
    ...(migrate.members ? (['collaborators'] as const) : []),
    ...(migrate.branchProtections ? (['protected-branches'] as const) : []),
    ...(migrate.hooks ? (['webhooks'] as const) : []),
    ...(migrate.tracker === 'off' ? [] : trackerKinds),
    ...(migrate.tracker === 'auto' ? (['pull-requests'] as const) : []),
    ...(migrate.releases ? (['releases'] as const) : []),
  ]);
}

const trackerKinds = ['issues', 'labels', 'milestones'] as const;

/** What decides a plan besides what the two servers hold; a plan keeps it, so that carrying it out decides the same. */
function settingsOf(
  { target, map, visibility, userRepositories, migrate }: Config,
  prune: boolean,
): PlanSettings {
  return { parentGroup: target.parentGroup, map, visibility, userRepositories, ...migrate, prune };
}

/** The config with which the plan was made: servers, tokens and limits are those of today. */
export function withSettings(config: Config, settings: PlanSettings): Config {
  const { parentGroup, map, visibility, userRepositories, prune: _, ...migrate } = settings;
  return {
    ...config,
    target: { ...config.target, parentGroup },
    map,
    visibility,
    userRepositories,
    migrate: { ...config.migrate, ...migrate },
  };
}

/**
 * Blocks the projects for which a personal namespace has no room left, the last ones in order of name: GitLab counts all
 * that is in it, also what waits for its deletion (GL-124).
 */
function withinLimits(
  projects: readonly PlannedProject[],
  placements: ReadonlyMap<string, Placement>,
): PlannedProject[] {
  const room = new Map<number, number>();
  return projects.map((project) => {
    const namespace = placements.get(project.repository.owner)?.namespace;
    const limit = namespace?.projectsLimit ?? null;
    if (!namespace || limit === null || project.existing !== null || project.blocked !== null) return project;
    const left = room.get(namespace.id) ?? limit - namespace.projects.length - pendingDeletionIn(namespace);
    room.set(namespace.id, left - 1);
    if (left > 0) return project;
    const context = { user: namespace.fullPath, detail: `its project limit is ${limit}` };
    return { ...project, blocked: projectLimit(project.fullPath, context).notice };
  });
}

function pendingDeletionIn({ takenPaths }: NonNullable<Placement['namespace']>): number {
  return takenPaths.filter(({ kind }) => kind === 'pending-deletion').length;
}
