import { OWNER } from '../../access.ts';
import { trackerOf } from '../../state.ts';
import { noContent, ok, type Call, type Endpoint, type Reply, type UserCall } from '../endpoint.ts';
import { issueEntity } from '../entities/items.ts';
import { itemPage, ITEM_FILTERS } from '../item-filters.ts';
import { findProject, requireLevel } from '../lookup.ts';
import { flagOf } from '../params.ts';
import { findIssueOf } from '../tracker-lookup.ts';

/** Issues as they are read and deleted. */
export const issueEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/issues',
    access: 'anonymous',
    declares: {
      fields: {
        ...ITEM_FILTERS,
        state: { type: 'string', values: ['opened', 'closed', 'all'], default: 'all' },
        confidential: { type: 'boolean' },
      },
    },
    run: list,
  },
  { method: 'GET', path: '/projects/:id/issues/:iid', access: 'anonymous', run: show },
  { method: 'DELETE', path: '/projects/:id/issues/:iid', access: 'user', run: remove },
];

function list(call: Call): Reply {
  const project = findProject(call);
  const withLabelsDetails = flagOf(call.params, 'with_labels_details');
  const confidential = flagOf(call.params, 'confidential');
  const issues = trackerOf(project).issues.filter(
    (issue) => confidential === undefined || issue.confidential === confidential,
  );
  return itemPage(call, project, issues, (issue) =>
    issueEntity(call.context, project, issue, { withLabelsDetails, subscribed: false }),
  );
}

function show(call: Call): Reply {
  const { project, item } = findIssueOf(call);
  return ok(issueEntity(call.context, project, item));
}

function remove(call: UserCall): Reply {
  const { project, item } = findIssueOf(call);
  requireLevel(call, project, OWNER);
  const tracker = trackerOf(project);
  tracker.issues = tracker.issues.filter((issue) => issue !== item);
  call.context.changed();
  return noContent();
}
