import type { ProtectedBranch } from '../../state.ts';
import { created, noContent, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { levelEntity } from '../entities/levels.ts';
import { failure } from '../errors.ts';
import { findManagedProject } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, integerOf, textOf, type Param } from '../params.ts';

const FIELDS: Record<string, Param> = {
  name: { type: 'string', required: true },
  push_access_level: { type: 'integer', values: [0, 30, 40, 60] },
  merge_access_level: { type: 'integer', values: [0, 30, 40, 60] },
  allow_force_push: { type: 'boolean', default: false },
};

/** Protected branches (GL-171 to GL-173). */
export const protectedBranchEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/protected_branches',
    access: 'user',
    declares: { fields: { ...PAGING, search: { type: 'string' } } },
    run: listBranches,
  },
  {
    method: 'GET',
    path: '/projects/:id/protected_branches/:name',
    access: 'user',
    run: (call) => ok(branchEntity(findBranch(call))),
  },
  {
    method: 'POST',
    path: '/projects/:id/protected_branches',
    access: 'user',
    declares: { fields: FIELDS },
    run: protectBranch,
  },
  {
    method: 'PATCH',
    path: '/projects/:id/protected_branches/:name',
    access: 'user',
    declares: { fields: { allow_force_push: { type: 'boolean' } } },
    run: updateBranch,
  },
  { method: 'DELETE', path: '/projects/:id/protected_branches/:name', access: 'user', run: unprotectBranch },
];

function listBranches(call: UserCall): Reply {
  const search = textOf(call.params, 'search') ?? '';
  const found = findManagedProject(call).protectedBranches.filter((branch) => branch.name.includes(search));
  return page(call, found, branchEntity);
}

function findBranch(call: UserCall): ProtectedBranch {
  const branch = findManagedProject(call).protectedBranches.find((each) => each.name === call.route['name']);
  if (!branch) throw failure(404, '404 Not found');
  return branch;
}

function protectBranch(call: UserCall): Reply {
  const { context, params } = call;
  const project = findManagedProject(call);
  const name = textOf(params, 'name') ?? '';
  if (project.protectedBranches.some((each) => each.name === name)) {
    throw failure(409, `Protected branch '${name}' already exists`);
  }
  if (name === '') throw failure(422, ["Name can't be blank"]);
  const branch: ProtectedBranch = {
    id: context.state.nextId.other++,
    name,
    pushAccessLevel: integerOf(params, 'push_access_level') ?? 40,
    mergeAccessLevel: integerOf(params, 'merge_access_level') ?? 40,
    allowForcePush: flagOf(params, 'allow_force_push') ?? false,
  };
  project.protectedBranches.push(branch);
  context.changed();
  return created(branchEntity(branch));
}

function updateBranch(call: UserCall): Reply {
  const branch = findBranch(call);
  branch.allowForcePush = flagOf(call.params, 'allow_force_push') ?? branch.allowForcePush;
  call.context.changed();
  return ok(branchEntity(branch));
}

function unprotectBranch(call: UserCall): Reply {
  const branch = findBranch(call);
  const project = findManagedProject(call);
  project.protectedBranches = project.protectedBranches.filter((each) => each !== branch);
  call.context.changed();
  return noContent();
}

function branchEntity(branch: ProtectedBranch): Record<string, unknown> {
  return {
    id: branch.id,
    name: branch.name,
    push_access_levels: [levelEntity(branch.pushAccessLevel)],
    merge_access_levels: [levelEntity(branch.mergeAccessLevel)],
    allow_force_push: branch.allowForcePush,
  };
}
