import { REPORTER } from '../../access.ts';
import { isArchivedAbove } from '../../projects.ts';
import { created, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { failure, forbidden, invalid } from '../errors.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { textOf } from '../params.ts';

type Label = { id: number; name: string; color: string };

/** Labels: a fresh project may have some already (GL-380). */
export const labelEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/labels',
    access: 'anonymous',
    declares: { fields: PAGING },
    run: list,
  },
  {
    method: 'POST',
    path: '/projects/:id/labels',
    access: 'user',
    declares: {
      fields: {
        name: { type: 'string', required: true },
        color: { type: 'string', required: true },
        description: { type: 'string' },
      },
    },
    run: create,
  },
];

function list(call: Call): Reply {
  return page(call, findProject(call).labels, entity);
}

function create(call: UserCall): Reply {
  const { context, params } = call;
  const project = findProject(call);
  requireLevel(call, project, REPORTER);
  if (project.archived || isArchivedAbove(context, project)) throw forbidden();
  const name = textOf(params, 'name') ?? '';
  const color = textOf(params, 'color') ?? '';
  if (project.labels.some((label) => label.name === name)) throw failure(409, 'Label already exists');
  if (!/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(color) && !/^[a-z]+$/i.test(color)) {
    throw invalid({ color: ['must be a valid color code'] });
  }
  if (name.includes(',')) throw invalid({ title: ['is invalid'] });
  const label = { id: context.state.nextId.other++, name, color };
  project.labels.push(label);
  context.changed();
  return created(entity(label));
}

function entity(label: Label): Record<string, unknown> {
  return {
    id: label.id,
    name: label.name,
    color: label.color,
    text_color: '#FFFFFF',
    description: null,
    description_html: '',
    subscribed: false,
    priority: null,
    is_project_label: true,
  };
}
