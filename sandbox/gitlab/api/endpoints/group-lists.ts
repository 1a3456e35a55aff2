import { memberRole, membership, OWNER } from '../../access.ts';
import { groupsBelow } from '../../groups.ts';
import type { Group, Project } from '../../state.ts';
import type { Call, Endpoint, Reply } from '../endpoint.ts';
import { groupEntity } from '../entities/groups.ts';
import { findGroup } from '../lookup.ts';
import { KEYSET, ordered, page } from '../pagination.ts';
import { flagOf, integerOf, textOf, type Param } from '../params.ts';
import { chosenProjects, listEntity, PROJECT_FILTERS, projectOrder } from '../project-filters.ts';

const FILTERS: Record<string, Param> = {
  ...KEYSET,
  search: { type: 'string' },
  owned: { type: 'boolean', default: false },
  top_level_only: { type: 'boolean', default: false },
  min_access_level: { type: 'integer', values: [5, 10, 15, 20, 25, 30, 40, 50] },
  all_available: { type: 'boolean' },
  skip_groups: { type: 'integers' },
  visibility: { type: 'string', values: ['private', 'internal', 'public'] },
  order_by: { type: 'string', values: ['name', 'path', 'id', 'similarity'], default: 'name' },
  sort: { type: 'string', values: ['asc', 'desc'], default: 'asc' },
};

/** Lists of groups, and of what is in a group (GL-96). */
export const groupListEndpoints: Endpoint[] = [
  { method: 'GET', path: '/groups', access: 'anonymous', declares: { fields: FILTERS }, run: list },
  {
    method: 'GET',
    path: '/groups/:id/subgroups',
    access: 'anonymous',
    declares: { fields: FILTERS },
    run: (call) => groupPage(call, chosen(call, call.context.routes.subgroups(findGroup(call).id), true)),
  },
  {
    method: 'GET',
    path: '/groups/:id/descendant_groups',
    access: 'anonymous',
    declares: { fields: FILTERS },
    run: (call) => groupPage(call, chosen(call, groupsBelow(call.context, findGroup(call)), true)),
  },
  {
    method: 'GET',
    path: '/groups/:id/projects',
    access: 'anonymous',
    declares: { fields: { ...PROJECT_FILTERS, include_subgroups: { type: 'boolean', default: false } } },
    run: projects,
  },
];

function list(call: Call): Reply {
  const { actor, request, context } = call;
  call.limiter.check('groups_api', actor?.user.id ?? request.socket.remoteAddress ?? '');
  const all = flagOf(call.params, 'all_available') ?? actor?.admin ?? false;
  return groupPage(call, chosen(call, context.state.groups, all || !actor));
}

function chosen(call: Call, groups: Group[], all: boolean): Group[] {
  const { context, params, actor } = call;
  const search = textOf(params, 'search')?.toLowerCase() ?? '';
  const least = Math.max(integerOf(params, 'min_access_level') ?? 0, flagOf(params, 'owned') ? OWNER : 0);
  const skipped = (params['skip_groups'] as number[] | undefined) ?? [];
  return groups.filter((group) => {
    if (!context.canRead(actor, group) || skipped.includes(group.id)) return false;
    if (flagOf(params, 'top_level_only') && group.parentId !== null) return false;
    if (params['visibility'] !== undefined && params['visibility'] !== group.visibility) return false;
    const level = actor ? membership(context.routes, actor.user.id, group) : 0;
    if (!all && level === 0) return false;
    if (least > 0 && (!actor || memberRole(context.routes, actor.user.id, group) < least)) return false;
    return group.name.toLowerCase().includes(search) || group.path.toLowerCase().includes(search);
  });
}

/** Keyset paging is ignored here (GL-343). */
function groupPage(call: Call, groups: Group[]): Reply {
  const keys = { name: (group: Group) => group.name.toLowerCase(), path: (group: Group) => group.fullPath };
  return page(call, ordered(call, groups, keys), (group) => groupEntity(call.context, group));
}

function projects(call: Call): Reply {
  const { context, actor, request } = call;
  call.limiter.check('group_projects_api', actor?.user.id ?? request.socket.remoteAddress ?? '');
  const group = findGroup(call);
  const groups = flagOf(call.params, 'include_subgroups') ? [group, ...groupsBelow(context, group)] : [group];
  const found: Project[] = groups.flatMap((each) => context.routes.projectsIn(each.id));
  return page(call, projectOrder(call, chosenProjects(call, found)), listEntity(call));
}
