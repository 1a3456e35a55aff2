import { z } from 'zod';
import type { PlannedProject } from '../model/plan.ts';
import type { Notice } from '../model/notice.ts';
import {
  headVerdict,
  keptHeadWarning,
  refusedHeadWarning,
  sourceDefaultBranch,
} from '../plan/default-branch.ts';
import { renamesOf, withRenamedDefault } from '../plan/renamed-refs.ts';
import { targetListing } from './code.ts';
import { knownTo, proven, type Planning, type Step, type Work } from './step.ts';

const Part = z.object({ branch: z.string().describe('Short name on the source') });
type Part = z.infer<typeof Part>;
const Data = z.object({
  head: z.string().optional().describe('The default branch when this tool last saw to it'),
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
    const notices = warning === null ? [] : [notice('default-branch', item.id, warning)];
    if (branch === null) {
      if (notices.length === 0) return null;
      return { part: { branch: '' }, changes: false, state: 'proven', counts: {}, notices };
    }
    notices.push(...foreseen(branch, planning));
    return { part: { branch }, changes: false, state: 'proven', counts: {}, notices };
  },
  async run({ branch }, work) {
    const { context, place, item } = work;
    const head = (await targetListing(work)).head;
    if (place === null || !isWanted(branch, work) || isMissing(branch, work)) return { changed: false };
    const known = work.known()?.head ?? null;
    const verdict = headVerdict(branch, head, known);
    if (verdict === 'right') {
      if (known !== branch) await work.record('done', { data: { head: branch } });
      return { changed: false };
    }
    if (verdict === 'kept')
      return {
        changed: false,
        notices: [notice('default-branch-kept', item.id, keptHeadWarning(branch, head))],
      };
    await work.record('started');
    await context.target.setDefaultBranch(place, branch);
    work.targetRefs = null;
    const after = (await targetListing(work)).head;
    if (after !== `refs/heads/${branch}`)
      return {
        changed: false,
        notices: [notice('default-branch-refused', item.id, refusedHeadWarning(branch, after))],
      };
    await work.record('done', { data: { head: branch } });
    return { changed: true };
  },
  /** Another default branch loses nothing: it is reported and fails nothing. */
  async verify({ branch }, work) {
    const { head } = await targetListing(work);
    if (!isWanted(branch, work) || head === `refs/heads/${branch}` || isMissing(branch, work))
      return proven(1);
    const message = `the default branch is ${head?.replace('refs/heads/', '') ?? 'none'} on GitLab and ${branch} on the source`;
    return { ...proven(1), differences: [notice('default-branch-differs', work.item.id, message)] };
  },
};

function isWanted(branch: string, { sourceRefs }: Work<unknown>): boolean {
  return branch !== '' && sourceRefs.refs.has(`refs/heads/${branch}`);
}

/** A branch that GitLab did not take cannot become the default one. */
function isMissing(branch: string, { targetRefs }: Work<unknown>): boolean {
  return targetRefs?.refs.has(`refs/heads/${branch}`) !== true;
}

/** Where somebody chose another default branch on GitLab, it stays; beside a branch `HEAD` GitLab changes it for nobody (gitlab-contract T38). */
function foreseen(branch: string, planning: Planning<PlannedProject>): Notice[] {
  const { item, listings, history } = planning;
  const { head, refs } = listings.target;
  const hasBranches = [...refs.keys()].some((ref) => ref.startsWith('refs/heads/'));
  if (!hasBranches || !refs.has(`refs/heads/${branch}`)) return [];
  const verdict = headVerdict(branch, head, knownTo(defaultBranch, history)?.head ?? null);
  if (verdict === 'kept') return [notice('default-branch-kept', item.id, keptHeadWarning(branch, head))];
  if (verdict !== 'set' || !refs.has('refs/heads/HEAD')) return [];
  return [notice('default-branch-refused', item.id, refusedHeadWarning(branch, head))];
}

function notice(code: string, object: string, message: string): Notice {
  return { code, object, message, fix: '' };
}
