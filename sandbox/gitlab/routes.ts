import { createLateMembers, type LateMembers } from './late-members.ts';
import type { Group, Project, State, User } from './state.ts';

/** Who owns a path; users stand for their personal namespaces. */
type Route =
  | { kind: 'user'; user: User }
  | { kind: 'group'; group: Group }
  | { kind: 'project'; project: Project };

/** A place where projects can live. */
export type NamespaceRef = Exclude<Route, { kind: 'project' }>;

/** One case-insensitive table over users, groups and projects (GL-76), and the lookups by id. */
export type Routes = {
  readonly late: LateMembers;
  find(fullPath: string): Route | null;
  user(id: number): User | null;
  userByName(username: string): User | null;
  group(id: number): Group | null;
  project(id: number): Project | null;
  /** Numeric ids of groups and of personal namespaces share one number space. */
  namespace(id: number): NamespaceRef | null;
  subgroups(groupId: number): Group[];
  projectsIn(namespaceId: number): Project[];
  /** The object that once had this path, as long as nothing else took it. */
  redirect(fullPath: string): Route | null;
  addUser(user: User): void;
  addGroup(group: Group): void;
  addProject(project: Project): void;
  removeUser(user: User): void;
  removeGroup(group: Group): void;
  removeProject(project: Project): void;
  /** Recomputes the full path after a rename or a move, with all descendants, and leaves redirects behind. */
  moveGroup(group: Group): void;
  moveProject(project: Project): void;
};

/** Builds the table from the state and keeps both in step. */
export function createRoutes(state: State): Routes {
  const paths = new Map<string, Route>();
  const users = new Map<number, User>();
  const groups = new Map<number, Group>();
  const projects = new Map<number, Project>();
  const namespaces = new Map<number, NamespaceRef>();
  const children = new Map<number, Set<Group>>();
  const contents = new Map<number, Set<Project>>();

  function take(fullPath: string, route: Route): void {
    const key = fullPath.toLowerCase();
    paths.set(key, route);
    dropRedirects(key);
  }

  /** A new owner of a path ends the redirects on it and below it (route.rb delete_conflicting_redirects). */
  function dropRedirects(key: string): void {
    for (const old of Object.keys(state.redirects)) {
      if (old === key || old.startsWith(`${key}/`)) delete state.redirects[old];
    }
  }

  function indexUser(user: User): void {
    const route = { kind: 'user', user } as const;
    users.set(user.id, user);
    namespaces.set(user.namespaceId, route);
    take(user.username, route);
  }

  function indexGroup(group: Group): void {
    const route = { kind: 'group', group } as const;
    groups.set(group.id, group);
    namespaces.set(group.id, route);
    if (group.parentId !== null) bucket(children, group.parentId).add(group);
    take(group.fullPath, route);
  }

  function indexProject(project: Project): void {
    projects.set(project.id, project);
    bucket(contents, project.namespaceId).add(project);
    take(project.fullPath, { kind: 'project', project });
  }

  function namespacePath(id: number): string {
    const namespace = namespaces.get(id);
    if (!namespace) throw new Error(`no namespace ${id}`);
    return namespace.kind === 'user' ? namespace.user.username : namespace.group.fullPath;
  }

  function repath(object: Group | Project, kind: 'group' | 'project', fullPath: string): void {
    const old = object.fullPath.toLowerCase();
    paths.delete(old);
    object.fullPath = fullPath;
    take(
      fullPath,
      kind === 'group' ? { kind, group: object as Group } : { kind: 'project', project: object as Project },
    );
    if (old !== fullPath.toLowerCase()) state.redirects[old] = { kind, id: object.id };
  }

  function moveProject(project: Project): void {
    for (const set of contents.values()) set.delete(project);
    bucket(contents, project.namespaceId).add(project);
    repath(project, 'project', `${namespacePath(project.namespaceId)}/${project.path}`);
  }

  function moveGroup(group: Group): void {
    for (const set of children.values()) set.delete(group);
    if (group.parentId !== null) bucket(children, group.parentId).add(group);
    const parent = group.parentId === null ? '' : `${namespacePath(group.parentId)}/`;
    repath(group, 'group', parent + group.path);
    for (const child of Array.from(children.get(group.id) ?? [])) moveGroup(child);
    for (const project of Array.from(contents.get(group.id) ?? [])) moveProject(project);
  }

  const kept = { ...state.redirects };
  state.users.forEach(indexUser);
  state.groups.forEach(indexGroup);
  state.projects.forEach(indexProject);
  state.redirects = kept;

  return {
    late: createLateMembers(),
    find: (fullPath) => paths.get(fullPath.toLowerCase()) ?? null,
    user: (id) => users.get(id) ?? null,
    userByName(username) {
      const route = paths.get(username.toLowerCase());
      return route?.kind === 'user' ? route.user : null;
    },
    group: (id) => groups.get(id) ?? null,
    project: (id) => projects.get(id) ?? null,
    namespace: (id) => namespaces.get(id) ?? null,
    subgroups: (id) => [...(children.get(id) ?? [])],
    projectsIn: (id) => [...(contents.get(id) ?? [])],
    redirect(fullPath) {
      const target = state.redirects[fullPath.toLowerCase()];
      if (!target) return null;
      const group = target.kind === 'group' ? groups.get(target.id) : undefined;
      const project = target.kind === 'project' ? projects.get(target.id) : undefined;
      if (group) return { kind: 'group', group };
      return project ? { kind: 'project', project } : null;
    },
    addUser(user) {
      state.users.push(user);
      indexUser(user);
    },
    addGroup(group) {
      state.groups.push(group);
      indexGroup(group);
    },
    addProject(project) {
      state.projects.push(project);
      indexProject(project);
    },
    removeUser(user) {
      state.users = state.users.filter((other) => other !== user);
      users.delete(user.id);
      namespaces.delete(user.namespaceId);
      paths.delete(user.username.toLowerCase());
    },
    removeGroup(group) {
      state.groups = state.groups.filter((other) => other !== group);
      groups.delete(group.id);
      namespaces.delete(group.id);
      if (group.parentId !== null) children.get(group.parentId)?.delete(group);
      paths.delete(group.fullPath.toLowerCase());
    },
    removeProject(project) {
      state.projects = state.projects.filter((other) => other !== project);
      projects.delete(project.id);
      contents.get(project.namespaceId)?.delete(project);
      paths.delete(project.fullPath.toLowerCase());
    },
    moveGroup,
    moveProject,
  };
}

function bucket<T>(map: Map<number, Set<T>>, key: number): Set<T> {
  const found = map.get(key);
  if (found) return found;
  const made = new Set<T>();
  map.set(key, made);
  return made;
}
