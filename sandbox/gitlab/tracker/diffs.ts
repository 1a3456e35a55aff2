import type { Context } from '../context.ts';
import type { Commit } from '../git-refs.ts';
import { readCommits, runGit } from '../git-objects.ts';
import { readRef, writeRef } from '../repository.ts';
import type { Project } from '../state.ts';
import { countFileDiffs, fileDiffs, type FileDiff } from './file-diffs.ts';
import type { MergeRequestState, VersionState } from './state.ts';

type Shas = {
  /** Head of the request; null: as its source branch stands. */
  head: string | null;
  /** Where the target stood; null: as its branch stands. */
  start: string | null;
};

/**
 * Takes a new diff of the request and keeps its commits (GL-426): from the merge base to the head, empty when one of
 * the commits is missing or the target holds the head. `refs/merge-requests/<iid>/head` follows the source branch where
 * that exists (GL-437).
 */
export async function takeDiff(
  context: Context,
  project: Project,
  request: MergeRequestState,
  given: Shas,
): Promise<void> {
  const gitDir = context.gitDir(project);
  const branch = await sourceHead(context, project, request);
  const head = given.head ?? branch;
  const start = given.start ?? readRef(gitDir, `refs/heads/${request.targetBranch}`);
  const found = head === null || start === null ? null : await compared(gitDir, start, head);
  const createdAt = new Date().toISOString();
  const id = context.state.nextId.other++;
  const empty: VersionState = {
    id,
    state: 'empty',
    baseSha: null,
    startSha: start,
    headSha: head,
    createdAt,
    files: 0,
  };
  addVersion(request, found ? { ...empty, ...found, state: 'collected' } : empty);
  for (const sha of [head, start]) {
    if (sha !== null && (found || (await hasCommit(gitDir, sha))))
      writeRef(gitDir, `refs/keep-around/${sha}`, sha);
  }
  if (branch !== null) writeRef(gitDir, headRef(request), branch);
  context.changed();
}

/** Where the source branch stands; the commits of a fork are fetched. */
async function sourceHead(
  context: Context,
  project: Project,
  { sourceProjectId, sourceBranch }: MergeRequestState,
): Promise<string | null> {
  const source = context.routes.project(sourceProjectId);
  if (!source) return null;
  const head = readRef(context.gitDir(source), `refs/heads/${sourceBranch}`);
  if (source === project || head === null) return head;
  const fetched = await runGit(context.gitDir(project), [
    'fetch',
    '-q',
    '--no-write-fetch-head',
    '--no-auto-gc',
    context.gitDir(source),
    head,
  ]);
  return fetched === null ? null : head;
}

/** Makes a version the newest one. */
export function addVersion(request: MergeRequestState, version: VersionState): void {
  const { state, baseSha, startSha, headSha, createdAt } = version;
  (request.versions ??= []).push(version);
  request.headSha = headSha;
  const whole = state === 'collected' && baseSha !== null && startSha !== null && headSha !== null;
  request.diff = whole ? { baseSha, startSha, headSha, createdAt } : null;
}

/** What the request changes, for `/changes` and `/diffs`. */
export async function requestDiffs(
  context: Context,
  project: Project,
  request: MergeRequestState,
): Promise<FileDiff[]> {
  return versionDiffs(context, project, request.versions?.at(-1));
}

/** What one version changes. */
export async function versionDiffs(
  context: Context,
  project: Project,
  version: VersionState | undefined,
): Promise<FileDiff[]> {
  if (version?.shipped) return version.shipped as FileDiff[];
  if (version?.state !== 'collected') return [];
  return (await fileDiffs(context.gitDir(project), version.baseSha ?? '', version.headSha ?? '')) ?? [];
}

/** Its commits, the newest first. */
export async function requestCommits(
  context: Context,
  project: Project,
  request: MergeRequestState,
): Promise<Commit[]> {
  return versionCommits(context, project, request.versions?.at(-1));
}

export async function versionCommits(
  context: Context,
  project: Project,
  version: VersionState | undefined,
): Promise<Commit[]> {
  if (version?.state !== 'collected' || version.shipped) return [];
  return readCommits(context.gitDir(project), [`${version.startSha}..${version.headSha}`]);
}

/** `changes_count`: the number of files as text; null for an empty diff. */
export function changesCount(request: MergeRequestState): string | null {
  const files = request.versions?.at(-1)?.files ?? 0;
  return files === 0 ? null : String(files);
}

/** `diff_refs`; null for an empty diff that never knew any commit. */
export function diffRefs(request: MergeRequestState): Record<string, string | null> | null {
  const { baseSha = null, startSha = null, headSha = null } = request.versions?.at(-1) ?? {};
  if (baseSha === null && startSha === null) return null;
  return { base_sha: baseSha, head_sha: headSha, start_sha: startSha };
}

/** One entry of `/versions`, where the newest comes first. */
export function versionEntity(request: MergeRequestState, version: VersionState): Record<string, unknown> {
  return {
    id: version.id,
    head_commit_sha: version.headSha,
    base_commit_sha: version.baseSha,
    start_commit_sha: version.startSha,
    created_at: version.createdAt,
    merge_request_id: request.id,
    state: version.state,
    real_size: String(version.files),
    patch_id_sha: null,
  };
}

export function headRef({ iid }: MergeRequestState): string {
  return `refs/merge-requests/${iid}/head`;
}

/** Is it in the repository, reachable or not? */
export async function hasCommit(gitDir: string, sha: string): Promise<boolean> {
  return isSha(sha) && (await runGit(gitDir, ['cat-file', '-e', `${sha}^{commit}`])) !== null;
}

async function compared(
  gitDir: string,
  start: string,
  head: string,
): Promise<{ baseSha: string; files: number } | null> {
  if (!isSha(start) || !isSha(head)) return null;
  const baseSha = (await runGit(gitDir, ['merge-base', start, head]))?.trim() ?? null;
  if (baseSha === null || baseSha === head) return null;
  const files = await countFileDiffs(gitDir, baseSha, head);
  return files === null ? null : { baseSha, files };
}

function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
