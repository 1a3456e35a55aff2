import { DEVELOPER, type Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Project } from '../../state.ts';
import { changesCount, diffRefs } from '../../tracker/diffs.ts';
import { webUrlOf } from '../../tracker/items.ts';
import { isDraft, mergeStatus } from '../../tracker/merge-requests.ts';
import type { MergeRequestState } from '../../tracker/state.ts';
import {
  countsOf,
  headOf,
  importedFrom,
  NO_TIME,
  references,
  shownLabels,
  shownMilestone,
  tasksOf,
  type ItemOptions,
} from './items.ts';
import { people, userById } from './tracker.ts';

type Entity = Record<string, unknown>;

/** As lists show it. */
export function basicMergeRequest(
  context: Context,
  project: Project,
  request: MergeRequestState,
  options: ItemOptions = {},
): Entity {
  const draft = isDraft(request);
  const mergedBy = userById(context, request.mergedById);
  const all = references(project, request);
  return {
    ...headOf(project, request),
    merged_by: mergedBy,
    merge_user: mergedBy,
    merged_at: request.mergedAt,
    closed_by: userById(context, request.closedById),
    closed_at: request.closedAt,
    target_branch: request.targetBranch,
    source_branch: request.sourceBranch,
    ...countsOf(request),
    author: userById(context, request.authorId),
    assignees: people(context, request.assignees),
    assignee: people(context, request.assignees)[0] ?? null,
    reviewers: people(context, request.reviewers),
    source_project_id: request.sourceProjectId,
    target_project_id: project.id,
    labels: shownLabels(context, project, request, options),
    draft,
    ...importedFrom(request),
    work_in_progress: draft,
    milestone: shownMilestone(context, project, request),
    merge_when_pipeline_succeeds: false,
    ...mergeStatus(request),
    merge_after: null,
    sha: request.headSha,
    merge_commit_sha: request.mergeCommitSha,
    squash_commit_sha: request.squashCommitSha,
    discussion_locked: request.locked ? true : null,
    should_remove_source_branch: null,
    force_remove_source_branch: null,
    prepared_at: request.preparedAt ?? null,
    reference: all['short'],
    references: all,
    web_url: webUrlOf(context, project, request),
    time_stats: NO_TIME,
    squash: false,
    squash_on_merge: false,
    task_completion_status: tasksOf(request),
    has_conflicts: request.state === 'opened' && request.versions !== undefined && request.diff === null,
    blocking_discussions_resolved: true,
  };
}

/** As it is shown by itself. */
export function mergeRequestEntity(
  context: Context,
  project: Project,
  request: MergeRequestState,
  actor: Actor | null,
): Entity {
  return {
    ...basicMergeRequest(context, project, request),
    subscribed: actor !== null,
    changes_count: changesCount(request),
    latest_build_started_at: null,
    latest_build_finished_at: null,
    first_deployed_to_production_at: null,
    pipeline: null,
    head_pipeline: null,
    diff_refs: diffRefs(request),
    merge_error: null,
    user: { can_merge: context.accessLevel(actor, project) >= DEVELOPER },
  };
}
