import { groupsAbove } from '../../groups.ts';
import type { Group } from '../../state.ts';
import { created, noContent, notModified, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { groupEntity } from '../entities/groups.ts';
import { projectEntity } from '../entities/projects.ts';
import { failure, notFound } from '../errors.ts';
import { findGroup, findProject, requireMaintainer, requireOwner } from '../lookup.ts';
import { integerOf, textOf, type Param } from '../params.ts';

const SHARE: Record<string, Param> = {
  group_id: { type: 'integer', required: true },
  group_access: { type: 'integer', required: true, values: [10, 15, 20, 30, 40, 50] },
  expires_at: { type: 'string' },
};

/** Sharing with groups, stars (GL-116, GL-144). */
export const projectLinkEndpoints: Endpoint[] = [
  { method: 'POST', path: '/projects/:id/share', access: 'user', declares: { fields: SHARE }, run: share },
  {
    method: 'POST',
    path: '/groups/:id/share',
    access: 'user',
    declares: { fields: SHARE },
    run: shareGroup,
  },
  { method: 'DELETE', path: '/projects/:id/share/:group_id', access: 'user', run: unshare },
  { method: 'POST', path: '/projects/:id/star', access: 'user', run: (call) => setStar(call, true) },
  { method: 'POST', path: '/projects/:id/unstar', access: 'user', run: (call) => setStar(call, false) },
];

function setStar(call: UserCall, wanted: boolean): Reply {
  const project = findProject(call);
  const { id } = call.actor.user;
  if (project.stars.includes(id) === wanted) return notModified();
  project.stars = wanted ? [...project.stars, id] : project.stars.filter((each) => each !== id);
  call.context.changed();
  return created(projectEntity(call.context, project, call.actor));
}

function share(call: UserCall): Reply {
  const { context, params, actor } = call;
  const project = findProject(call);
  requireMaintainer(call, project);
  const namespace = context.routes.group(project.namespaceId);
  const around = namespace ? groupsAbove(context, namespace) : [];
  if (around.some((each) => each.attributes['share_with_group_lock'] === true))
    throw failure(400, 'The project sharing with group is disabled');
  const group = context.routes.group(integerOf(params, 'group_id') ?? 0);
  // Only groups in which the caller has a role are found (GL-116).
  if (!group || context.accessLevel(actor, group) === 0) throw failure(404, 'Not Found');
  if (around.includes(group))
    throw failure(409, 'Project cannot be shared with the group it is in or one of its ancestors.');
  if (project.links.some((link) => link.groupId === group.id))
    throw failure(409, 'Project already shared with this group');
  const link = linkTo(call, group);
  project.links.push(link);
  context.changed();
  return created({
    id: context.state.nextId.other++,
    project_id: project.id,
    group_id: group.id,
    group_access: link.accessLevel,
    expires_at: link.expiresAt,
  });
}

function linkTo({ params }: UserCall, group: Group): Group['links'][number] {
  const accessLevel = integerOf(params, 'group_access') ?? 0;
  return { groupId: group.id, accessLevel, expiresAt: textOf(params, 'expires_at') || null };
}

function shareGroup(call: UserCall): Reply {
  const { context, params } = call;
  const group = findGroup(call);
  const guest = findGroup(call, integerOf(params, 'group_id') ?? 0);
  requireOwner(call, group);
  if (group.links.some((link) => link.groupId === guest.id))
    throw failure(409, 'Shared group has already been taken');
  group.links.push(linkTo(call, guest));
  context.changed();
  return created(groupEntity(context, group));
}

function unshare(call: UserCall): Reply {
  const project = findProject(call);
  requireMaintainer(call, project);
  const link = project.links.find((each) => each.groupId === Number(call.route['group_id']));
  if (!link) throw notFound('Group Link');
  project.links = project.links.filter((each) => each !== link);
  call.context.changed();
  return noContent();
}
