import { groupsForbidden, projectsForbidden } from '../failures/target.ts';
import type { Visibility } from '../model/forge.ts';
import type { PlannedGroup, PlannedProject } from '../model/plan.ts';
import type { Notice } from '../model/notice.ts';
import { shortened, assignNames, displayName } from './display-names.ts';
import type { PlanInput } from './input.ts';
import { lastPart, type Placement } from './owners.ts';
import { restrictedIn, groupVisibility } from './visibility.ts';

type GroupInput = Pick<PlanInput, 'placements' | 'wholeOwners' | 'target'>;

/** The namespaces that the projects need, and those of owners that are wanted for themselves; ordered by owner. */
export function planGroups(input: GroupInput, projects: readonly PlannedProject[]): PlannedGroup[] {
  const needed = new Set(projects.map(({ repository }) => repository.owner));
  const placements = [...input.placements.values()].filter(
    ({ owner }) => input.wholeOwners.has(owner.login) || needed.has(owner.login),
  );
  const names = subgroupNames(placements);
  return placements
    .map((placement) => planGroup(placement, names.get(placement.owner.login), projects, input))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Names of new subgroups: siblings must differ in them, while top-level groups need not (GL-95). */
function subgroupNames(placements: readonly Placement[]): Map<string, string> {
  const byParent = new Map<NonNullable<Placement['parent']>, Placement[]>();
  for (const placement of placements) {
    if (placement.parent === null || placement.namespace !== null) continue;
    const list = byParent.get(placement.parent);
    if (list) list.push(placement);
    else byParent.set(placement.parent, [placement]);
  }
  return new Map(
    [...byParent].flatMap(([parent, list]) => {
      const entries = list.map(({ owner, fullPath }) => ({
        key: owner.login,
        original: owner.login,
        path: lastPart(fullPath),
      }));
      const taken = new Set(parent.takenPaths.map(({ name }) => name));
      return [...assignNames(entries, { kind: 'group', taken })];
    }),
  );
}

function planGroup(
  placement: Placement,
  name: string | undefined,
  projects: readonly PlannedProject[],
  input: GroupInput,
): PlannedGroup {
  const { owner, fullPath, kind, namespace, parent, reasons } = placement;
  const path = lastPart(fullPath);
  const own = projects.filter((project) => project.repository.owner === owner.login);
  const decided = groupVisibility({
    projects: own.map((project) => project.visibility),
    parent: parent?.visibility ?? null,
    restricted: restrictedIn(null, input.target),
  });
  const visibility: Visibility = namespace?.visibility ?? decided.visibility;
  return {
    kind: 'group',
    id: owner.login,
    owner,
    path,
    fullPath,
    name: name ?? displayName(owner.login, 'group', path),
    description: shortened(owner.description),
    visibility,
    existing: namespace?.id ?? null,
    namespaceKind: kind,
    userId: kind === 'user' ? (namespace?.userId ?? null) : null,
    reasons: [...reasons, ...(namespace === null ? decided.reasons : [])],
    blocked:
      placement.blocked ??
      topLevelBlock(placement, input.target) ??
      (own.length > 0 ? emptyForEver(placement, input.target) : null),
    steps: [],
  };
}

/** A new group has the rules of the server, and these may let nobody make projects. */
function emptyForEver(
  { fullPath, namespace }: Placement,
  { newGroupsTakeProjects }: PlanInput['target'],
): Notice | null {
  if (namespace !== null || newGroupsTakeProjects) return null;
  const detail = 'the settings of the server let nobody make projects in new groups';
  return projectsForbidden(fullPath, { detail }).notice;
}

/** Some may make no groups at the top level, and on GitLab.com nobody may by the API (GL-94). */
export function topLevelBlock(
  { fullPath, namespace, parent }: Pick<Placement, 'fullPath' | 'namespace' | 'parent'>,
  { url, user }: Pick<PlanInput['target'], 'url' | 'user'>,
): Notice | null {
  if (namespace !== null || parent !== null) return null;
  const dotCom = new URL(url).hostname === 'gitlab.com';
  if (user.canCreateGroup && !dotCom) return null;
  const where = dotCom ? ' at the top level of GitLab.com' : '';
  return groupsForbidden(fullPath, { user: user.username, where }).notice;
}
