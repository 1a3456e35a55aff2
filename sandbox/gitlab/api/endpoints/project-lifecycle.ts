import { destroyProject, markProject, restoreProject } from '../../deletion.ts';
import { isArchivedAbove, mayCreateProjects, namespaceId, namespacePath } from '../../projects.ts';
import type { NamespaceRef } from '../../routes.ts';
import { inspectErrors } from '../../ruby.ts';
import { accepted, created, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { projectEntity } from '../entities/projects.ts';
import { failure, notFound } from '../errors.ts';
import { findProject, requireOwner } from '../lookup.ts';
import { flagOf, textOf } from '../params.ts';

/** Archiving, deleting, restoring and moving projects (GL-136, GL-141, GL-150, GL-152, GL-154). */
export const projectLifecycleEndpoints: Endpoint[] = [
  { method: 'POST', path: '/projects/:id/archive', access: 'user', run: archive },
  { method: 'POST', path: '/projects/:id/unarchive', access: 'user', run: unarchive },
  {
    method: 'DELETE',
    path: '/projects/:id',
    access: 'user',
    declares: { fields: { permanently_remove: { type: 'boolean' }, full_path: { type: 'string' } } },
    run: remove,
  },
  { method: 'POST', path: '/projects/:id/restore', access: 'user', run: restore },
  {
    method: 'PUT',
    path: '/projects/:id/transfer',
    access: 'user',
    declares: { fields: { namespace: { type: 'string', required: true } } },
    run: transfer,
  },
];

function archive(call: UserCall): Reply {
  const project = findProject(call);
  requireOwner(call, project);
  if (isArchivedAbove(call.context, project)) {
    throw failure(400, 'Cannot archive project since one of the ancestors is already archived.');
  }
  if (project.archived) throw failure(400, 'Project is already archived.');
  project.archived = true;
  call.context.changed();
  return created(projectEntity(call.context, project, call.actor));
}

function unarchive(call: UserCall): Reply {
  const project = findProject(call);
  requireOwner(call, project);
  project.archived = false;
  call.context.changed();
  return created(projectEntity(call.context, project, call.actor));
}

function remove(call: UserCall): Reply {
  const { context, params } = call;
  const project = findProject(call);
  requireOwner(call, project);
  if (flagOf(params, 'permanently_remove')) return removeForGood(call);
  if (context.settings.deletion === 'immediate') {
    destroyProject(context, project);
    return accepted();
  }
  if (project.markedForDeletionOn) throw failure(400, 'Project has already been marked for deletion');
  markProject(context, project);
  return accepted();
}

function removeForGood(call: UserCall): Reply {
  const { context, params } = call;
  const project = findProject(call);
  if (!context.settings.permanentDeletion) {
    throw failure(400, '`permanently_remove` option is not permitted on this instance.');
  }
  if (!project.markedForDeletionOn) throw failure(400, 'Project must be marked for deletion first.');
  if (textOf(params, 'full_path') !== project.fullPath) {
    throw failure(400, '`full_path` is incorrect. You must enter the complete path for the project.');
  }
  destroyProject(context, project);
  return accepted();
}

function restore(call: UserCall): Reply {
  const project = findProject(call);
  requireOwner(call, project);
  if (!project.markedForDeletionOn) throw failure(400, 'Project has not been marked for deletion');
  restoreProject(call.context, project);
  return created(projectEntity(call.context, project, call.actor));
}

function transfer(call: UserCall): Reply {
  const { context, params, actor } = call;
  const project = findProject(call);
  requireOwner(call, project);
  const target = findTarget(call, textOf(params, 'namespace') ?? '');
  if (!target) throw notFound('Namespace');
  const reason = transferProblem(call, project.path, project.namespaceId, target);
  if (reason) {
    const text = inspectErrors({ new_namespace: [reason] }, context.settings.rubyInspect);
    throw failure(400, `Failed to transfer project ${text}`);
  }
  project.namespaceId = namespaceId(target);
  context.routes.moveProject(project);
  context.changed();
  return ok(projectEntity(context, project, actor));
}

function findTarget(call: UserCall, wanted: string): NamespaceRef | null {
  const { routes } = call.context;
  if (/^\d+$/.test(wanted)) return routes.namespace(Number(wanted));
  const route = routes.find(wanted);
  return route && route.kind !== 'project' ? route : null;
}

function transferProblem(call: UserCall, path: string, from: number, target: NamespaceRef): string | null {
  if (namespaceId(target) === from) return 'Project is already in this namespace.';
  if (!mayCreateProjects(call.context, call.actor, target)) {
    return "You don't have permission to transfer projects into that namespace.";
  }
  const taken = call.context.routes.find(`${namespacePath(target)}/${path}`) !== null;
  return taken ? 'Project with same name or path in target namespace already exists' : null;
}
