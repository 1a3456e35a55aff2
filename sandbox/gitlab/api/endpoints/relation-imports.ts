import { MAINTAINER } from '../../access.ts';
import { isSince } from '../../settings.ts';
import { trackerOf, type Project } from '../../state.ts';
import { isRunning, queueImport, RELATIONS } from '../../tracker/import/run.ts';
import type { RelationImportState } from '../../tracker/state.ts';
import { created, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { ApiError, failure, forbidden, invalidParameters } from '../errors.ts';
import { findProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf } from '../params.ts';

/** Filling the tracker of a project that exists (GL-420, GL-428, GL-440, GL-445). */
export const relationImportEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/import-relation',
    access: 'user',
    // Nothing is required before the handler: whether imports are on at all is looked at first.
    declares: { fields: { path: { type: 'string' }, relation: { type: 'string' }, file: { type: 'file' } } },
    run: importRelation,
  },
  {
    method: 'GET',
    path: '/projects/:id/relation-imports',
    access: 'user',
    declares: { fields: PAGING },
    run: list,
  },
];

async function importRelation(call: UserCall): Promise<Reply> {
  refuseOlder(call);
  requireSource(call);
  const file = uploadedFile(call, ['path', 'relation']);
  const [path = '', relation = ''] = ['path', 'relation'].map((name) => textOf(call.params, name));
  const project = call.context.findProjectByPath(path);
  if (!project || project.pendingDelete) throw failure(404, 'Project not found');
  if (!RELATIONS.includes(relation)) {
    const list = `${RELATIONS.slice(0, -1).join(', ')}, or ${RELATIONS.at(-1)}`;
    throw failure(400, `Imported relation must be one of ${list}`);
  }
  if (call.context.accessLevel(call.actor, project) < MAINTAINER)
    throw failure(403, 'You are not authorized to perform this action');
  if (isRunning(project)) throw failure(409, 'A relation import is already in progress for this project');
  const entry = await queueImport(call.context, project, { relation, file, user: call.actor.user });
  return created(entity(project, entry));
}

function list(call: Call): Reply {
  refuseOlder(call);
  const project = findProject(call);
  if (call.context.accessLevel(call.actor, project) < MAINTAINER) throw forbidden('Project');
  const { relationImports } = trackerOf(project);
  return page(call, relationImports, (entry) => entity(project, entry));
}

function refuseOlder({ context }: Call): void {
  if (!isSince(context.settings.version, 17, 1)) throw new ApiError(404, { error: '404 Not Found' });
}

/** Switched off, nothing else is looked at (GL-440). */
export function requireSource({ context }: Call): void {
  if (!context.settings.importSources.includes('gitlab_project')) throw forbidden();
}

/** The file of an import, after the limit that all imports share has counted the request (GL-428). */
export function uploadedFile(call: UserCall, required: readonly string[]): File {
  const { file } = call.params;
  const missing = [...required, 'file'].filter((name) => call.params[name] === undefined);
  const problems = missing.map((name) => `${name} is missing`);
  if (file !== undefined && !(file instanceof File)) problems.push('file is invalid');
  if (problems.length > 0) throw invalidParameters(problems);
  countImport(call);
  if (!(file instanceof File) || !file.name.endsWith('.gz')) {
    const error = 'You need to upload a GitLab project export archive (ending in .gz).';
    throw failure(422, { error });
  }
  return file;
}

export function countImport(call: UserCall): void {
  call.limiter.check('project_import', call.actor.user.id);
}

function entity(project: Project, entry: RelationImportState): Record<string, unknown> {
  return {
    id: entry.id,
    project_path: project.fullPath,
    relation: entry.relation,
    status: entry.status,
    created_at: entry.createdAt,
    updated_at: entry.updatedAt,
  };
}
