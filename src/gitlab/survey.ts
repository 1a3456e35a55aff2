import type { Namespace, TakenPath } from '../model/forge.ts';
import type { Survey } from '../model/target.ts';
import { createAccountSurvey } from './accounts.ts';
import { byId, type GitLabClient } from './client.ts';
import { exactRoleMatters, groupNamespace, maintainer } from './identity.ts';
import {
  type GroupLookups,
  isPendingDeletion,
  type Lookups,
  type Me,
  projectsInGroup,
  projectsOfUser,
  subgroupsIn,
  toProject,
} from './lookups.ts';
import * as schema from './schema.ts';

/** With fewer things to look for a list of all is hardly cheaper than each alone. */
const fewest = 3;

export type SurveyOptions = {
  gitlab: GitLabClient;
  lookups: Lookups & GroupLookups;
  me: Me;
  /** The group below which everything is looked for; null for the whole server. */
  parent: Namespace | null;
};

export function createSurvey(options: SurveyOptions): Survey {
  const { gitlab, lookups, me, parent } = options;
  const object = parent?.fullPath ?? gitlab.http.server.url;
  const groupList = parent === null ? '/groups' : `/groups/${parent.id}/descendant_groups`;
  const groups = new Map<string, schema.Group | null>();
  const namespaces = new Map<string, Namespace>(parent === null ? [] : [[lower(parent.fullPath), parent]]);
  const filled = new Set<Namespace>();
  const personal = new Map<number, Promise<Namespace | null>>();
  /** Null as long as not all of them were read. */
  let everyGroup: schema.Group[] | null = null;
  let maintained: ReadonlySet<number> | null = null;

  async function lookForGroups(paths: readonly string[]): Promise<void> {
    const unknown = [...new Set(paths.map(lower))].filter(
      (path) => !groups.has(path) && !namespaces.has(path),
    );
    const inScope = unknown.filter(isInScope);
    if (everyGroup === null && inScope.length >= fewest) {
      // The groups of other people count as well: their paths are taken.
      const path = byId(`${groupList}?all_available=true`);
      everyGroup = await gitlab.listWithin({ path, type: schema.Group, object }, inScope.length);
    }
    if (everyGroup !== null) {
      const listed = new Map(everyGroup.map((group) => [lower(group.full_path), group]));
      for (const path of inScope) groups.set(path, listed.get(path) ?? null);
    }
    await Promise.all(
      unknown
        .filter((path) => !groups.has(path))
        .map(async (path) => groups.set(path, await lookups.groupAt(path))),
    );
  }

  function isInScope(path: string): boolean {
    return parent === null || path.startsWith(`${lower(parent.fullPath)}/`);
  }

  /** The list tells who is Maintainer at least; not the exact role, nor roles that come from invited groups. */
  async function roleIn(group: schema.Group): Promise<number> {
    if (maintained?.has(group.id) && !exactRoleMatters(group)) return maintainer;
    return lookups.roleIn(group);
  }

  async function learnRoles(found: readonly schema.Group[]): Promise<void> {
    if (me.admin || maintained !== null || found.length < fewest) return;
    const path = byId(`${groupList}?min_access_level=${maintainer}`);
    const list = await gitlab.listWithin({ path, type: schema.Group, object }, found.length);
    if (list !== null) maintained = new Set(list.map(({ id }) => id));
  }

  return {
    ...createAccountSurvey(options),
    // Two owners of the source may be one person, and then share one namespace.
    personalNamespace(person) {
      const reading = personal.get(person.id) ?? lookups.personalNamespace(person);
      personal.set(person.id, reading);
      return reading;
    },
    async groupsAt(fullPaths) {
      const paths = [...new Set(fullPaths.map(lower))];
      await lookForGroups(paths);
      const fresh = paths.flatMap((path) => (namespaces.has(path) ? [] : (groups.get(path) ?? [])));
      await learnRoles(fresh);
      await Promise.all(
        fresh.map(async (group) =>
          namespaces.set(lower(group.full_path), groupNamespace(group, await roleIn(group))),
        ),
      );
      return new Map(
        paths.flatMap((path) => {
          const namespace = namespaces.get(path);
          return namespace ? [[path, namespace]] : [];
        }),
      );
    },
    async fillIn(wanted) {
      const fresh = [...new Set(wanted)].filter((namespace) => !filled.has(namespace));
      for (const namespace of fresh) filled.add(namespace);
      await fillNamespaces(fresh, { ...options, everyGroup });
    },
  };
}

function lower(text: string): string {
  return text.toLowerCase();
}

type ContentsOptions = {
  gitlab: GitLabClient;
  me: Me;
  /** The group in which the namespaces are; null for the whole server. */
  parent: Namespace | null;
  /** All groups that the token sees there; null when they were not read. */
  everyGroup: readonly schema.Group[] | null;
};

/**
 * Fills in projects and taken paths of the namespaces: from one list over all of them when it has fewer pages than there
 * are namespaces, else from the lists of each.
 */
async function fillNamespaces(namespaces: readonly Namespace[], options: ContentsOptions): Promise<void> {
  const inScope = namespaces.filter((namespace) => isInScope(namespace, options));
  const together = inScope.length < fewest ? null : await projectsTogether(inScope.length, options);
  await Promise.all(
    namespaces.map(async (namespace) => {
      const path = `${namespace.fullPath.toLowerCase()}/`;
      const [projects, groups] = await Promise.all([
        together !== null && inScope.includes(namespace)
          ? (together.get(path) ?? [])
          : options.gitlab.list(projectsIn(namespace)),
        subgroupsOf(namespace, options),
      ]);
      namespace.projects = projects.filter((project) => !isPendingDeletion(project)).map(toProject);
      namespace.takenPaths = [
        ...projects.filter(isPendingDeletion).map((project) => takenPath('pending-deletion', project)),
        ...groups.map((group) => takenPath('subgroup', group)),
      ];
    }),
  );
}

/** By lower-case path of the namespace and a slash; null when it is not cheaper, or GitLab does not tell. */
async function projectsTogether(
  count: number,
  { gitlab, me, parent }: ContentsOptions,
): Promise<Map<string, schema.Project[]> | null> {
  const object = parent?.fullPath ?? gitlab.http.server.url;
  const path =
    parent === null
      ? `/projects${me.admin ? '' : '?membership=true'}`
      : `/groups/${parent.id}/projects?include_subgroups=true&with_shared=false`;
  const list = { path: byId(path), type: schema.Project, object };
  const projects = await gitlab.listWithin(list, count);
  if (projects === null) return null;
  const byNamespace = new Map<string, schema.Project[]>();
  for (const project of projects) {
    const fullPath = project.path_with_namespace.toLowerCase();
    const namespace = fullPath.slice(0, fullPath.lastIndexOf('/') + 1);
    const list = byNamespace.get(namespace);
    if (list) list.push(project);
    else byNamespace.set(namespace, [project]);
  }
  return byNamespace;
}

function projectsIn({ id, kind, userId, fullPath }: Namespace): ReturnType<typeof projectsInGroup> {
  return kind === 'group' ? projectsInGroup(id, fullPath) : projectsOfUser(userId ?? 0, fullPath);
}

async function subgroupsOf(
  namespace: Namespace,
  { gitlab, everyGroup, parent }: ContentsOptions,
): Promise<readonly schema.Group[]> {
  const { id, kind, fullPath } = namespace;
  if (kind === 'user') return [];
  const known = parent === null || isInScope(namespace, { parent });
  if (everyGroup !== null && known) {
    const prefix = `${fullPath.toLowerCase()}/`;
    return everyGroup.filter((group) => {
      const path = group.full_path.toLowerCase();
      return path.startsWith(prefix) && !path.slice(prefix.length).includes('/');
    });
  }
  return gitlab.list(subgroupsIn(id, fullPath));
}

function isInScope({ fullPath }: Namespace, { parent }: Pick<ContentsOptions, 'parent'>): boolean {
  if (parent === null) return true;
  return `${fullPath}/`.toLowerCase().startsWith(`${parent.fullPath}/`.toLowerCase());
}

function takenPath(kind: TakenPath['kind'], { id, path, name }: Omit<TakenPath, 'kind'>): TakenPath {
  return { kind, id, path, name };
}
