import { OWNER } from '../../access.ts';
import { closingIssues } from '../../commit-messages.ts';
import { trackerOf } from '../../state.ts';
import { mayReadItem } from '../../tracker/access.ts';
import { userNotes } from '../../tracker/items.ts';
import { noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { issueEntity } from '../entities/items.ts';
import { basicMergeRequest, mergeRequestEntity } from '../entities/merge-requests.ts';
import { people, userById } from '../entities/tracker.ts';
import { itemPage, ITEM_FILTERS } from '../item-filters.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { page, PAGING } from '../pagination.ts';
import { flagOf, textOf } from '../params.ts';
import { findMergeRequestOf, requireFeature } from '../tracker-lookup.ts';

const ONE = '/projects/:id/merge_requests/:iid';

/** Merge requests as they are read and deleted; their diffs are in a file of their own. */
export const mergeRequestEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/merge_requests',
    access: 'anonymous',
    declares: {
      fields: {
        ...ITEM_FILTERS,
        state: { type: 'string', values: ['opened', 'closed', 'locked', 'merged', 'all'], default: 'all' },
        order_by: {
          type: 'string',
          values: [
            'created_at',
            'label_priority',
            'merged_at',
            'milestone_due',
            'popularity',
            'priority',
            'title',
            'updated_at',
          ],
          default: 'created_at',
        },
        source_branch: { type: 'string' },
        target_branch: { type: 'string' },
        view: { type: 'string', values: ['simple'] },
      },
    },
    run: list,
  },
  { method: 'GET', path: ONE, access: 'anonymous', run: show },
  { method: 'DELETE', path: ONE, access: 'user', run: remove },
  {
    method: 'GET',
    path: `${ONE}/closes_issues`,
    access: 'anonymous',
    declares: { fields: PAGING },
    run: closes,
  },
  { method: 'GET', path: `${ONE}/participants`, access: 'anonymous', run: participants },
  { method: 'GET', path: `${ONE}/approvals`, access: 'anonymous', run: approvals },
];

function list(call: Call): Reply {
  const { context, params } = call;
  const project = findProject(call);
  requireFeature(call, project, 'merge_requests');
  const withLabelsDetails = flagOf(params, 'with_labels_details');
  const [source, target] = ['source_branch', 'target_branch'].map((name) => textOf(params, name));
  const requests = trackerOf(project).mergeRequests.filter(
    ({ sourceBranch, targetBranch }) =>
      (source === undefined || sourceBranch === source) && (target === undefined || targetBranch === target),
  );
  return itemPage(call, project, requests, (request) => {
    const entity = basicMergeRequest(context, project, request, { withLabelsDetails });
    if (params['view'] !== 'simple') return entity;
    const { id, iid, project_id, title, description, state, created_at, updated_at, web_url } = entity;
    return { id, iid, project_id, title, description, state, created_at, updated_at, web_url };
  });
}

function show(call: Call): Reply {
  const { project, item } = findMergeRequestOf(call);
  return ok({
    ...mergeRequestEntity(call.context, project, item, call.actor),
    first_contribution: false,
  });
}

function remove(call: UserCall): Reply {
  const { project, item } = findMergeRequestOf(call);
  requireLevel(call, project, OWNER);
  const tracker = trackerOf(project);
  tracker.mergeRequests = tracker.mergeRequests.filter((request) => request !== item);
  call.context.changed();
  return noContent();
}

/** What an imported request closes is not known before it is edited. */
function closes(call: Call): Reply {
  const { context, actor } = call;
  const { project, item } = findMergeRequestOf(call);
  const onDefault = item.targetBranch === context.defaultBranch(project);
  const found = item.imported || !onDefault ? [] : closingIssues(context, project, item.description ?? '');
  const readable = found.filter(({ project: of, item: issue }) => mayReadItem(context, actor, of, issue));
  return page(call, readable, ({ project: of, item: issue }) => issueEntity(context, of, issue));
}

function participants(call: Call): Reply {
  const { item } = findMergeRequestOf(call);
  const authors = userNotes(item).map(({ authorId }) => authorId);
  return ok(people(call.context, [...new Set([item.authorId, ...item.assignees, ...authors])]));
}

function approvals(call: Call): Reply {
  const { context, actor } = call;
  const given = findMergeRequestOf(call).item.approvals ?? [];
  const own = given.some(({ userId }) => userId === actor?.user.id);
  return ok({
    user_has_approved: own,
    user_can_approve: actor !== null && !own,
    approved: given.length > 0,
    approved_by: given.map(({ userId, createdAt }) => ({
      user: userById(context, userId),
      approved_at: createdAt,
    })),
  });
}
