import type { TrackerPull } from '../../model/tracker.ts';
import { assigneesOf, closedAtOf, labelsOf, milestoneOf, orNobody, partsOfItem } from './item-line.ts';
import { lineComments } from './line-comments.ts';
import type { Making, Place } from './making.ts';
import { deskOf, type Desk } from './notes.ts';
import type { Problems } from './problems.ts';
import type { MergeRequestLine } from './schema.ts';
import { exact } from './times.ts';

const states = { open: 'opened', closed: 'closed', merged: 'merged' } as const;
/** Equal numbers mean this project. */
const thisProject = 1;

/** The line of a pull request, unchecked. */
export function mergeRequestLine(pull: TrackerPull, making: Making, problems: Problems): MergeRequestLine {
  const desk = deskOf(pull, making, problems);
  const place = making.place(pull);
  const { title, rest } = making.texts.title(pull.title, pull);
  const { head, tail } = partsOfItem(desk, title, rest, lineComments(desk, pull, place));
  const { created_at, updated_at, ...first } = head;
  const merged = pull.state === 'merged';
  return {
    ...first,
    state: states[pull.state],
    source_project_id: thisProject,
    target_project_id: thisProject,
    source_branch: sourceBranchOf(pull, making.repository),
    target_branch: pull.base.branch,
    ...diffOf(desk, place),
    ...(merged && place.mergeCommit !== null && { merge_commit_sha: place.mergeCommit }),
    ...(merged && place.squashCommit !== null && { squash_commit_sha: place.squashCommit }),
    ...(merged && { merge_user_id: orNobody(desk, pull.mergedBy) }),
    merge_status: merged ? 'can_be_merged' : 'unchecked',
    created_at,
    updated_at,
    metrics: metricsOf(desk, pull),
    ...milestoneOf(desk),
    label_links: labelsOf(desk).map((label) => ({ target_type: 'MergeRequest', label })),
    merge_request_assignees: assigneesOf(desk).map((user_id) => ({ user_id, created_at })),
    ...tail,
  };
}

/**
 * The branch of the request: that of a fork has a name of its own here, because the project may have one of that name. A
 * branch of a repository that is gone counts as one of a fork (GL-438).
 */
export function sourceBranchOf(
  { number, head }: Pick<TrackerPull, 'number' | 'head'>,
  repository: string,
): string {
  if (head.repository === repository) return head.branch;
  const owner = head.repository?.split('/')[0];
  return ['pr', number, ...(owner === undefined ? [] : [owner]), head.branch].join('-');
}

type Diff = Pick<MergeRequestLine, 'source_branch_sha' | 'target_branch_sha' | 'merge_request_diff'>;

/** GitLab computes the diff from both commits; a request without one says so itself (GL-426). */
function diffOf(desk: Desk, { head, start }: Place): Diff {
  if (head !== null && start !== null && head !== start)
    return { source_branch_sha: head, target_branch_sha: start };
  // A request whose head is where its target stands has nothing to show, and did not have on the source.
  if (head === null || start === null) desk.say('no-diff');
  const created_at = exact(desk.item.createdAt);
  return { merge_request_diff: { state: 'empty', created_at, updated_at: created_at } };
}

/** Who merged or closed it, and when, is read from here. */
function metricsOf(desk: Desk, pull: TrackerPull): MergeRequestLine['metrics'] {
  const times = { created_at: exact(pull.createdAt), updated_at: exact(pull.updatedAt) };
  if (pull.state === 'open') return times;
  const merged = pull.state === 'merged';
  const at = merged ? pull.mergedAt && exact(pull.mergedAt) : closedAtOf(pull);
  if (at === null) {
    desk.say('end-undated');
    return times;
  }
  return merged
    ? { merged_at: at, merged_by_id: orNobody(desk, pull.mergedBy), ...times }
    : { latest_closed_at: at, latest_closed_by_id: orNobody(desk, pull.closedBy), ...times };
}
