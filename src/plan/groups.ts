import type { Config } from '../config/schema.ts';
import { groupsForbidden, namespaceTaken, projectsForbidden } from '../failures/target.ts';
import type { History } from '../journal/history.ts';
import type { Namespace, Owner, Visibility } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedGroup, PlannedProject } from '../model/plan.ts';
import { shortened, assignNames, displayName, pathBeside } from './free-names.ts';
import type { PlanInput } from './input.ts';
import { personReasons, undecided } from './undecided.ts';
import { assignPaths, type PathAssignment, type PathEntry } from './path-assignment.ts';
import { restrictedIn, groupVisibility } from './visibility.ts';

/** Where the repositories of one owner go. */
export type Placement = {
  owner: Owner;
  fullPath: string;
  kind: 'group' | 'user';
  /** Null while the group has yet to be made. */
  namespace: Namespace | null;
  /** The group around it; null at the top level and for personal namespaces. */
  parent: Namespace | null;
  reasons: string[];
  blocked: Notice | null;
};

/** Group paths of owners, the config's map and earlier runs considered. `taken`: full paths of others, in lower case. */
export function ownerPaths(
  owners: readonly Owner[],
  config: Config,
  taken: ReadonlySet<string>,
  history: History,
): Map<string, PathAssignment & { fullPath: string }> {
  const parent = config.target.parentGroup;
  const prefix = parent === null ? '' : `${parent}/`;
  const inParent = (fullPath: string): boolean => parentOf(fullPath) === (parent ?? '').toLowerCase();
  const mapped = owners.filter((owner) => isElsewhere(config.map.owners[owner.login], parent));
  const entries: PathEntry[] = owners
    .filter((owner) => !mapped.includes(owner))
    .map((owner) => {
      const wanted = config.map.owners[owner.login];
      const made = owner.createdAt === undefined ? undefined : Date.parse(owner.createdAt);
      const base = { key: owner.login, original: owner.login, made };
      return wanted === undefined ? base : { ...base, wanted: lastPart(wanted) };
    });
  const remembered = new Map<string, string>();
  for (const [item, known] of history.items) {
    if (item.includes('/') || known.target === null || !inParent(known.target.path)) continue;
    remembered.set(item, lastPart(known.target.path));
  }
  const context = {
    level: parent === null ? ('top-group' as const) : ('subgroup' as const),
    parent,
    taken: new Set([...taken].filter(inParent).map(lastPart)),
    remembered,
  };
  const paths = new Map<string, PathAssignment & { fullPath: string }>();
  for (const [login, assignment] of assignPaths(entries, context)) {
    paths.set(login, { ...assignment, fullPath: `${prefix}${assignment.path}` });
  }
  for (const owner of mapped) {
    const fullPath = config.map.owners[owner.login] ?? '';
    const reason = 'set by "map.owners"';
    paths.set(owner.login, { path: lastPart(fullPath), fullPath, reason, lookupById: false, blocked: null });
  }
  return paths;
}

/** Only a path that the map demands is kept although somebody else has it; then a human must choose. */
export function blockedPath(
  { login }: Owner,
  fullPath: string,
  takenBy: string,
  paths: ReadonlyMap<string, { fullPath: string }>,
): Notice {
  const rest = [...paths].filter(([key]) => key !== login);
  const others = new Set(rest.map(([, path]) => path.fullPath.toLowerCase()));
  const rivals = others.has(fullPath.toLowerCase());
  const suggestion = pathBeside(fullPath, login, (path) => rivals || others.has(path.toLowerCase()));
  return namespaceTaken(fullPath, { detail: `it is ${takenBy}`, owner: login, suggestion }).notice;
}

/** A mapped full path below another group than the usual parent. */
function isElsewhere(wanted: string | undefined, parent: string | null): boolean {
  return wanted !== undefined && wanted.includes('/') && parentOf(wanted) !== (parent ?? '').toLowerCase();
}

export function lastPart(fullPath: string): string {
  return fullPath.slice(fullPath.lastIndexOf('/') + 1);
}

/** Lower-case full path of the group around it; empty at the top level. */
export function parentOf(fullPath: string): string {
  const slash = fullPath.lastIndexOf('/');
  return slash < 0 ? '' : fullPath.slice(0, slash).toLowerCase();
}

type GroupInput = Pick<PlanInput, 'placements' | 'wholeOwners' | 'target' | 'config' | 'people'>;

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
    name: name ?? (keepsNameFree(placement, input.config) ? path : displayName(owner.login, 'group', path)),
    description: shortened(owner.description),
    visibility,
    existing: namespace?.id ?? null,
    namespaceKind: kind,
    userId: kind === 'user' ? (namespace?.userId ?? null) : null,
    reasons: [...reasons, ...personReasons(placement, input), ...(namespace === null ? decided.reasons : [])],
    blocked:
      placement.blocked ??
      undecided(placement, input) ??
      topLevelBlock(placement, input.target) ??
      (own.length > 0 ? emptyForEver(placement, input.target) : null),
    steps: [],
  };
}

/** A person was given another path: a group of that person's name would still be in the account's way (GL-395). */
function keepsNameFree({ owner, fullPath }: Placement, { map }: Config): boolean {
  return (
    owner.kind === 'user' &&
    map.owners[owner.login] !== undefined &&
    lastPart(fullPath).toLowerCase() !== owner.login.toLowerCase()
  );
}

/** A new group has the rules of the server, and these may let nobody make projects. */
function emptyForEver(
  { kind, fullPath, namespace }: Placement,
  { newGroupsTakeProjects }: PlanInput['target'],
): Notice | null {
  if (kind === 'user' || namespace !== null || newGroupsTakeProjects) return null;
  const detail = 'the server settings do not let anybody create projects in new groups';
  return projectsForbidden(fullPath, { detail }).notice;
}

/** Some may make no groups at the top level, and on GitLab.com nobody may by the API (GL-94). */
export function topLevelBlock(
  { kind, fullPath, namespace, parent }: Pick<Placement, 'kind' | 'fullPath' | 'namespace' | 'parent'>,
  { url, user }: Pick<PlanInput['target'], 'url' | 'user'>,
): Notice | null {
  if (kind === 'user' || namespace !== null || parent !== null) return null;
  const dotCom = new URL(url).hostname === 'gitlab.com';
  if (user.canCreateGroup && !dotCom) return null;
  const where = dotCom ? ' at the top level of GitLab.com' : '';
  return groupsForbidden(fullPath, { user: user.username, where }).notice;
}
