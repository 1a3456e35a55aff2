import type { Context } from '../context.ts';
import { readRef } from '../repository.ts';
import { trackerOf, type Project } from '../state.ts';
import { takeDiff } from './diffs.ts';
import { nextId, takeIid } from './items.ts';
import type { MergeRequestState } from './state.ts';

export type NewMergeRequest = Pick<
  MergeRequestState,
  'title' | 'authorId' | 'sourceBranch' | 'targetBranch'
> & { sourceProjectId?: number };

/** Opens a request; its diff comes by a job, whether the branches exist or not (GL-400, GL-401). */
export function addMergeRequest(
  context: Context,
  project: Project,
  fields: NewMergeRequest,
): MergeRequestState {
  const tracker = trackerOf(project);
  const now = new Date().toISOString();
  const sourceProjectId = fields.sourceProjectId ?? project.id;
  const source = context.routes.project(sourceProjectId) ?? project;
  const request: MergeRequestState = {
    id: nextId(context),
    iid: takeIid(tracker, 'mergeRequest'),
    description: null,
    state: 'opened',
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedById: null,
    labels: [],
    milestone: null,
    assignees: [],
    locked: false,
    imported: false,
    notes: [],
    events: [],
    headSha: readRef(context.gitDir(source), `refs/heads/${fields.sourceBranch}`),
    diff: null,
    mergeCommitSha: null,
    squashCommitSha: null,
    mergedAt: null,
    mergedById: null,
    reviewers: [],
    ...fields,
    sourceProjectId,
  };
  tracker.mergeRequests.push(request);
  context.after(context.settings.asyncDelayMs, async () => {
    if (request.versions) return;
    await takeDiff(context, project, request, { head: null, start: null });
    request.preparedAt = new Date().toISOString();
    context.changed();
  });
  context.changed();
  return request;
}

/** A draft is one by its title alone (GL-435). */
export function isDraft({ title }: MergeRequestState): boolean {
  return /^(?:\[draft\]|\(draft\)|draft:)\s*/i.test(title);
}

/** `checking`, `can_be_merged` or `cannot_be_merged`, with GitLab's reason. */
export function mergeStatus(request: MergeRequestState): {
  merge_status: string;
  detailed_merge_status: string;
} {
  const merge_status = request.diff === null ? 'cannot_be_merged' : 'can_be_merged';
  if (request.state === 'opened' && !request.versions) {
    return { merge_status: 'checking', detailed_merge_status: 'preparing' };
  }
  if (request.state !== 'opened') return { merge_status, detailed_merge_status: 'not_open' };
  if (isDraft(request)) return { merge_status, detailed_merge_status: 'draft_status' };
  return { merge_status, detailed_merge_status: request.diff === null ? 'commits_status' : 'mergeable' };
}
