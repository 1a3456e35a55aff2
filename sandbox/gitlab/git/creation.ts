import type { Actor } from '../access.ts';
import type { Context } from '../context.ts';
import { mayCreateProjects, type Errors } from '../projects.ts';
import type { NamespaceRef } from '../routes.ts';
import type { Project } from '../state.ts';
import { memoryOf } from './memory.ts';

export type CreationByPush =
  | { kind: 'created'; project: Project }
  | { kind: 'failed'; text: string }
  | { kind: 'none' };

/** A push to a path that does not exist makes a private project there (git_access_project.rb ensure_project_on_push!). */
export function createByPush(context: Context, actor: Actor, fullPath: string): CreationByPush {
  const slash = fullPath.lastIndexOf('/');
  const route = context.routes.find(fullPath.slice(0, slash));
  if (!route || route.kind === 'project' || !mayCreateProjects(context, actor, route))
    return { kind: 'none' };
  const path = fullPath.slice(slash + 1);
  const creation = context.createProject(actor, { namespaceId: idOf(route), path, visibility: 'private' });
  if (creation.kind === 'refused') {
    return { kind: 'failed', text: `Could not create project: ${fullMessages(creation.errors)}` };
  }
  memoryOf(context).createdByPush.add(creation.project.id);
  return { kind: 'created', project: creation.project };
}

function idOf(namespace: NamespaceRef): number {
  return namespace.kind === 'user' ? namespace.user.namespaceId : namespace.group.id;
}

/** As ActiveModel joins them: `Path has already been taken, Name …`. */
function fullMessages(errors: Errors): string {
  return Object.entries(errors)
    .flatMap(([key, messages]) => messages.map((message) => `${humanize(key)}${message}`))
    .join(', ');
}

function humanize(key: string): string {
  if (key === 'base') return '';
  const words = key.replace(/[._]/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} `;
}
