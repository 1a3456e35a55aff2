import { DEVELOPER } from '../../access.ts';
import { isRefName } from '../../git/ref-names.ts';
import { trackerOf, type Project } from '../../state.ts';
import { mayUpdate, seesItems } from '../../tracker/access.ts';
import { noteMentions } from '../../tracker/cross-references.ts';
import { addMergeRequest } from '../../tracker/merge-requests.ts';
import { notify } from '../../tracker/notify.ts';
import type { MergeRequestState } from '../../tracker/state.ts';
import { textErrors } from '../../tracker/texts.ts';
import { applyUpdates, type Updates } from '../../tracker/updates.ts';
import { created, ok, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { mergeRequestEntity } from '../entities/merge-requests.ts';
import { failure, forbidden, invalid, notFound } from '../errors.ts';
import { ITEM_FIELDS, wantedUpdates } from '../item-writing.ts';
import { findProject, lookUpProject, requireLevel } from '../lookup.ts';
import { integerOf, textOf, type Param } from '../params.ts';
import { findMergeRequestOf, refuseArchived, requireFeature } from '../tracker-lookup.ts';
import { changeAndMail, textIn } from './issue-writing.ts';

const FIELDS: Record<string, Param> = {
  ...ITEM_FIELDS,
  reviewer_ids: { type: 'integers' },
  remove_source_branch: { type: 'boolean' },
  allow_collaboration: { type: 'boolean' },
  squash: { type: 'boolean' },
  merge_after: { type: 'string' },
};
const CHANGES = [
  'assignee_id',
  'assignee_ids',
  'reviewer_ids',
  'description',
  'labels',
  'add_labels',
  'remove_labels',
  'milestone_id',
  'remove_source_branch',
  'allow_collaboration',
  'allow_maintainer_to_push',
  'squash',
  'target_branch',
  'title',
  'state_event',
  'discussion_locked',
  'merge_after',
];

/** Merge requests as they are opened and changed: without number, dates and merged state (GL-400). */
export const mergeRequestWritingEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/projects/:id/merge_requests',
    access: 'user',
    declares: {
      fields: {
        title: { type: 'string', required: true },
        source_branch: { type: 'string', required: true },
        target_branch: { type: 'string', required: true },
        target_project_id: { type: 'integer' },
        ...FIELDS,
      },
    },
    run: create,
  },
  {
    method: 'PUT',
    path: '/projects/:id/merge_requests/:iid',
    access: 'user',
    declares: {
      fields: {
        title: { type: 'string' },
        target_branch: { type: 'string' },
        state_event: { type: 'string', values: ['close', 'reopen'] },
        ...FIELDS,
      },
      atLeastOneOf: CHANGES,
    },
    run: update,
  },
  { method: 'PUT', path: '/projects/:id/merge_requests/:iid/merge', access: 'user', run: merge },
];

function create(call: UserCall): Reply {
  const { context, params, actor } = call;
  const source = findProject(call);
  requireFeature(call, source, 'merge_requests');
  requireLevel(call, source, DEVELOPER);
  const targetId = integerOf(params, 'target_project_id');
  const project = targetId === undefined ? source : lookUpProject(call, targetId);
  if (!project) throw notFound();
  refuseArchived(call, project);
  const [title = '', sourceBranch = '', targetBranch = ''] = ['title', 'source_branch', 'target_branch'].map(
    (name) => textOf(params, name),
  );
  const fields = { title, sourceBranch, targetBranch, sourceProjectId: source.id };
  refuse(project, fields, textOf(params, 'description'));
  const request = addMergeRequest(context, project, { ...fields, authorId: actor.user.id });
  const wanted = wantedUpdates(call, project, request, false);
  const {
    title: _,
    description = null,
    state,
    ...updates
  } = { ...wanted, ...reviewers(call, project, request) };
  request.description = description;
  applyUpdates(context, project, request, updates, { userId: actor.user.id });
  notify(context, project, request, { kind: 'new-merge-request', byId: actor.user.id });
  noteMentions(context, { project, item: request }, { text: textIn(request), actor });
  if (state !== undefined) changeAndMail(call, { project, item: request }, { state }, undefined);
  return created(mergeRequestEntity(context, project, request, actor));
}

/** In the order in which the answers are chosen: equal branches, a second open request, everything else. */
function refuse(
  project: Project,
  fields: { title: string; sourceBranch: string; targetBranch: string; sourceProjectId: number },
  description: string | undefined,
): void {
  const { title, sourceBranch, targetBranch, sourceProjectId } = fields;
  if (sourceBranch === targetBranch && sourceProjectId === project.id) {
    throw failure(422, ["You can't use same project/branch for source and target"]);
  }
  const rival = trackerOf(project).mergeRequests.find(
    (each) =>
      each.state === 'opened' &&
      each.sourceProjectId === sourceProjectId &&
      each.sourceBranch === sourceBranch &&
      each.targetBranch === targetBranch,
  );
  if (rival) {
    const text = `Another open merge request already exists for this source branch: !${rival.iid}`;
    throw failure(409, [text]);
  }
  const errors = textErrors({ title, description }, false);
  if (!isRefName(sourceBranch)) errors['source_branch'] = ['is invalid'];
  if (!isRefName(targetBranch)) errors['target_branch'] = ['is invalid'];
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

function reviewers({ context, params }: UserCall, project: Project, item: MergeRequestState): Updates {
  const asked = params['reviewer_ids'] as number[] | null | undefined;
  if (asked === undefined) return {};
  const seeing = (asked ?? []).filter((id) => {
    const user = context.routes.user(id);
    return user !== null && seesItems(context, user, project, item);
  });
  return { reviewers: seeing.slice(0, 1) };
}

function update(call: UserCall): Reply {
  const { context, params, actor } = call;
  const { project, item } = findMergeRequestOf(call);
  if (!mayUpdate(context, actor, project, item)) throw forbidden();
  refuseArchived(call, project);
  const [title, description, targetBranch] = ['title', 'description', 'target_branch'].map((name) =>
    textOf(params, name),
  );
  const errors = textErrors({ title, description }, false);
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const updates = { ...wantedUpdates(call, project, item, true), ...reviewers(call, project, item) };
  if (targetBranch !== undefined) updates.targetBranch = targetBranch;
  changeAndMail(call, { project, item }, updates, undefined);
  return ok(mergeRequestEntity(context, project, item, actor));
}

/** What is not open is not merged; what is open is merged by a push only, here. */
function merge(call: UserCall): Reply {
  const { project, item } = findMergeRequestOf(call);
  requireLevel(call, project, DEVELOPER);
  if (item.state !== 'opened') throw failure(405, '405 Method Not Allowed');
  throw new Error('the sandbox does not merge');
}
