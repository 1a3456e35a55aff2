import { trackerOf, type Project } from '../../state.ts';
import { openIssues } from '../../tracker/items.ts';
import { colorOf } from '../../tracker/colors.ts';
import { addLabel, availableLabels, findLabel, labelErrors, removeLabel } from '../../tracker/labels.ts';
import type { LabelState } from '../../tracker/state.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { labelEntity } from '../entities/tracker.ts';
import { failure, invalid, invalidParameters, notFound } from '../errors.ts';
import { findProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, integerOf, textOf, type Declaration, type Param } from '../params.ts';
import { refuseArchived, requirePlanner } from '../tracker-lookup.ts';

const CHANGES: Record<string, Param> = {
  new_name: { type: 'string' },
  color: { type: 'string' },
  description: { type: 'string' },
  priority: { type: 'integer' },
};
const NAMED: Record<string, Param> = { label_id: { type: 'integer' }, name: { type: 'string' } };
const CHANGING: Declaration = {
  fields: { ...NAMED, ...CHANGES },
  atLeastOneOf: Object.keys(CHANGES),
};

/** Labels: a fresh project may have some already (GL-380). */
export const labelEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/labels',
    access: 'user',
    declares: {
      fields: {
        ...PAGING,
        with_counts: { type: 'boolean', default: false },
        include_ancestor_groups: { type: 'boolean', default: true },
        search: { type: 'string' },
      },
    },
    run: list,
  },
  { method: 'GET', path: '/projects/:id/labels/:name', access: 'user', run: show },
  {
    method: 'POST',
    path: '/projects/:id/labels',
    access: 'user',
    declares: {
      fields: {
        name: { type: 'string', required: true },
        color: { type: 'string', required: true },
        description: { type: 'string' },
        priority: { type: 'integer' },
      },
    },
    run: create,
  },
  { method: 'PUT', path: '/projects/:id/labels', access: 'user', declares: CHANGING, run: update },
  { method: 'PUT', path: '/projects/:id/labels/:name', access: 'user', declares: CHANGING, run: update },
  {
    method: 'DELETE',
    path: '/projects/:id/labels',
    access: 'user',
    declares: { fields: NAMED },
    run: remove,
  },
  { method: 'DELETE', path: '/projects/:id/labels/:name', access: 'user', run: remove },
];

function list(call: Call): Reply {
  const { context, params } = call;
  const project = findProject(call);
  const search = textOf(params, 'search')?.toLowerCase() ?? '';
  const inherited = flagOf(params, 'include_ancestor_groups') !== false;
  const found = availableLabels(context, project).filter(
    (label) =>
      (inherited || project.labels.includes(label)) &&
      `${label.name}\n${label.description ?? ''}`.toLowerCase().includes(search),
  );
  return page(call, found, (label) =>
    labelEntity(project, label, flagOf(params, 'with_counts') ? countsOf(project, label) : undefined),
  );
}

function countsOf(project: Project, { id }: LabelState): Record<string, number> {
  const { issues, mergeRequests } = trackerOf(project);
  const having = (state: string, items: readonly { labels: number[]; state: string }[]): number =>
    items.filter((item) => item.state === state && item.labels.includes(id)).length;
  return {
    open_issues_count: openIssues(project) === 0 ? 0 : having('opened', issues),
    closed_issues_count: having('closed', issues),
    open_merge_requests_count: having('opened', mergeRequests),
  };
}

function show(call: Call): Reply {
  const project = findProject(call);
  const label = findLabel(availableLabels(call.context, project), call.route['name'] ?? '');
  if (!label) throw notFound('Label');
  return ok(labelEntity(project, label));
}

function create(call: UserCall): Reply {
  const { context, params } = call;
  const project = findProject(call);
  requirePlanner(call, project);
  refuseArchived(call, project);
  const name = textOf(params, 'name') ?? '';
  if (availableLabels(context, project).some((label) => label.name === name)) {
    throw failure(409, 'Label already exists');
  }
  const fields = { name, color: textOf(params, 'color') ?? '', description: textOf(params, 'description') };
  const errors = labelErrors(fields);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const label = addLabel(context, project, fields);
  label.priority = integerOf(params, 'priority') ?? null;
  return created(labelEntity(project, label));
}

function update(call: UserCall): Reply {
  const { context, params } = call;
  const { project, label } = findOwn(call);
  const name = textOf(params, 'new_name') ?? label.name;
  const color = textOf(params, 'color') ?? label.color;
  const description = 'description' in params ? (textOf(params, 'description') ?? null) : label.description;
  const errors = labelErrors({ name, color, description });
  if (availableLabels(context, project).some((each) => each.name === name && each.id !== label.id)) {
    errors['title'] = ['has already been taken'];
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
  Object.assign(label, { name: name.trim(), color: colorOf(color), description: description ?? null });
  if ('priority' in params) label.priority = integerOf(params, 'priority') ?? null;
  context.changed();
  return ok(labelEntity(project, label));
}

function remove(call: UserCall): Reply {
  const { project, label } = findOwn(call);
  removeLabel(call.context, project, label);
  return noContent();
}

/** A group's label is not changed by way of a project. */
function findOwn(call: UserCall): { project: Project; label: LabelState } {
  const { params, route } = call;
  const project = findProject(call);
  requirePlanner(call, project);
  refuseArchived(call, project);
  const given = route['name'] ?? integerOf(params, 'label_id')?.toString() ?? textOf(params, 'name');
  if (given === undefined) {
    throw invalidParameters(['label_id, name are missing, exactly one parameter must be provided']);
  }
  const label = findLabel(project.labels, given);
  if (!label) throw notFound('Label');
  return { project, label };
}
