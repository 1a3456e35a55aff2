import { readRef, writeRef } from '../../repository.ts';
import { trackerOf } from '../../state.ts';
import { addVersion, hasCommit, takeDiff } from '../diffs.ts';
import { nextId } from '../items.ts';
import type { MergeRequestState, VersionState } from '../state.ts';
import type { Line } from './archive.ts';
import { addActivity } from './events.ts';
import type { Importing } from './importing.ts';
import { freeIid, itemOf, peopleIn } from './items.ts';
import { notesOf } from './notes.ts';
import { createPlaces } from './places.ts';
import { integerOf, objectOf, objectsOf, shaOf, textOf, timeOf } from './values.ts';

const STATES = ['opened', 'closed', 'merged', 'locked'] as const;

/** Makes one merge request with its diff, or nothing at all (GL-433). */
export async function importMergeRequest(importing: Importing, line: Line): Promise<void> {
  const { mergeRequests } = trackerOf(importing.project);
  const iid = freeIid(mergeRequests, line);
  const request = iid === null ? null : requestOf(importing, line, iid);
  if (request === null) return;
  await createBranches(importing, line, request);
  mergeRequests.push(request);
  const shipped = shippedDiff(importing, line);
  if (shipped) addVersion(request, shipped);
  else await takeDiff(importing.context, importing.project, request, shasOf(line));
  addActivity(importing, line, { type: 'MergeRequest', id: request.id, iid: request.iid });
  await importing.pause();
  const places = createPlaces(importing.context.gitDir(importing.project));
  request.notes.push(...(await notesOf(importing, line, places)));
}

function requestOf(importing: Importing, line: Line, iid: number): MergeRequestState | null {
  const { project, people, now } = importing;
  const state = STATES.find((each) => each === (textOf(line, 'state') ?? 'opened'));
  const [sourceBranch, targetBranch] = [textOf(line, 'source_branch'), textOf(line, 'target_branch')];
  const projects = [integerOf(line, 'source_project_id'), integerOf(line, 'target_project_id')];
  if (!state || !sourceBranch || !targetBranch || projects.includes(null)) return null;
  const item = itemOf(importing, line, iid);
  if (item === null) return null;
  const metrics = objectOf(line, 'metrics') ?? {};
  return {
    ...item,
    state,
    sourceBranch,
    targetBranch,
    sourceProjectId: project.id,
    headSha: null,
    diff: null,
    closedAt: timeOf(metrics, 'latest_closed_at'),
    closedById: people.of(metrics['latest_closed_by_id']),
    mergedAt: timeOf(metrics, 'merged_at'),
    mergedById: people.of(metrics['merged_by_id']),
    mergeCommitSha: shaOf(line, 'merge_commit_sha'),
    squashCommitSha: shaOf(line, 'squash_commit_sha'),
    assignees: peopleIn(importing, line, 'merge_request_assignees'),
    reviewers: peopleIn(importing, line, 'merge_request_reviewers'),
    approvals: objectsOf(line, 'approvals').flatMap((each) => {
      const userId = people.of(each['user_id']);
      return userId === null ? [] : [{ userId, createdAt: timeOf(each, 'created_at') ?? now }];
    }),
  };
}

function shasOf(line: Line): { head: string | null; start: string | null } {
  return { head: shaOf(line, 'source_branch_sha'), start: shaOf(line, 'target_branch_sha') };
}

/** An open request of a fork gets the branches that are missing, where its commits are there (GL-438). */
async function createBranches(
  { context, project }: Importing,
  line: Line,
  request: MergeRequestState,
): Promise<void> {
  const head = shaOf(line, 'diff_head_sha');
  const fork = integerOf(line, 'source_project_id') !== integerOf(line, 'target_project_id');
  if (!fork || head === null || request.state !== 'opened') return;
  const gitDir = context.gitDir(project);
  const wanted = [
    [request.sourceBranch, head],
    [request.targetBranch, shasOf(line).start ?? head],
  ] as const;
  for (const [name, sha] of wanted) {
    const ref = `refs/heads/${name}`;
    if (readRef(gitDir, ref) === null && (await hasCommit(gitDir, sha))) writeRef(gitDir, ref, sha);
  }
}

/** A diff that the archive brings: it needs no commits and has none (GL-444). */
function shippedDiff({ context, now }: Importing, line: Line): VersionState | null {
  const diff = objectOf(line, 'merge_request_diff');
  if (!diff) return null;
  const files = objectsOf(diff, 'merge_request_diff_files').map(fileOf);
  const shas = shasOf(line);
  return {
    id: nextId(context),
    state: files.length === 0 ? 'empty' : 'collected',
    baseSha: shaOf(diff, 'base_commit_sha'),
    startSha: shaOf(diff, 'start_commit_sha') ?? shas.start,
    headSha: shaOf(diff, 'head_commit_sha') ?? shas.head,
    createdAt: timeOf(diff, 'created_at') ?? now,
    files: files.length,
    shipped: files,
  };
}

function fileOf(file: Line): Record<string, unknown> {
  return {
    diff: textOf(file, 'diff_export') ?? textOf(file, 'utf8_diff') ?? textOf(file, 'diff') ?? '',
    new_path: textOf(file, 'new_path'),
    old_path: textOf(file, 'old_path'),
    a_mode: textOf(file, 'a_mode'),
    b_mode: textOf(file, 'b_mode'),
    new_file: file['new_file'] === true,
    renamed_file: file['renamed_file'] === true,
    deleted_file: file['deleted_file'] === true,
    generated_file: false,
  };
}
