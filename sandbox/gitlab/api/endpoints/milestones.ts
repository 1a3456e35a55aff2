import { inspectErrors } from '../../ruby.ts';
import { trackerOf, type Group, type Project } from '../../state.ts';
import {
  addMilestone,
  availableMilestones,
  milestoneErrors,
  ownMilestones,
  type MilestoneFields,
} from '../../tracker/milestones.ts';
import type { MilestoneState } from '../../tracker/state.ts';
import { created, noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { milestoneEntity } from '../entities/tracker.ts';
import { failure, forbidden } from '../errors.ts';
import { dateIn } from '../item-writing.ts';
import { findGroup, findProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, textOf, type Param } from '../params.ts';
import { numberIn, recordNotFound, refuseArchived } from '../tracker-lookup.ts';
import { PLANNER } from '../../tracker/access.ts';

const FIELDS: Record<string, Param> = {
  description: { type: 'string' },
  due_date: { type: 'string' },
  start_date: { type: 'string' },
};
const CHANGES: Record<string, Param> = {
  title: { type: 'string' },
  state_event: { type: 'string', values: ['close', 'activate'] },
  ...FIELDS,
};

/** Milestones of projects and of groups (GL-381). */
export const milestoneEndpoints: Endpoint[] = [
  ...below('/projects/:id', findProject),
  ...below('/groups/:id', (call) => findGroup(call)),
];

type Place = Project | Group;

function below(path: string, find: (call: Call) => Place): Endpoint[] {
  const all = `${path}/milestones`;
  const one = `${all}/:milestone_id`;
  return [
    {
      method: 'GET',
      path: all,
      access: 'user',
      declares: {
        fields: {
          ...PAGING,
          state: { type: 'string', values: ['active', 'closed', 'all'], default: 'all' },
          iids: { type: 'integers' },
          title: { type: 'string' },
          search: { type: 'string' },
          include_ancestors: { type: 'boolean' },
          include_parent_milestones: { type: 'boolean' },
          updated_after: { type: 'datetime' },
          updated_before: { type: 'datetime' },
        },
      },
      run: (call) => list(call, find(call)),
    },
    { method: 'GET', path: one, access: 'user', run: (call) => show(call, find(call)) },
    {
      method: 'POST',
      path: all,
      access: 'user',
      declares: { fields: { title: { type: 'string', required: true }, ...FIELDS } },
      run: (call) => create(call, find(call)),
    },
    {
      method: 'PUT',
      path: one,
      access: 'user',
      declares: { fields: CHANGES, atLeastOneOf: Object.keys(CHANGES) },
      run: (call) => update(call, find(call)),
    },
    { method: 'DELETE', path: one, access: 'user', run: (call) => remove(call, find(call)) },
  ];
}

function list(call: Call, of: Place): Reply {
  const { context, params } = call;
  const wide = flagOf(params, 'include_ancestors') ?? flagOf(params, 'include_parent_milestones') ?? false;
  const all = wide
    ? availableMilestones(context, of)
    : ownMilestones(of).map((milestone) => ({ milestone, of }));
  const found = all.filter(({ milestone }) => isChosen(call, milestone));
  found.sort(
    (a, b) =>
      (a.milestone.dueDate ?? '9999').localeCompare(b.milestone.dueDate ?? '9999') ||
      a.milestone.id - b.milestone.id,
  );
  return page(call, found, (each) => milestoneEntity(context, each));
}

function isChosen({ params }: Call, milestone: MilestoneState): boolean {
  const state = textOf(params, 'state') ?? 'all';
  const title = textOf(params, 'title');
  const search = textOf(params, 'search')?.toLowerCase() ?? '';
  const { updatedAt } = milestone;
  return (
    (state === 'all' || milestone.state === state) &&
    ((params['iids'] as number[] | null | undefined)?.includes(milestone.iid) ?? true) &&
    (title === undefined || milestone.title === title) &&
    `${milestone.title}\n${milestone.description ?? ''}`.toLowerCase().includes(search) &&
    updatedAt >= (textOf(params, 'updated_after') ?? '') &&
    updatedAt <= (textOf(params, 'updated_before') ?? '9999')
  );
}

function show(call: Call, of: Place): Reply {
  return ok(milestoneEntity(call.context, { milestone: findOwn(call, of), of }));
}

function create(call: UserCall, of: Place): Reply {
  const { context, params } = call;
  requireRight(call, of);
  const fields = { ...fieldsOf(call), title: textOf(params, 'title') ?? '' };
  refuse(call, 'create', milestoneErrors(context, of, fields));
  return created(milestoneEntity(context, { milestone: addMilestone(context, of, fields), of }));
}

function update(call: UserCall, of: Place): Reply {
  const { context, params } = call;
  requireRight(call, of);
  const milestone = findOwn(call, of);
  const fields = { ...milestone, ...fieldsOf(call) };
  refuse(call, 'update', milestoneErrors(context, of, fields, milestone));
  const event = textOf(params, 'state_event');
  if (event !== undefined) fields.state = event === 'close' ? 'closed' : 'active';
  if (JSON.stringify(fields) !== JSON.stringify(milestone)) fields.updatedAt = new Date().toISOString();
  Object.assign(milestone, fields);
  context.changed();
  return ok(milestoneEntity(context, { milestone, of }));
}

/** Items lose it without a note. */
function remove(call: UserCall, of: Place): Reply {
  requireRight(call, of);
  const milestone = findOwn(call, of);
  const own = ownMilestones(of);
  own.splice(own.indexOf(milestone), 1);
  if ('namespaceId' in of) {
    const { issues, mergeRequests } = trackerOf(of);
    for (const item of [...issues, ...mergeRequests]) {
      if (item.milestone === milestone.id) item.milestone = null;
    }
  }
  call.context.changed();
  return noContent();
}

function fieldsOf({ params }: Call): Partial<MilestoneFields> {
  const title = textOf(params, 'title');
  return {
    ...(title !== undefined && { title }),
    ...('description' in params && { description: textOf(params, 'description') ?? null }),
    ...('start_date' in params && { startDate: dateIn(textOf(params, 'start_date')) }),
    ...('due_date' in params && { dueDate: dateIn(textOf(params, 'due_date')) }),
  };
}

function findOwn(call: Call, of: Place): MilestoneState {
  const id = numberIn(call, 'milestone_id');
  const found = ownMilestones(of).find((milestone) => milestone.id === id);
  if (!found) throw recordNotFound();
  return found;
}

function requireRight(call: UserCall, of: Place): void {
  if (call.context.accessLevel(call.actor, of) < PLANNER) throw forbidden();
  if ('namespaceId' in of) refuseArchived(call, of);
}

function refuse({ context }: Call, doing: string, errors: Record<string, string[]>): void {
  if (Object.keys(errors).length === 0) return;
  throw failure(400, `Failed to ${doing} milestone ${inspectErrors(errors, context.settings.rubyInspect)}`);
}
