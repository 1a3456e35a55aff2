import { MAINTAINER, OWNER } from '../access.ts';
import type { NamespaceRef } from '../routes.ts';
import type { Group, Project, User } from '../state.ts';
import type { Call } from './endpoint.ts';
import { ApiError, forbidden, notFound } from './errors.ts';

/** The project that the path names, as far as the caller may see it; old paths are redirected (GL-24, GL-33). */
export function findProject(call: Call): Project {
  const { context, route } = call;
  const id = route['id'] ?? '';
  const project = lookUpProject(call, id);
  if (project) return project;
  const moved = id.includes('/') ? context.findMovedProject(id) : null;
  if (!moved || !context.canRead(call.actor, moved)) throw notFound('Project');
  if (call.request.method !== 'GET') {
    throw new ApiError(405, { message: 'Non GET methods are not allowed for moved projects' });
  }
  const location = movedUrl(call, id, moved);
  throw new ApiError(301, `This resource has been moved permanently to ${location}`, { location });
}

/** The project with its repository, unless that is switched off. */
export function findRepository(call: Call): {
  project: Project;
  gitDir: string;
  web: string;
  defaultBranch: string | null;
} {
  const { context } = call;
  const project = findProject(call);
  if (project.attributes['repository_access_level'] === 'disabled') throw notFound('Repository');
  return {
    project,
    gitDir: context.gitDir(project),
    web: `${context.externalUrl}/${project.fullPath}`,
    defaultBranch: context.defaultBranch(project),
  };
}

/** A project by number or full path; null when there is none or it is invisible. */
export function lookUpProject(call: Call, id: string | number): Project | null {
  const { context } = call;
  const project = lookUp(
    id,
    (number) => context.routes.project(number),
    (path) => (path.includes('/') ? context.findProjectByPath(path) : null),
  );
  return project && !project.pendingDelete && context.canRead(call.actor, project) ? project : null;
}

/** A group by number or full path; digits are always a number, and old paths are not followed. */
export function findGroup(call: Call, id: string | number = call.route['id'] ?? ''): Group {
  const { context } = call;
  const group = lookUp(
    id,
    (number) => context.routes.group(number),
    (path) => {
      const route = context.routes.find(path);
      return route?.kind === 'group' ? route.group : null;
    },
  );
  if (!group || !context.canRead(call.actor, group)) throw notFound('Group');
  return group;
}

/** Groups and personal namespaces of which the caller is a member; all of them for administrators. */
export function findNamespace(call: Call): NamespaceRef {
  const { context, actor } = call;
  const namespace = lookUp(
    call.route['id'] ?? '',
    (number) => context.routes.namespace(number),
    (path) => {
      const route = context.routes.find(path);
      return route && route.kind !== 'project' ? route : null;
    },
  );
  if (!namespace || !maySeeNamespace(call, namespace) || !actor) throw notFound('Namespace');
  return namespace;
}

export function maySeeNamespace(call: Call, namespace: NamespaceRef): boolean {
  if (call.actor?.admin) return true;
  if (namespace.kind === 'user') return namespace.user.id === call.actor?.user.id;
  return call.context.accessLevel(call.actor, namespace.group) > 0;
}

export function findUser(call: Call, id: string | number | undefined = call.route['user_id']): User {
  const user = call.context.routes.user(Number(id));
  if (!user) throw notFound('User');
  return user;
}

/** A project that the caller maintains. */
export function findManagedProject(call: Call): Project {
  const project = findProject(call);
  requireMaintainer(call, project);
  return project;
}

/** Visible, but not for this caller: 403 (GL-33). */
export function requireLevel(call: Call, target: Project | Group, level: number): void {
  if (call.context.accessLevel(call.actor, target) < level) throw forbidden();
}

export function requireMaintainer(call: Call, target: Project | Group): void {
  requireLevel(call, target, MAINTAINER);
}

export function requireOwner(call: Call, target: Project | Group): void {
  requireLevel(call, target, OWNER);
}

function lookUp<T>(
  id: string | number,
  byId: (id: number) => T | null,
  byPath: (path: string) => T | null,
): T | null {
  const text = String(id);
  return /^-?\d+$/.test(text) ? byId(Number(text)) : byPath(text);
}

function movedUrl(call: Call, id: string, project: Project): string {
  const { host = '' } = call.request.headers;
  const raw = call.request.url ?? '';
  const segment =
    raw.split(/[/?]/).find((part) => decodeSafely(part).toLowerCase() === id.toLowerCase()) ?? '';
  const scheme = call.request.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  return `${scheme}://${host}${raw.replace(segment, String(project.id))}`;
}

function decodeSafely(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
