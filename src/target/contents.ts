import type { Namespace, Occupant } from '../model.ts';
import type { Http } from '../net/http.ts';
import { FEWEST, readAll, readWithin, type List } from './lists.ts';
import type { Me } from './lookups.ts';
import * as schema from './schema.ts';
import { isLeaving, toProject } from './to-project.ts';

export type ContentsOptions = {
  http: Http;
  me: Me;
  /** The group in which the namespaces are; null for the whole server. */
  parent: Namespace | null;
  /** All groups that the token sees there; null when they were not read. */
  everyGroup: readonly schema.Group[] | null;
};

/**
 * Fills in projects and occupants of the namespaces: from one list over all of them when it has fewer pages than there
 * are namespaces, else from the lists of each.
 */
export async function fillNamespaces(
  namespaces: readonly Namespace[],
  options: ContentsOptions,
): Promise<void> {
  const inScope = namespaces.filter((namespace) => isInScope(namespace, options));
  const together = inScope.length < FEWEST ? null : await projectsTogether(inScope.length, options);
  await Promise.all(
    namespaces.map(async (namespace) => {
      const path = `${namespace.fullPath.toLowerCase()}/`;
      const [projects, groups] = await Promise.all([
        together !== null && inScope.includes(namespace)
          ? (together.get(path) ?? [])
          : readAll(options.http, projectsIn(namespace)),
        subgroupsOf(namespace, options),
      ]);
      namespace.projects = projects.filter((project) => !isLeaving(project)).map(toProject);
      namespace.occupants = [
        ...projects.filter(isLeaving).map((project) => occupant('leaving', project)),
        ...groups.map((group) => occupant('subgroup', group)),
      ];
    }),
  );
}

/** By lower-case path of the namespace and a slash; null when it is not cheaper, or GitLab does not tell. */
async function projectsTogether(
  count: number,
  { http, me, parent }: ContentsOptions,
): Promise<Map<string, schema.Project[]> | null> {
  const object = parent?.fullPath ?? http.server.url;
  const path =
    parent === null
      ? `/projects${me.admin ? '' : '?membership=true'}`
      : `/groups/${parent.id}/projects?include_subgroups=true&with_shared=false`;
  const projects = await readWithin(http, { path, type: schema.Project, object }, count);
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

function projectsIn({ id, kind, userId, fullPath }: Namespace): List<schema.Project> {
  const path =
    kind === 'group'
      ? `/groups/${id}/projects?include_subgroups=false&with_shared=false`
      : `/users/${userId ?? 0}/projects`;
  return { path, type: schema.Project, object: fullPath };
}

async function subgroupsOf(
  namespace: Namespace,
  { http, everyGroup, parent }: ContentsOptions,
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
  const path = `/groups/${id}/subgroups?all_available=true`;
  return readAll(http, { path, type: schema.Group, object: fullPath });
}

function isInScope({ fullPath }: Namespace, { parent }: Pick<ContentsOptions, 'parent'>): boolean {
  if (parent === null) return true;
  return `${fullPath}/`.toLowerCase().startsWith(`${parent.fullPath}/`.toLowerCase());
}

function occupant(kind: Occupant['kind'], { path, name }: { path: string; name: string }): Occupant {
  return { kind, path, name };
}
