import type { Group, Visibility } from '../../state.ts';
import { MAINTAINER, OWNER } from '../../access.ts';
import { detailsOf } from '../../default-branch.ts';
import { createGroup, groupErrors, groupsAbove, groupsBelow } from '../../groups.ts';
import { mailAbout } from '../../mails.ts';
import type { Errors } from '../../projects.ts';
import type { BranchProtection } from '../../settings.ts';
import { inspectErrors } from '../../ruby.ts';
import { created, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { avatarErrors, avatarName } from '../avatars.ts';
import { groupEntity } from '../entities/groups.ts';
import { projectEntity } from '../entities/projects.ts';
import { failure, forbidden, invalid } from '../errors.ts';
import { GROUP_CREATE_FIELDS, GROUP_UPDATE_FIELDS, groupSettings } from '../group-fields.ts';
import { findGroup, requireOwner } from '../lookup.ts';
import { flagOf, integerOf, textOf, type Params } from '../params.ts';

/** Showing, making and changing one group (GL-90, GL-96, GL-97). */
export const groupEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/groups/:id',
    access: 'anonymous',
    declares: { fields: { with_projects: { type: 'boolean', default: true } } },
    run: show,
  },
  { method: 'POST', path: '/groups', access: 'user', declares: { fields: GROUP_CREATE_FIELDS }, run: create },
  {
    method: 'PUT',
    path: '/groups/:id',
    access: 'user',
    declares: { fields: GROUP_UPDATE_FIELDS },
    run: update,
  },
  {
    method: 'POST',
    path: '/groups/:id/transfer',
    access: 'user',
    declares: { fields: { group_id: { type: 'integer' } } },
    run: transfer,
  },
];

/** Embeds up to 100 projects unless told not to. */
function show(call: Call): Reply {
  const { context, actor, request } = call;
  call.limiter.check('group_api', actor?.user.id ?? request.socket.remoteAddress ?? '');
  const group = findGroup(call);
  if (flagOf(call.params, 'with_projects') === false) return ok(detail(call, group));
  const projects = context.routes.projectsIn(group.id).filter((project) => context.canRead(actor, project));
  const shown = projects.slice(0, 100).map((project) => projectEntity(context, project, actor));
  return ok({ ...detail(call, group), projects: shown, shared_projects: [] });
}

function create(call: UserCall): Reply {
  const { context, params, actor } = call;
  const parentId = integerOf(params, 'parent_id');
  const parent = parentId === undefined ? null : findGroup(call, parentId);
  if (!mayCreate(call, parent)) throw forbidden();
  const input = {
    path: textOf(params, 'path') ?? '',
    name: textOf(params, 'name') ?? '',
    parent,
    description: textOf(params, 'description') ?? '',
    visibility: (textOf(params, 'visibility') ?? context.settings.defaultGroupVisibility) as Visibility,
    attributes: { ...ineffective(call), ...groupSettings(params) },
  };
  const errors: Record<string, string[]> = {
    ...groupErrors(context, actor, input, null),
    ...avatarErrors(params),
  };
  if (parent === null && context.settings.groupsNeedVerification)
    errors['identity_verification'] = ['You have reached the group limit until you verify your account.'];
  if (Object.keys(errors).length > 0) throw saveFailed(call, errors);
  const group = createGroup(context, actor.user.id, input);
  mailAbout(context, group, actor.user, 'access-granted');
  return created({ ...detail(call, group), projects: [], shared_projects: [] });
}

function mayCreate({ context, actor }: UserCall, parent: Group | null): boolean {
  if (parent === null) {
    if (!context.settings.topLevelGroupsByApi) return false;
    return actor.admin || (actor.user.canCreateGroup && !actor.user.external);
  }
  if (groupsAbove(context, parent).some((each) => each.archived || each.markedForDeletionOn)) return false;
  const needed = parent.attributes['subgroup_creation_level'] === 'owner' ? OWNER : MAINTAINER;
  return context.accessLevel(actor, parent) >= needed;
}

/** GL-4: a string with Ruby's inspect inside. */
function saveFailed({ context }: Call, errors: Errors) {
  return failure(400, `Failed to save group ${inspectErrors(errors, context.settings.rubyInspect)}`);
}

function update(call: UserCall): Reply {
  const { context, params, actor } = call;
  const group = findGroup(call);
  requireOwner(call, group);
  const changed = {
    path: textOf(params, 'path') ?? group.path,
    name: textOf(params, 'name') ?? group.name,
    description: textOf(params, 'description') ?? group.description,
    visibility: (textOf(params, 'visibility') ?? group.visibility) as Visibility,
  };
  const parent = group.parentId === null ? null : context.routes.group(group.parentId);
  const errors = { ...groupErrors(context, actor, { ...changed, parent }, group), ...avatarErrors(params) };
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const renamed = changed.path !== group.path;
  Object.assign(group, changed, avatarName(params), {
    attributes: { ...group.attributes, ...effective(params), ...groupSettings(params) },
  });
  if (renamed) context.routes.moveGroup(group);
  context.changed();
  return ok({ ...detail(call, group), projects: [], shared_projects: [] });
}

/** On creation the old number for the protection is answered, and the server's own stays in force (GL-100). */
function ineffective({ context, params }: UserCall): Record<string, unknown> {
  if (integerOf(params, 'default_branch_protection') === undefined) return {};
  return { default_branch_protection_defaults: detailsOf(context.settings.defaultBranchProtection) };
}

/** Later it is in force. */
function effective(params: Params): Record<string, unknown> {
  const level = integerOf(params, 'default_branch_protection');
  if (level === undefined) return {};
  return { default_branch_protection_defaults: detailsOf(level as BranchProtection) };
}

function transfer(call: UserCall): Reply {
  const { context, params } = call;
  const group = findGroup(call);
  requireOwner(call, group);
  const parentId = integerOf(params, 'group_id');
  const parent = parentId === undefined ? null : findGroup(call, parentId);
  const reason = transferProblem(call, group, parent);
  if (reason) throw failure(400, `Transfer failed: ${reason}`);
  group.parentId = parent?.id ?? null;
  context.routes.moveGroup(group);
  context.changed();
  return created(detail(call, group));
}

function transferProblem(call: UserCall, group: Group, parent: Group | null): string | null {
  const { context } = call;
  if (parent === null && group.parentId === null) return 'Group is already a root group.';
  if (parent && parent.id === group.parentId) return 'Group is already associated to the parent group.';
  if (parent && (parent === group || groupsBelow(context, group).includes(parent))) {
    return 'Cannot transfer group to one of its subgroup.';
  }
  if (!mayCreate(call, parent)) return "You don't have enough permissions.";
  if (context.routes.find(parent ? `${parent.fullPath}/${group.path}` : group.path)) {
    return 'The parent group already has a subgroup or a project with the same path.';
  }
  return null;
}

function detail(call: Call, group: Group): Record<string, unknown> {
  return {
    ...groupEntity(call.context, group),
    shared_with_groups: group.links.flatMap(({ groupId, accessLevel, expiresAt }) => {
      const guest = call.context.routes.group(groupId);
      if (guest === null) return [];
      const shown = { group_id: guest.id, group_name: guest.name, group_full_path: guest.fullPath };
      return [{ ...shown, group_access_level: accessLevel, expires_at: expiresAt }];
    }),
    ...(call.context.accessLevel(call.actor, group) >= OWNER && { runners_token: null }),
  };
}
