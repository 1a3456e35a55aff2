import type { Namespace, TakenPath } from '../model/forge.ts';
import type { Http } from '../net/http.ts';
import { FEWEST, readWithin, readAll, type List } from './client.ts';
import {
  toPerson,
  type GroupLookups,
  type Lookups,
  type Me,
  type Person,
  isPendingDeletion,
  toProject,
} from './lookups.ts';
import { exactRoleMatters, groupNamespace, MAINTAINER } from './rights.ts';
import * as schema from './schema.ts';

/**
 * Many look-ups at once for one plan. What GitLab shows in fewer pages of a list than there are things to look for is read
 * as a list and remembered; else each is looked up alone. Both mean the same: exact paths, and the rights of the token.
 */
export type Survey = {
  /** The groups at these full paths, keyed by lower-case full path; those that are absent or invisible are missing. */
  groupsAt(fullPaths: readonly string[]): Promise<ReadonlyMap<string, Namespace>>;
  /** The users of these names, keyed by lower-case name. */
  usersNamed(names: readonly string[]): Promise<ReadonlyMap<string, Person>>;
  personalNamespace(person: Person): Promise<Namespace | null>;
  /** Fills in what the namespaces hold. */
  fillIn(namespaces: readonly Namespace[]): Promise<void>;
};

export type SurveyOptions = {
  http: Http;
  lookups: Lookups & GroupLookups;
  me: Me;
  /** The group below which everything is looked for; null for the whole server. */
  parent: Namespace | null;
};

export function createSurvey(options: SurveyOptions): Survey {
  const { http, lookups, me, parent } = options;
  const object = parent?.fullPath ?? http.server.url;
  const groupList = parent === null ? '/groups' : `/groups/${parent.id}/descendant_groups`;
  const groups = new Map<string, schema.Group | null>();
  const namespaces = new Map<string, Namespace>(parent === null ? [] : [[lower(parent.fullPath), parent]]);
  const filled = new Set<Namespace>();
  const personal = new Map<number, Promise<Namespace | null>>();
  const people = new Map<string, Person | null>();
  /** Null as long as not all of them were read. */
  let everyGroup: schema.Group[] | null = null;
  let maintained: ReadonlySet<number> | null = null;
  let everyone: schema.User[] | null = null;

  async function lookForGroups(paths: readonly string[]): Promise<void> {
    const unknown = [...new Set(paths.map(lower))].filter(
      (path) => !groups.has(path) && !namespaces.has(path),
    );
    const inScope = unknown.filter(isInScope);
    if (everyGroup === null && inScope.length >= FEWEST) {
      // The groups of other people count as well: their paths are taken.
      const path = `${groupList}?all_available=true`;
      everyGroup = await readWithin(http, { path, type: schema.Group, object }, inScope.length);
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
    if (maintained?.has(group.id) && !exactRoleMatters(group)) return MAINTAINER;
    return lookups.roleIn(group);
  }

  async function learnRoles(found: readonly schema.Group[]): Promise<void> {
    if (me.admin || maintained !== null || found.length < FEWEST) return;
    const path = `${groupList}?min_access_level=${MAINTAINER}`;
    const list = await readWithin(http, { path, type: schema.Group, object }, found.length);
    if (list !== null) maintained = new Set(list.map(({ id }) => id));
  }

  return {
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
    async usersNamed(names) {
      const wanted = [...new Set(names.map(lower))];
      const unknown = wanted.filter((name) => !people.has(name));
      if (everyone === null && unknown.length >= FEWEST) {
        everyone = await readWithin(http, { path: '/users', type: schema.User, object }, unknown.length);
        for (const user of everyone ?? []) people.set(lower(user.username), toPerson(user, me));
      }
      await Promise.all(
        unknown.map(async (name) => {
          if (people.has(name)) return;
          people.set(name, everyone === null ? await lookups.findUser(name) : null);
        }),
      );
      return new Map(
        wanted.flatMap((name) => {
          const person = people.get(name);
          return person ? [[name, person]] : [];
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
  http: Http;
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

function takenPath(kind: TakenPath['kind'], { path, name }: { path: string; name: string }): TakenPath {
  return { kind, path, name };
}
