import type { Group, Project, Visibility } from './state.ts';
import { DEVELOPER, MAINTAINER, OWNER, type Actor } from './access.ts';
import type { Context } from './context.ts';
import { isRefName } from './git/ref-names.ts';
import { groupsAbove } from './groups.ts';
import { inheritedIntegrations } from './integrations.ts';
import { isLonger, pathFromName, projectNameErrors, projectPathErrors, TAKEN } from './names.ts';
import { createRepository } from './repository.ts';
import type { NamespaceRef } from './routes.ts';
import { restrictedVisibility, VISIBILITY_LEVELS } from './visibility.ts';

/** Model errors: attribute to messages, in the model's order. */
export type Errors = Record<string, string[]>;

export type NewProject = {
  /** Null: the actor's personal namespace. */
  namespaceId: number | null;
  path?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  visibility?: Visibility | undefined;
  defaultBranch?: string | undefined;
  lfsEnabled?: boolean | undefined;
  topics?: string[] | undefined;
  attributes?: Record<string, unknown>;
};

export type ProjectCreation = { kind: 'created'; project: Project } | { kind: 'refused'; errors: Errors };

/** Creates project and repository as Projects::CreateService does (GL-120, GL-130). */
export function createProject(context: Context, actor: Actor, input: NewProject): ProjectCreation {
  const name = input.name || (input.path ?? '');
  const path = input.path || pathFromName(name);
  const namespace = context.routes.namespace(input.namespaceId ?? actor.user.namespaceId);
  const asked = input.visibility ?? context.settings.defaultProjectVisibility;
  const restricted = restrictedVisibility(context, actor, asked);
  if (restricted) return { kind: 'refused', errors: { visibility_level: [restricted] } };
  // Ruby stumbles over a number that is no namespace (GL-121).
  if (!namespace)
    return { kind: 'refused', errors: { base: ["undefined method `organization_id' for nil"] } };
  if (!mayCreateProjects(context, actor, namespace)) {
    return { kind: 'refused', errors: { namespace: ['is not valid'] } };
  }
  const limit = limitError(context, actor, namespace);
  if (limit) return { kind: 'refused', errors: { limit_reached: [limit] } };
  const description = input.description ?? '';
  const errors = projectErrors(context, { namespace, path, name, description, self: null });
  if (Object.keys(errors).length > 0) return { kind: 'refused', errors };
  if (input.defaultBranch && !isRefName(shortName(input.defaultBranch))) {
    const reason = 'Failed to create repository';
    return { kind: 'refused', errors: { base: [reason, reason] } };
  }
  const project = build(
    context,
    actor,
    { ...input, path, name, visibility: lowered(asked, namespace) },
    namespace,
  );
  return { kind: 'created', project };
}

/** May the actor create projects there? (group_policy.rb create_projects) */
export function mayCreateProjects(context: Context, actor: Actor, namespace: NamespaceRef): boolean {
  if (namespace.kind === 'user') {
    return actor.admin || (namespace.user.id === actor.user.id && namespace.user.state === 'active');
  }
  const { group } = namespace;
  // A group that waits for its deletion still takes new projects (GL-155).
  if (groupsAbove(context, group).some((each) => each.archived)) return false;
  const needed = group.attributes['project_creation_level'] ?? context.settings.defaultProjectCreation;
  if (needed === 'noone') return false;
  if (actor.admin) return true;
  const level = context.accessLevel(actor, group);
  if (needed === 'owner') return level >= OWNER;
  if (needed === 'maintainer') return level >= MAINTAINER;
  return needed === 'developer' && level >= DEVELOPER;
}

/** Everything that the models object to; `self` is the project that is being renamed. */
export function projectErrors(
  context: Context,
  input: { namespace: NamespaceRef; path: string; name: string; description: string; self: Project | null },
): Errors {
  const { namespace, path, name, self } = input;
  const parent = namespacePath(namespace);
  const nameErrors = name === self?.name ? [] : projectNameErrors(name);
  const pathErrors = path === self?.path ? [] : projectPathErrors(path, parent);
  if (isLonger(`${parent}/${path}`, 255) && pathErrors.length === 0) {
    pathErrors.push('is too long (maximum is 255 characters)');
  }
  const siblings = context.routes.projectsIn(namespaceId(namespace)).filter((other) => other !== self);
  const nameTaken = siblings.some((other) => other.name === name);
  const holder = context.routes.find(`${parent}/${path}`);
  const pathTaken = holder !== null && !(holder.kind === 'project' && holder.project === self);
  const twin = siblings.find(
    (other) =>
      other.pendingDelete && (other.name === name || other.path.toLowerCase() === path.toLowerCase()),
  );
  if (twin) return { base: ['The project is still being deleted. Please try again later.'] };
  if (nameTaken) nameErrors.push(TAKEN);
  const errors: Errors = {};
  add(errors, 'project_namespace.name', nameErrors);
  add(errors, 'project_namespace.path', pathErrors);
  add(errors, 'name', nameErrors);
  add(errors, 'path', pathTaken ? [...pathErrors, TAKEN] : pathErrors);
  if (isLonger(input.description, 2000)) {
    add(errors, 'description', ['is too long (maximum is 2000 characters)']);
  }
  return errors;
}

export function namespacePath(namespace: NamespaceRef): string {
  return namespace.kind === 'user' ? namespace.user.username : namespace.group.fullPath;
}

export function namespaceId(namespace: NamespaceRef): number {
  return namespace.kind === 'user' ? namespace.user.namespaceId : namespace.group.id;
}

/** It is the creator's own limit that counts (GL-124). */
function limitError(context: Context, actor: Actor, namespace: NamespaceRef): string | null {
  if (namespace.kind === 'group') return null;
  const { projectsLimit, namespaceId } = actor.user;
  if (projectsLimit === 0) {
    return 'You cannot create projects in your personal namespace. Contact your GitLab administrator.';
  }
  if (context.routes.projectsIn(namespaceId).length < projectsLimit) return null;
  return `You've reached your limit of ${projectsLimit} projects created. Contact your GitLab administrator.`;
}

/** Above the group's level a new project silently gets the group's (create_service.rb). */
function lowered(asked: Visibility, namespace: NamespaceRef): Visibility {
  if (namespace.kind === 'user') return asked;
  const highest = namespace.group.visibility;
  return VISIBILITY_LEVELS[asked] > VISIBILITY_LEVELS[highest] ? highest : asked;
}

function build(
  context: Context,
  actor: Actor,
  input: NewProject & { path: string; name: string; visibility: Visibility },
  namespace: NamespaceRef,
): Project {
  const { nextId } = context.state;
  const now = new Date().toISOString();
  // Every project has a namespace of its own, which takes a number from the same sequence.
  nextId.namespace += 1;
  const preset = context.settings.wikiByDefault ? {} : { wiki_access_level: 'disabled' };
  const attributes: Record<string, unknown> = { ...preset, ...input.attributes };
  const project: Project = {
    id: nextId.project++,
    namespaceId: namespaceId(namespace),
    path: input.path,
    name: input.name,
    fullPath: `${namespacePath(namespace)}/${input.path}`,
    description: input.description ?? '',
    visibility: input.visibility,
    creatorId: actor.user.id,
    createdAt: now,
    lastActivityAt: now,
    archived: false,
    repositoryReadOnly: false,
    pendingDelete: false,
    markedForDeletionOn: null,
    members: firstMembers(actor, namespace, now),
    links: [],
    protectedBranches: [],
    protectedTags: [],
    withoutWiki: attributes['wiki_access_level'] === 'disabled',
    forkedFromId: null,
    lfsEnabled: input.lfsEnabled ?? true,
    lfsObjects: {},
    labels: context.settings.labelTemplates.map((label) => ({ id: nextId.other++, ...label })),
    topics: input.topics ?? [],
    stars: [],
    integrations: inheritedIntegrations(context, namespaceId(namespace)),
    attributes,
  };
  const branch = shortName(input.defaultBranch ?? '') || context.defaultBranchPreference(project);
  createRepository(context.gitDir(project), branch);
  context.routes.addProject(project);
  context.changed();
  return project;
}

function shortName(branch: string): string {
  return branch.replace(/^refs\/heads\//, '');
}

/** The creator of a personal project is its Owner member; in a group the rights come from the group. */
function firstMembers(actor: Actor, namespace: NamespaceRef, createdAt: string): Project['members'] {
  if (namespace.kind === 'group') return [];
  const userId = namespace.user.id;
  return [{ userId, accessLevel: OWNER, createdAt, expiresAt: null, createdBy: actor.user.id }];
}

function add(errors: Errors, key: string, messages: string[]): void {
  if (messages.length > 0) errors[key] = messages;
}

/** Is the group, or anything above it, archived? */
export function isArchivedAbove(context: Context, project: Project): boolean {
  const group: Group | null = context.routes.group(project.namespaceId);
  return group !== null && groupsAbove(context, group).some((each) => each.archived);
}
