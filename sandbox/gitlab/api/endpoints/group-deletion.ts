import { destroyGroup, markGroup, restoreGroup } from '../../deletion.ts';
import { accepted, created, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { groupEntity } from '../entities/groups.ts';
import { failure } from '../errors.ts';
import { findGroup, requireOwner } from '../lookup.ts';
import { flagOf, textOf } from '../params.ts';

/** Deleting groups, in one step up to 17.x, in two since 18.0 (GL-150, GL-153). */
export const groupDeletionEndpoints: Endpoint[] = [
  {
    method: 'DELETE',
    path: '/groups/:id',
    access: 'user',
    declares: { fields: { permanently_remove: { type: 'boolean' }, full_path: { type: 'string' } } },
    run: remove,
  },
  { method: 'POST', path: '/groups/:id/restore', access: 'user', run: restore },
  { method: 'POST', path: '/groups/:id/archive', access: 'user', run: (call) => setArchived(call, true) },
  { method: 'POST', path: '/groups/:id/unarchive', access: 'user', run: (call) => setArchived(call, false) },
];

function remove(call: UserCall): Reply {
  const { context, params } = call;
  const group = findGroup(call);
  requireOwner(call, group);
  if (flagOf(params, 'permanently_remove')) return removeForGood(call);
  if (context.settings.deletion === 'immediate') {
    destroyGroup(context, group);
    return accepted();
  }
  if (group.markedForDeletionOn) throw failure(400, 'Group has already been marked for deletion');
  markGroup(context, group);
  return accepted();
}

function removeForGood(call: UserCall): Reply {
  const { context, params } = call;
  const group = findGroup(call);
  if (!context.settings.permanentDeletion) {
    throw failure(400, '`permanently_remove` option is not permitted on this instance.');
  }
  if (group.parentId === null)
    throw failure(400, '`permanently_remove` option is only available for subgroups.');
  if (!group.markedForDeletionOn) throw failure(400, 'Group must be marked for deletion first.');
  if (textOf(params, 'full_path') !== group.fullPath) {
    throw failure(400, '`full_path` is incorrect. You must enter the complete path for the subgroup.');
  }
  destroyGroup(context, group);
  return accepted();
}

function restore(call: UserCall): Reply {
  const group = findGroup(call);
  requireOwner(call, group);
  if (!group.markedForDeletionOn) throw failure(400, 'Group has not been marked for deletion');
  restoreGroup(call.context, group);
  return created(groupEntity(call.context, group));
}

function setArchived(call: UserCall, archived: boolean): Reply {
  const group = findGroup(call);
  call.limiter.check('group_archive_unarchive_api', call.actor.user.id);
  requireOwner(call, group);
  if (group.archived === archived) {
    throw failure(422, archived ? 'Group is already archived!' : 'Group is already unarchived!');
  }
  group.archived = archived;
  call.context.changed();
  return { status: 200, body: groupEntity(call.context, group) };
}
