import { isMergeRequest, type Item } from '../../tracker/items.ts';
import { availableLabels } from '../../tracker/labels.ts';
import { availableMilestones } from '../../tracker/milestones.ts';
import type { EventState } from '../../tracker/state.ts';
import type { Project } from '../../state.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { typeOf } from '../entities/items.ts';
import { basicLabel, milestoneEntity, userById } from '../entities/tracker.ts';
import { page, PAGING } from '../pagination.ts';
import { findIssueOf, findMergeRequestOf } from '../tracker-lookup.ts';

const KINDS = ['state', 'label', 'milestone'] as const;

type Of = { project: Project; item: Item };

/** What happened to issues and merge requests, by kind. */
export const resourceEventEndpoints: Endpoint[] = KINDS.flatMap((kind) => [
  listOf('/projects/:id/issues/:iid', kind, findIssueOf),
  listOf('/projects/:id/merge_requests/:iid', kind, findMergeRequestOf),
]);

function listOf(path: string, kind: (typeof KINDS)[number], find: (call: Call) => Of): Endpoint {
  return {
    method: 'GET',
    path: `${path}/resource_${kind}_events`,
    access: 'user',
    declares: { fields: PAGING },
    run(call) {
      const of = find(call);
      const events = of.item.events.filter((event) => event.kind === kind);
      return page(call, events, (event) => entity(call, of, event));
    },
  };
}

function entity({ context }: Call, { project, item }: Of, event: EventState): Record<string, unknown> {
  const common = {
    id: event.id,
    user: userById(context, event.userId),
    created_at: event.createdAt,
    resource_type: typeOf(item),
    resource_id: item.id,
  };
  if (event.kind === 'state') {
    const { sourceCommit = null, action } = event;
    return { ...common, source_commit: sourceCommit, source_merge_request_id: null, state: action };
  }
  if (event.kind === 'label') {
    const label = availableLabels(context, project).find(({ name }) => name === event.subject);
    return { ...common, label: label ? basicLabel(label) : null, action: event.action };
  }
  const found = availableMilestones(context, project).find(
    ({ milestone }) => milestone.title === event.subject,
  );
  const state = isMergeRequest(item) && item.state === 'merged' ? 'merged' : item.state;
  return {
    ...common,
    milestone: found ? milestoneEntity(context, found) : null,
    action: event.action,
    state,
  };
}
