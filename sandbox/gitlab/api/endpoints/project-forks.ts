import { REPORTER } from '../../access.ts';
import { forkProject } from '../../forks.ts';
import { mayCreateProjects } from '../../projects.ts';
import { readRef } from '../../repository.ts';
import type { NamespaceRef } from '../../routes.ts';
import type { Project, Visibility } from '../../state.ts';
import { created, noContent, notModified, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { projectEntity } from '../entities/projects.ts';
import { failure, forbidden, notFound } from '../errors.ts';
import { fullMessages } from '../full-messages.ts';
import { findProject, lookUpProject, maySeeNamespace, requireOwner } from '../lookup.ts';
import { integerOf, textOf } from '../params.ts';
import { VISIBILITIES } from '../project-fields.ts';

/** Forks, and the relation between projects that exist (GL-138, GL-145 to GL-149). */
export const projectForkEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/:id/fork',
    access: 'user',
    declares: {
      fields: {
        namespace_id: { type: 'integer' },
        path: { type: 'string' },
        name: { type: 'string' },
        description: { type: 'string' },
        visibility: { type: 'string', values: VISIBILITIES },
        branches: { type: 'string' },
      },
    },
    run: fork,
  },
  { method: 'POST', path: '/projects/:id/fork/:source', access: 'user', run: link },
  { method: 'DELETE', path: '/projects/:id/fork', access: 'user', run: unlink },
];

function fork(call: UserCall): Reply {
  const { context, params, actor } = call;
  const parent = findProject(call);
  if (!mayFork(call, parent)) throw notFound();
  const namespace = namespaceFor(call);
  const branch = textOf(params, 'branches') || null;
  if (branch !== null && readRef(context.gitDir(parent), `refs/heads/${branch}`) === null)
    throw notFound('Source Branch');
  if (!actor.admin && !mayCreateProjects(context, actor, namespace)) throw notFound('Target Namespace');
  const result = forkProject(context, actor, parent, {
    namespace,
    branch,
    path: textOf(params, 'path'),
    name: textOf(params, 'name'),
    description: textOf(params, 'description'),
    visibility: textOf(params, 'visibility') as Visibility | undefined,
  });
  if (result.kind === 'refused') throw failure(409, fullMessages(result.errors));
  return created(projectEntity(context, result.project, actor));
}

function namespaceFor(call: UserCall): NamespaceRef {
  const { context, params, actor } = call;
  const id = integerOf(params, 'namespace_id');
  const namespace = context.routes.namespace(id ?? actor.user.namespaceId);
  if (!namespace || !maySeeNamespace(call, namespace)) throw notFound('Namespace');
  return namespace;
}

function link(call: UserCall): Reply {
  const { context, route } = call;
  const project = findProject(call);
  requireOwner(call, project);
  const source = lookUpProject(call, route['source'] ?? '');
  if (!source) throw notFound('Project');
  if (!mayFork(call, source)) throw forbidden();
  const namespace = context.routes.namespace(project.namespaceId);
  if (!call.actor.admin && !(namespace && mayCreateProjects(context, call.actor, namespace)))
    throw failure(401, '401 Unauthorized - Target Namespace');
  if (project.forkedFromId !== null) throw failure(409, 'Project already forked');
  if (source === project) throw failure(400, 'Target project cannot be equal to source project');
  project.forkedFromId = source.id;
  context.changed();
  return created(projectEntity(context, project, call.actor));
}

function unlink(call: UserCall): Reply {
  const project = findProject(call);
  requireOwner(call, project);
  if (project.forkedFromId === null) return notModified();
  project.forkedFromId = null;
  call.context.changed();
  return noContent();
}

/** Guests of a private project may not, and nobody where forking or the code is switched off (GL-146). */
function mayFork({ context, actor }: UserCall, project: Project): boolean {
  const { forking_access_level: forking, repository_access_level: code } = project.attributes;
  if (forking === 'disabled' || code === 'disabled') return false;
  const level = context.accessLevel(actor, project);
  return project.visibility === 'private' || forking === 'private' ? level >= REPORTER : true;
}
