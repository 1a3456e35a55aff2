import { randomUUID } from 'node:crypto';
import { MAINTAINER } from '../../access.ts';
import type { Context } from '../../context.ts';
import { namespaceId } from '../../projects.ts';
import { removeRepository } from '../../repository.ts';
import type { NamespaceRef } from '../../routes.ts';
import type { Project } from '../../state.ts';
import { accepted, created, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { basicProject } from '../entities/projects.ts';
import { failure, forbidden, notFound } from '../errors.ts';
import { fullMessages } from '../full-messages.ts';
import { findProject, maySeeNamespace, requireMaintainer } from '../lookup.ts';
import { textOf, type Param } from '../params.ts';
import { countImport, requireSource, uploadedFile } from './relation-imports.ts';

const TEXT: Param = { type: 'string' };
const REQUIRED: Param = { type: 'string', required: true };

/** The other ways into GitLab, as far as they are refused, and exports (GL-472, GL-473). */
export const projectImportEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/import',
    access: 'user',
    declares: { fields: { path: TEXT, name: TEXT, namespace: TEXT, file: { type: 'file' } } },
    run: importProject,
  },
  {
    method: 'POST',
    path: '/projects/remote-import',
    access: 'user',
    declares: { fields: { path: REQUIRED, name: TEXT, namespace: TEXT, url: REQUIRED } },
    run: importRemote,
  },
  { method: 'GET', path: '/projects/:id/import', access: 'user', run: (call) => ok(statusOf(call)) },
  {
    method: 'POST',
    path: '/import/github',
    access: 'user',
    declares: {
      fields: {
        personal_access_token: REQUIRED,
        repo_id: { type: 'integer', required: true },
        target_namespace: REQUIRED,
      },
    },
    run: () => {
      throw forbidden();
    },
  },
  {
    method: 'POST',
    path: '/bulk_imports',
    access: 'user',
    run: () => {
      throw notFound();
    },
  },
  { method: 'POST', path: '/projects/:id/export', access: 'user', run: startExport },
  { method: 'GET', path: '/projects/:id/export', access: 'user', run: exportStatus },
  { method: 'GET', path: '/projects/:id/export/download', access: 'user', run: download },
];

/**
 * Makes the project at once. What is in the archive is not looked at here: the job ends as it does for rubbish, with a
 * project that stays and says `failed`.
 */
function importProject(call: UserCall): Reply {
  const { context, params, actor } = call;
  requireSource(call);
  uploadedFile(call, ['path']);
  const namespace = namespaceFor(call);
  const level = namespace.kind === 'group' ? context.accessLevel(actor, namespace.group) : MAINTAINER;
  if (level < MAINTAINER) throw failure(400, 'User is not allowed to import projects');
  const path = textOf(params, 'path');
  const name = textOf(params, 'name') ?? path;
  const creation = context.createProject(actor, { namespaceId: namespaceId(namespace), path, name });
  if (creation.kind === 'refused') throw failure(400, fullMessages(creation.errors)[0]);
  const { project } = creation;
  project.importStatus = 'scheduled';
  project.imported = { correlationId: randomUUID(), error: null };
  removeRepository(context.gitDir(project));
  context.changed();
  context.after(context.settings.asyncDelayMs, () => {
    project.importStatus = 'failed';
    if (project.imported) project.imported.error = 'Unable to read the archive';
    context.changed();
  });
  return created(importEntity(context, project));
}

/** By its path, or the caller's own. */
function namespaceFor(call: UserCall): NamespaceRef {
  const { context, params, actor } = call;
  const wanted = textOf(params, 'namespace');
  if (wanted === undefined) return { kind: 'user', user: actor.user };
  const found = /^\d+$/.test(wanted) ? context.routes.namespace(Number(wanted)) : context.routes.find(wanted);
  if (!found || found.kind === 'project' || !maySeeNamespace(call, found)) throw notFound('Namespace');
  return found;
}

/** This server reaches no other one. */
function importRemote(call: UserCall): Reply {
  requireSource(call);
  countImport(call);
  const secure = /^https:\/\//i.test(textOf(call.params, 'url') ?? '');
  throw failure(
    400,
    `File url is blocked: ${secure ? 'Host cannot be resolved or invalid' : 'Only allowed schemes are https'}`,
  );
}

function statusOf(call: Call): Record<string, unknown> {
  return importEntity(call.context, findProject(call));
}

function importEntity(context: Context, project: Project): Record<string, unknown> {
  return {
    ...identityOf(context, project),
    import_status: project.importStatus ?? 'none',
    import_type: project.imported ? 'gitlab_project' : null,
    correlation_id: project.imported?.correlationId ?? null,
    failed_relations: [],
    import_error: project.imported?.error ?? null,
    stats: null,
  };
}

function identityOf(context: Context, project: Project): Record<string, unknown> {
  const entity = basicProject(context, project);
  const keys = [
    'id',
    'description',
    'name',
    'name_with_namespace',
    'path',
    'path_with_namespace',
    'created_at',
  ];
  return Object.fromEntries(keys.map((key) => [key, entity[key]]));
}

function startExport(call: UserCall): Reply {
  requireMaintainer(call, findProject(call));
  return accepted();
}

/** Nothing is exported here. */
function exportStatus(call: UserCall): Reply {
  const project = findProject(call);
  requireMaintainer(call, project);
  return ok({ ...identityOf(call.context, project), export_status: 'none' });
}

function download(call: UserCall): Reply {
  requireMaintainer(call, findProject(call));
  throw notFound();
}
