import { archived, markedForDeletion, projectGone } from '../failures/target.ts';
import type { Namespace, Project } from '../model/forge.ts';
import type { Person, Target, TargetIdentity } from '../model/target.ts';
import { byId, type GitLabClient, type List } from './client.ts';
import { unlessAbsent, unlessRefused } from './errors.ts';
import { administrator, groupNamespace } from './identity.ts';
import { optionsOf } from './project-settings.ts';
import { noiseOf } from './quiet.ts';
import * as schema from './schema.ts';

export type Me = TargetIdentity['user'];

export type Lookups = Pick<
  Target,
  | 'findGroup'
  | 'findUser'
  | 'personalNamespace'
  | 'findProject'
  | 'ensureProject'
  | 'namespaceExists'
  | 'similarUsers'
  | 'similarGroups'
>;

/** What the survey needs besides: user and group as GitLab shows them, and the role of the token's user in it. */
export type GroupLookups = {
  userAt(username: string): Promise<schema.User | null>;
  groupAt(fullPath: string): Promise<schema.Group | null>;
  roleIn(group: schema.Group): Promise<number>;
};

/** Exact look-ups; a search is never a substitute for them (GL-96). */
export function createLookups(gitlab: GitLabClient, me: () => Me | null): Lookups & GroupLookups {
  async function roleIn(group: schema.Group): Promise<number> {
    const user = me();
    if (user === null || user.admin) return administrator;
    const member = await unlessAbsent(
      gitlab.request(group.full_path, schema.Member, (api) =>
        api.GroupMembers.show(group.id, user.id, { includeInherited: true }),
      ),
    );
    return member?.access_level ?? 0;
  }

  /** A path of digits only would be taken for an id (GL-83): it is looked for in the list. */
  async function groupAt(fullPath: string): Promise<schema.Group | null> {
    if (/^-?\d+$/.test(fullPath)) {
      const path = `/groups?search=${encodeURIComponent(fullPath)}&all_available=true`;
      const groups = await gitlab.list({ path, type: schema.Group, object: fullPath });
      return groups.find((group) => same(group.full_path, fullPath)) ?? null;
    }
    // `with_projects` keeps the answer small and off the throttle of deprecated calls (GL-97).
    const group = await unlessAbsent(
      gitlab.request(fullPath, schema.Group, (api) => api.Groups.show(fullPath, { withProjects: false })),
    );
    return group !== null && same(group.full_path, fullPath) ? group : null;
  }

  async function userAt(username: string): Promise<schema.User | null> {
    const path = `/users?username=${encodeURIComponent(username)}`;
    const users = await gitlab.list({ path, type: schema.User, object: username });
    return users.find((entry) => same(entry.username, username)) ?? null;
  }

  /** Searches by halves of the name, since one of them is most likely right (GL-96, GL-280). */
  async function search<T>(path: string, name: string, type: List<T>['type']): Promise<T[]> {
    const pages = await Promise.all(
      halvesOf(name).map((half) =>
        unlessRefused(
          gitlab.firstPage({ path: `${path}?search=${encodeURIComponent(half)}`, type, object: name }),
        ),
      ),
    );
    return pages.flatMap((rows) => rows ?? []);
  }

  return {
    groupAt,
    roleIn,
    async findGroup(fullPath) {
      const group = await groupAt(fullPath);
      return group === null ? null : groupNamespace(group, await roleIn(group));
    },
    userAt,
    async findUser(username) {
      const user = await userAt(username);
      return user ? toPerson(user, me()) : null;
    },
    async personalNamespace(person) {
      const id = person.namespaceId ?? (await personalId(gitlab, person.username));
      return id === null ? null : personal(person, id);
    },
    async findProject(fullPath) {
      const project = await unlessAbsent(
        gitlab.request(fullPath, schema.Project, (api) => api.Projects.show(fullPath)),
      );
      if (project === null || !same(project.path_with_namespace, fullPath)) return null;
      if (isPendingDeletion(project)) throw markedForDeletion(fullPath);
      return toProject(project);
    },
    async ensureProject({ id, fullPath }) {
      const project = await unlessAbsent(
        gitlab.request(fullPath, schema.Project, (api) => api.Projects.show(id)),
      );
      if (project === null) throw projectGone(fullPath, { detail: 'it was deleted' });
      const { path_with_namespace: path } = project;
      if (isPendingDeletion(project)) {
        throw projectGone(fullPath, { detail: `it is marked for deletion, and is now ${path}` });
      }
      if (!same(path, fullPath)) throw projectGone(fullPath, { detail: `it was moved to ${path}` });
      if (project.archived) throw archived(fullPath);
    },
    async namespaceExists(path, parentId) {
      const below = parentId === null ? {} : { parentId: String(parentId) };
      const answer = await unlessRefused(
        gitlab.request(path, schema.Existence, (api) => api.Namespaces.exists(path, below)),
      );
      return answer?.exists ?? null;
    },
    async similarUsers(username) {
      return (await search('/users', username, schema.User)).map((user) => user.username);
    },
    async similarGroups(fullPath) {
      const name = fullPath.slice(fullPath.lastIndexOf('/') + 1);
      return (await search('/groups', name, schema.GroupPath)).map((group) => group.full_path);
    },
  };
}

/** Of itself the token's user knows more than lists of users tell. */
export function toPerson(user: schema.User, me: Me | null): Person {
  const own = me !== null && me.id === user.id ? me : null;
  return {
    id: user.id,
    username: user.username,
    email: own?.email ?? user.email ?? '',
    active: user.state === 'active',
    admin: own?.admin ?? user.is_admin === true,
    namespaceId: own?.namespaceId ?? user.namespace_id ?? null,
    projectsLimit: own?.projectsLimit ?? user.projects_limit ?? null,
  };
}

/** Id of the user's personal namespace; null when the token does not see it. */
export async function personalId(gitlab: GitLabClient, username: string): Promise<number | null> {
  const found = await unlessAbsent(
    gitlab.request(username, schema.Namespace, (api) => api.Namespaces.show(username)),
  );
  return found?.kind === 'user' ? found.id : null;
}

/** Whoever makes projects in it is its owner, also by an administrator's request (GL-131). */
function personal(person: Person, id: number): Namespace {
  return {
    id,
    kind: 'user',
    fullPath: person.username,
    visibility: 'public',
    canCreateProjects: person.active,
    canCreateSubgroups: false,
    unusableReason: person.active ? null : 'inactive',
    bypassesRestrictions: person.admin,
    userId: person.id,
    projectsLimit: person.projectsLimit,
    projects: [],
    takenPaths: [],
  };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Less than three characters are searched for in another way. */
function halvesOf(name: string): string[] {
  const length = Math.max(3, Math.floor(name.length / 2));
  return [...new Set([name.slice(0, length), name.slice(-length)])];
}

export function toProject(project: schema.Project): Project {
  return {
    id: project.id,
    fullPath: project.path_with_namespace,
    name: project.name,
    visibility: project.visibility,
    description: project.description ?? '',
    // An empty repository shows only the preferred name (GL-129).
    defaultBranch: project.empty_repo ? null : (project.default_branch ?? null),
    assumedDefaultBranch: project.empty_repo ? (project.default_branch ?? null) : null,
    empty: project.empty_repo,
    archived: project.archived,
    creatorId: project.creator_id ?? null,
    ...noiseOf(project),
    ...(typeof project.open_issues_count === 'number' ? { openIssues: project.open_issues_count } : {}),
    ...(typeof project.wiki_access_level === 'string' ? { wiki: project.wiki_access_level } : {}),
    ...(typeof project.auto_devops_enabled === 'boolean' ? { autoDevops: project.auto_devops_enabled } : {}),
    options: optionsOf(project),
    webUrl: project.web_url,
    ...copyingOf(project),
    ...(project.shared_with_groups?.length && { sharedWith: project.shared_with_groups.map(toShare) }),
    ...(project.forked_from_project && { forkedFrom: parentIn(project.forked_from_project) }),
  };
}

function toShare(share: {
  group_id: number;
  group_access_level: number;
}): NonNullable<Project['sharedWith']>[number] {
  return { id: share.group_id, level: share.group_access_level };
}

/** GL-145. */
function copyingOf({ import_status: status }: schema.Project): Pick<Project, 'copying'> {
  if (status === 'scheduled' || status === 'started') return { copying: 'running' };
  return status === 'failed' ? { copying: 'failed' } : {};
}

function parentIn({
  id,
  path_with_namespace: fullPath,
}: NonNullable<schema.Project['forked_from_project']>): NonNullable<Project['forkedFrom']> {
  return { id, fullPath };
}

/** Does the project wait for its deletion? Under its old path up to 17.x, renamed since 18.0 (GL-150, GL-153). */
export function isPendingDeletion(project: schema.Project): boolean {
  return Boolean(project.marked_for_deletion_on ?? project.marked_for_deletion_at);
}

/** The groups directly in a group, those of other people too: their paths are taken. */
export function subgroupsIn(id: number, object: string): List<schema.Group> {
  return { path: byId(`/groups/${id}/subgroups?all_available=true`), type: schema.Group, object };
}

/** The projects directly in a group. */
export function projectsInGroup(id: number, object: string): List<schema.Project> {
  const path = byId(`/groups/${id}/projects?include_subgroups=false&with_shared=false`);
  return { path, type: schema.Project, object };
}

/** The projects in the personal namespace of a user. */
export function projectsOfUser(userId: number, object: string): List<schema.Project> {
  return { path: byId(`/users/${userId}/projects`), type: schema.Project, object };
}
