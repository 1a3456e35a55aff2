import { REPORTER } from '../../access.ts';
import { buildsEnabled, type Pipeline } from '../../pipelines.ts';
import type { Call, Endpoint, Reply } from '../endpoint.ts';
import { forbidden } from '../errors.ts';
import { findProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';

/** Pipelines that pushes left (GL-360); nobody sees any while builds are disabled. */
export const pipelineEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/pipelines',
    access: 'user',
    declares: { fields: PAGING },
    run: list,
  },
];

function list(call: Call): Reply {
  const { context, actor } = call;
  const project = findProject(call);
  if (!buildsEnabled(project) || context.accessLevel(actor, project) < REPORTER) throw forbidden();
  const own = context.pipelines.filter(({ projectId }) => projectId === project.id);
  return page(call, own.toReversed(), entity);
}

function entity({ id, projectId, ref, sha, status, createdAt }: Pipeline): unknown {
  return { id, project_id: projectId, ref, sha, status, source: 'push', created_at: createdAt };
}
