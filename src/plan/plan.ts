import type { Plan, PlannedGroup, PlannedProject, Visibility } from '../model.ts';
import { shortened } from './description.ts';
import { displayName } from './display-names.ts';
import type { PlanInput } from './input.ts';
import { settingsOf } from './settings.ts';
import { lastPart, type Placement } from './owners.ts';
import { groupVisibility, narrower } from './visibility.ts';

/**
 * Puts the plan together: the groups that the planned projects need, and what could not be read. Pure, as all of it: the
 * same input gives the same plan.
 */
export function buildPlan(input: PlanInput, projects: readonly PlannedProject[]): Plan {
  const groups = [...input.placements.values()]
    .filter(
      ({ owner }) =>
        input.wholeOwners.has(owner.login) || projects.some((p) => p.repository.owner === owner.login),
    )
    .map((placement) => planGroup(placement, projects, input))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    version: 1,
    settings: settingsOf(input.config, input.prune),
    source: { url: input.source.url },
    target: { url: input.target.url, version: input.target.version },
    groups,
    projects: fitted(projects, groups),
    problems: [...input.source.problems, ...input.problems],
    warnings: [...input.source.warnings, ...vanished(input)],
  };
}

function planGroup(
  placement: Placement,
  projects: readonly PlannedProject[],
  input: PlanInput,
): PlannedGroup {
  const { owner, fullPath, kind, namespace, reasons } = placement;
  const path = lastPart(fullPath);
  const own = projects.filter((project) => project.repository.owner === owner.login);
  const decided = groupVisibility({
    projects: own.map((project) => project.visibility),
    parent: input.target.parentGroup?.visibility ?? null,
    restricted: [],
  });
  const visibility: Visibility = namespace?.visibility ?? decided.visibility;
  const forbidden = namespace === null && input.target.parentGroup === null && !input.target.canCreateGroup;
  return {
    kind: 'group',
    id: owner.login,
    owner,
    path,
    fullPath,
    name: displayName(owner.login, 'group', path),
    description: shortened(owner.description),
    visibility,
    existing: namespace?.id ?? null,
    namespaceKind: kind,
    userId: kind === 'user' ? (namespace?.userId ?? null) : null,
    reasons: [...reasons, ...(namespace === null ? decided.reasons : [])],
    blocked: placement.blocked ?? (forbidden ? groupsForbidden(fullPath) : null),
  };
}

function groupsForbidden(fullPath: string): PlannedGroup['blocked'] {
  return {
    code: 'groups-forbidden',
    reason: `the token's user may not create the group ${fullPath}`,
    fix: `create the group by hand and make the user its owner, or use "target": { "parentGroup": … }`,
  };
}

/** Projects are never more visible than their group: GitLab lowers them silently (gitlab-contract §3.1). */
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

/** What an earlier run moved and the source does not show any more; nothing is ever deleted for it. */
function vanished(input: PlanInput): string[] {
  if (!input.all) return [];
  const seen = new Set(input.source.repositories.map(({ owner, name }) => `${owner}/${name}`));
  for (const { object } of input.source.problems) seen.add(object);
  const unread = new Set(input.source.problems.map(({ object }) => object));
  const texts: string[] = [];
  for (const [item, known] of input.history.items) {
    const [owner = '', name] = item.split('/');
    if (name === undefined || seen.has(item) || unread.has(owner) || known.target === null) continue;
    if (known.steps.get('code') !== 'done' && known.steps.get('proof') !== 'done') continue;
    texts.push(
      `${item} was migrated to ${known.target.path} earlier but is not on the source any more (renamed, moved, deleted, or hidden from the token); its project stays as it is`,
    );
  }
  return texts.sort();
}
