import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import type { RefListing } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedProject } from '../model/plan.ts';
import { sourceDefaultBranch } from '../plan/projects.ts';
import { renamesOf, withRenamedDefault } from '../plan/refs.ts';
import { targetListing } from './code.ts';
import { askAgain } from './ask-again.ts';
import {
  knownTo,
  proven,
  remark,
  type Place,
  type Planning,
  type Step,
  type Work,
  type WritingWork,
} from './step.ts';

const Part = z.object({ branch: z.string().describe('Short name on the source') });
type Part = z.infer<typeof Part>;
const Data = z.object({
  head: z.string().optional().describe('The default branch when this tool last set or checked it'),
});
type Data = z.infer<typeof Data>;

/**
 * Points the target's HEAD to the source's default branch. A default branch that somebody chose on GitLab after the tool
 * saw to it is left alone.
 */
export const defaultBranch: Step<Part, Data, PlannedProject> = {
  name: 'default-branch',
  title: 'Default branch',
  of: 'project',
  stage: 'finish',
  part: Part,
  data: Data,
  plan(planning) {
    const { item, listings, input } = planning;
    const renames = renamesOf(item.repository, input.config);
    const { branch, warning } = sourceDefaultBranch(
      withRenamedDefault(item.repository, listings.source, renames),
      listings.source,
    );
    const notices = warning === null ? [] : [remark('default-branch', item.id, warning)];
    if (branch === null) {
      if (notices.length === 0) return null;
      return { part: { branch: '' }, changes: false, state: 'proven', counts: {}, notices };
    }
    notices.push(...foreseen(branch, planning));
    return { part: { branch }, changes: false, state: 'proven', counts: {}, notices };
  },
  async run({ branch }, work) {
    const { context, place } = work;
    const { head } = await targetListing(work);
    if (place === null || !isWanted(branch, work)) return { changed: false };
    const known = work.known()?.head ?? null;
    const verdict = headVerdict(branch, head, known);
    if (verdict === 'right' && known !== branch) await work.record('done', { data: { head: branch } });
    if (verdict !== 'set') return { changed: false };
    await context.target.ensureProject(place);
    await work.record('started');
    if (!(await choose(branch, place, work))) return { changed: false };
    work.targetRefs = null;
    const after = await targetListing(work);
    if (after.head !== `refs/heads/${branch}`) return { changed: false };
    await work.record('done', { data: { head: branch } });
    return { changed: true };
  },
  /** Another default branch loses nothing: it is reported and fails nothing. */
  async verify({ branch }, work) {
    const target = await targetListing(work);
    if (!isWanted(branch, work)) return proven(1);
    const differs = difference(branch, target, work.known()?.head ?? null);
    if (differs === null) return proven(1);
    return { ...proven(1), differences: [remark(differs.code, work.item.id, differs.message)] };
  },
};

/** Seconds between the tries; an idle server runs its jobs within 1 to 6. */
const pauses = [1, 2, 4, 8, 16];

/**
 * GitLab learns of a branch from a job some time after the push (GL-166): until then it refuses it. False when that takes
 * too long; the next run does it then.
 */
async function choose(
  branch: string,
  place: Place,
  work: WritingWork<Data, PlannedProject>,
): Promise<boolean> {
  const { target } = work.context;

  async function isTaken(): Promise<true | null> {
    try {
      await target.setDefaultBranch(place, branch);
      return true;
    } catch (error) {
      if (error instanceof Failure && error.refusal?.kind === 'branch-unknown') return null;
      throw error;
    }
  }

  const reason = `GitLab does not know its new branch ${branch} yet`;
  return ((await isTaken()) ?? (await askAgain(pauses, reason, work, isTaken))) === true;
}

/** A branch that GitLab did not take cannot become the default one. */
function isWanted(branch: string, { sourceRefs, targetRefs }: Work<unknown>): boolean {
  const ref = `refs/heads/${branch}`;
  return branch !== '' && sourceRefs.refs.has(ref) && targetRefs?.refs.has(ref) === true;
}

/**
 * Why the target has another default branch. Where somebody chose one on GitLab, it stays; beside a branch `HEAD` GitLab
 * changes it for nobody (GL-165).
 */
function difference(
  branch: string,
  { head, refs }: RefListing,
  known: string | null,
): { code: string; message: string } | null {
  const verdict = headVerdict(branch, head, known);
  if (verdict === 'right') return null;
  if (verdict === 'kept') return { code: 'default-branch-kept', message: keptHeadWarning(branch, head) };
  if (refs.has('refs/heads/HEAD'))
    return { code: 'default-branch-refused', message: refusedHeadWarning(branch, head) };
  const now = head?.replace('refs/heads/', '') ?? 'none';
  return { code: 'default-branch-differs', message: `its default branch is ${now} on GitLab, not ${branch}` };
}

/** What can be said before the run; one that only differs will be set. */
function foreseen(branch: string, { item, listings, history }: Planning<PlannedProject>): Notice[] {
  const { target } = listings;
  if (!target.refs.has(`refs/heads/${branch}`)) return [];
  const differs = difference(branch, target, knownTo(defaultBranch, history)?.head ?? null);
  if (differs === null || differs.code === 'default-branch-differs') return [];
  return [remark(differs.code, item.id, differs.message)];
}

/** What becomes of the default branch of a project. */
export type HeadVerdict = 'right' | 'set' | 'kept';

/**
 * A default branch that somebody chose on GitLab after the tool saw to it is left alone. `known`: what the target had when
 * the tool last saw to it; null before that.
 */
export function headVerdict(branch: string, targetHead: string | null, known: string | null): HeadVerdict {
  if (targetHead === `refs/heads/${branch}`) return 'right';
  if (known === null) return 'set';
  return known === branch || targetHead !== `refs/heads/${known}` ? 'kept' : 'set';
}

export function keptHeadWarning(branch: string, targetHead: string | null): string {
  const now = targetHead?.replace('refs/heads/', '') ?? 'none';
  return `its default branch was changed on GitLab to ${now}, which is kept; on the source it is ${branch}`;
}

export function refusedHeadWarning(branch: string, targetHead: string | null): string {
  return `GitLab keeps ${targetHead ?? 'no branch'} as the default branch instead of ${branch}`;
}
