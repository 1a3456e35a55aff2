import { headVerdict, keptHeadWarning, refusedHeadWarning } from '../plan/default-branch.ts';
import type { Step } from './step.ts';

/**
 * Points the target's HEAD to the source's default branch. A default branch that somebody chose on GitLab after the tool
 * saw to it is left alone.
 */
export const settings: Step = {
  name: 'settings',
  after: ['proof'],
  applies: (item) => item.defaultBranch !== null,
  async run(work, context) {
    const { item, project, targetHead, source } = work;
    const branch = item.defaultBranch ?? '';
    const known = context.journal.history.items.get(item.id)?.head ?? null;
    if (!project || !source.refs.has(`refs/heads/${branch}`)) return 'unchanged';
    const refused = work.changes.some(
      ({ ref, outcome }) => ref === `refs/heads/${branch}` && outcome === 'refused',
    );
    if (refused) return 'unchanged';
    const verdict = headVerdict(branch, targetHead, known);
    if (verdict === 'right') {
      if (known === branch) return 'unchanged';
      await context.journal.record({ item: item.id, step: 'settings', status: 'done', head: branch });
      return 'unchanged';
    }
    if (verdict === 'kept') {
      const warning = keptHeadWarning(branch, targetHead);
      // Mostly the plan has told already.
      if (!item.warnings.includes(warning)) work.warnings.push(warning);
      return 'unchanged';
    }
    await context.journal.record({ item: item.id, step: 'settings', status: 'started' });
    await context.target.setDefaultBranch(project, branch);
    const listing = await context.target.listRefs(project.fullPath);
    if (work.proof) work.proof.head.target = listing.head;
    if (listing.head !== `refs/heads/${branch}`) {
      const warning = refusedHeadWarning(branch, listing.head);
      if (!item.warnings.includes(warning)) work.warnings.push(warning);
      return 'refused';
    }
    await context.journal.record({ item: item.id, step: 'settings', status: 'done', head: branch });
    return 'done';
  },
};
