import { created, noContent, notModified, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { projectEntity } from '../entities/projects.ts';
import { failure, notFound } from '../errors.ts';
import { findGroup, findProject, requireMaintainer } from '../lookup.ts';
import { integerOf, textOf } from '../params.ts';

/** Sharing with groups, stars (GL-116, GL-144). */
export const projectLinkEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/:id/share',
    access: 'user',
    declares: {
      fields: {
        group_id: { type: 'integer', required: true },
        group_access: { type: 'integer', required: true, values: [10, 15, 20, 30, 40, 50] },
        expires_at: { type: 'string' },
      },
    },
    run: share,
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
  const { context, params } = call;
  const project = findProject(call);
  requireMaintainer(call, project);
  const group = findGroup(call, integerOf(params, 'group_id') ?? 0);
  const accessLevel = integerOf(params, 'group_access') ?? 0;
  if (project.links.some((link) => link.groupId === group.id)) {
    throw failure(409, 'Shared group has already been taken');
  }
  const expiresAt = textOf(params, 'expires_at') || null;
  project.links.push({ groupId: group.id, accessLevel, expiresAt });
  context.changed();
  return created({
    id: context.state.nextId.other++,
    project_id: project.id,
    group_id: group.id,
    group_access: accessLevel,
    expires_at: expiresAt,
  });
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
