import type { Actor } from '../access.ts';
import { closingIssues } from '../commit-messages.ts';
import type { Context } from '../context.ts';
import type { RefUpdate } from '../default-branch.ts';
import { readCommits, runGit } from '../git-objects.ts';
import { readRef } from '../repository.ts';
import type { Project } from '../state.ts';
import { mayUpdate } from './access.ts';
import { requestCommits, takeDiff } from './diffs.ts';
import { addEvent, addSystemNote, closeItem } from './items.ts';
import { notify } from './notify.ts';
import type { MergeRequestState } from './state.ts';

type Push = {
  context: Context;
  /** To which it went. */
  project: Project;
  branch: string;
  update: RefUpdate;
  /** Ids of the commits that the branch got, the newest first; none for a new or deleted branch. */
  commits: string[];
  actor: Actor;
};

/** An open request with its project. */
type Open = { of: Project; request: MergeRequestState };

const ABSENT = /^0+$/;

/** What the job after a push does with the open merge requests from and to its branches (GL-402, GL-404, GL-405). */
export async function refreshRequests(
  context: Context,
  project: Project,
  updates: readonly RefUpdate[],
  actor: Actor,
): Promise<void> {
  for (const update of updates) {
    const branch = /^refs\/heads\/(.+)$/s.exec(update.ref)?.[1];
    if (branch === undefined) continue;
    const push: Push = { context, project, branch, update, commits: [], actor };
    if (fromBranch(push).length + toBranch(push).length === 0) continue;
    push.commits = await newCommits(context.gitDir(project), update);
    closeWithoutBranch(push);
    await markMerged(push);
    await takeNewDiffs(push);
    context.changed();
  }
}

/** Open requests from the branch, those to other projects among them. */
function fromBranch({ context, project, branch }: Push): Open[] {
  return context.state.projects
    .flatMap((of) => openRequests(of).map((request) => ({ of, request })))
    .filter(({ request }) => request.sourceProjectId === project.id && request.sourceBranch === branch);
}

function toBranch({ project, branch }: Push): Open[] {
  return openRequests(project)
    .filter(({ targetBranch }) => targetBranch === branch)
    .map((request) => ({ of: project, request }));
}

function openRequests({ tracker }: Project): MergeRequestState[] {
  return (tracker?.mergeRequests ?? []).filter(({ state }) => state === 'opened');
}

async function newCommits(gitDir: string, update: RefUpdate): Promise<string[]> {
  if (ABSENT.test(update.old) || ABSENT.test(update.new)) return [];
  return idsOf(gitDir, [`${update.old}..${update.new}`]);
}

function closeWithoutBranch(push: Push): void {
  const { context, project, branch, actor } = push;
  if (readRef(context.gitDir(project), `refs/heads/${branch}`) !== null) return;
  for (const { of, request } of fromBranch(push)) {
    closeItem(context, request, { userId: actor.user.id });
    notify(context, of, request, { kind: 'closed', byId: actor.user.id });
  }
}

/** A request whose head has come into its target is merged: now, by whoever pushed, be it a draft (GL-404). */
async function markMerged(push: Push): Promise<void> {
  const { context, project, update, commits, actor } = push;
  const userId = actor.user.id;
  for (const { request } of toBranch(push)) {
    const head = request.diff?.headSha;
    if (head === undefined || !commits.includes(head)) continue;
    const now = new Date().toISOString();
    const mergeCommitSha = await mergeCommit(context.gitDir(project), update, head);
    const merged = { state: 'merged', mergedAt: now, mergedById: userId, updatedAt: now } as const;
    Object.assign(request, { ...merged, mergeCommitSha });
    addEvent(context, request, { kind: 'state', action: 'merged', userId, createdAt: now });
    notify(context, project, request, { kind: 'merged', byId: userId });
    await closeNamed(push, request);
  }
}

/** What the request and its commits say they close, when it went into the default branch. */
async function closeNamed(
  { context, project, branch, actor }: Push,
  request: MergeRequestState,
): Promise<void> {
  if (context.defaultBranch(project) !== branch) return;
  const commits = await requestCommits(context, project, request);
  const texts = [request.title, request.description ?? '', ...commits.map(({ message }) => message)];
  for (const { project: of, item } of closingIssues(context, project, texts.join('\n'))) {
    const autocloses = [project, of].every(
      (each) => each.attributes['autoclose_referenced_issues'] !== false,
    );
    if (!autocloses || !mayUpdate(context, actor, of, item)) continue;
    if (!closeItem(context, item, { userId: actor.user.id })) continue;
    notify(context, of, item, { kind: 'closed', byId: actor.user.id });
  }
}

/** The commit by which the branch got it: itself, or the first merge on the branch that holds it. */
async function mergeCommit(gitDir: string, update: RefUpdate, head: string): Promise<string> {
  const [chain, later] = await Promise.all([
    idsOf(gitDir, ['--first-parent', `${update.old}..${update.new}`]),
    idsOf(gitDir, ['--ancestry-path', `${head}..${update.new}`]),
  ]);
  const holding = new Set([head, ...later]);
  return chain.findLast((id) => holding.has(id)) ?? head;
}

async function idsOf(gitDir: string, args: string[]): Promise<string[]> {
  return ((await runGit(gitDir, ['rev-list', ...args])) ?? '').split('\n').filter(Boolean);
}

/** Of requests from the branch; of those to it, when history was changed or their commits came in. */
async function takeNewDiffs(push: Push): Promise<void> {
  const { context, project, update, commits } = push;
  const renewed = { head: null, start: null };
  for (const { of, request } of fromBranch(push)) {
    await takeDiff(context, of, request, renewed);
    await noteNewCommits(push, request);
  }
  const known = new Set(commits);
  const forced = await isForced(context.gitDir(project), update);
  for (const { request } of toBranch(push)) {
    const own = await requestCommits(context, project, request);
    if (forced || own.some(({ id }) => known.has(id))) await takeDiff(context, project, request, renewed);
  }
}

async function isForced(gitDir: string, update: RefUpdate): Promise<boolean> {
  if (ABSENT.test(update.old) || ABSENT.test(update.new)) return false;
  return (await runGit(gitDir, ['merge-base', '--is-ancestor', update.old, update.new])) === null;
}

async function noteNewCommits(
  { context, project, update, actor }: Push,
  request: MergeRequestState,
): Promise<void> {
  const userId = actor.user.id;
  if (ABSENT.test(update.old)) {
    addSystemNote(context, request, userId, `restored source branch \`${request.sourceBranch}\``);
    return;
  }
  const added = await readCommits(context.gitDir(project), [`${update.old}..${update.new}`]);
  const lines = added.map(
    ({ id, message }) => `<li>${id.slice(0, 8)} - ${message.split('\n', 1)[0] ?? ''}</li>`,
  );
  const count = added.length === 1 ? '1 commit' : `${added.length} commits`;
  request.updatedAt = new Date().toISOString();
  addSystemNote(context, request, userId, `added ${count}\n\n<ul>${lines.toReversed().join('')}</ul>`);
  notify(context, project, request, { kind: 'new-commits', byId: userId });
}
