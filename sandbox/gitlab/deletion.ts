import { randomBytes } from 'node:crypto';
import type { Context } from './context.ts';
import { groupsBelow } from './groups.ts';
import { removeRepository } from './repository.ts';
import type { Group, Project } from './state.ts';

const SUFFIX = /-deletion_scheduled-\d+$/;

/**
 * 18.0 and later: kept for a while under another name, so that the path is free at once (GL-150). It says of itself
 * that it is not archived, and takes whatever is written (GL-151).
 */
export function markProject(context: Context, project: Project): void {
  project.markedForDeletionOn = today();
  context.changed();
  if (context.settings.deletion === 'marked') return;
  project.path = `${project.path}-deletion_scheduled-${project.id}`;
  project.name = `${project.name}-deletion_scheduled-${project.id}`;
  context.routes.moveProject(project);
}

export function markGroup(context: Context, group: Group): void {
  group.markedForDeletionOn = today();
  context.changed();
  if (context.settings.deletion === 'marked') return;
  group.path = `${group.path}-deletion_scheduled-${group.id}`;
  group.name = `${group.name}-deletion_scheduled-${group.id}`;
  context.routes.moveGroup(group);
}

/** Back under the old name, or one beside it when that is taken meanwhile. */
export function restoreProject(context: Context, project: Project): void {
  project.markedForDeletionOn = null;
  const parent = project.fullPath.slice(0, project.fullPath.lastIndexOf('/'));
  const path = project.path.replace(SUFFIX, '');
  const taken = path !== project.path && context.routes.find(`${parent}/${path}`) !== null;
  const ending = taken ? `-${randomBytes(3).toString('hex')}` : '';
  project.path = path + ending;
  project.name = project.name.replace(SUFFIX, '') + ending;
  context.routes.moveProject(project);
  context.changed();
}

export function restoreGroup(context: Context, group: Group): void {
  group.markedForDeletionOn = null;
  const parent = group.fullPath.slice(0, group.fullPath.length - group.path.length);
  const path = group.path.replace(SUFFIX, '');
  const taken = path !== group.path && context.routes.find(parent + path) !== null;
  const ending = taken ? `-${randomBytes(3).toString('hex')}` : '';
  group.path = path + ending;
  group.name = group.name.replace(SUFFIX, '') + ending;
  context.routes.moveGroup(group);
  context.changed();
}

/** A background job destroys it; until then the path stays taken. */
export function destroyProject(context: Context, project: Project): void {
  project.pendingDelete = true;
  context.changed();
  context.after(context.settings.asyncDelayMs, () => removeProject(context, project));
}

export function destroyGroup(context: Context, group: Group): void {
  const groups = [group, ...groupsBelow(context, group)];
  for (const each of groups) {
    for (const project of context.routes.projectsIn(each.id)) project.pendingDelete = true;
  }
  context.changed();
  context.after(context.settings.asyncDelayMs, () => {
    for (const each of groups.toReversed()) {
      for (const project of context.routes.projectsIn(each.id)) removeProject(context, project);
      context.routes.removeGroup(each);
    }
    context.changed();
  });
}

function removeProject(context: Context, project: Project): void {
  context.routes.removeProject(project);
  removeRepository(context.gitDir(project));
  removeRepository(context.wikiDir(project));
  context.changed();
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
