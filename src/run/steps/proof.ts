import type { RefListing } from '../../model.ts';
import { prove } from '../../verify/proof.ts';
import type { ProjectWork, RunContext, Step } from '../context.ts';

/** Reads the target back through the fetch advertisement and compares every id with the source's. */
export const proof: Step = {
  name: 'proof',
  after: ['code'],
  applies: () => true,
  async run(work, context) {
    const listing = await readBack(work, context);
    work.targetHead = listing.head;
    work.proof = prove(work.source, listing, { notes: context.config.migrate.notes, changes: work.changes });
    const { hash } = context.journal.history.items.get(work.item.id) ?? { hash: null };
    if (!work.proof.equal || hash === work.proof.targetHash) return 'unchanged';
    await context.journal.record({
      item: work.item.id,
      step: 'proof',
      status: 'done',
      hash: work.proof.targetHash,
    });
    return 'done';
  },
};

/** What was listed for the plan is fresh enough while nothing was written. */
async function readBack(work: ProjectWork, { target, listings }: RunContext): Promise<RefListing> {
  const listed = listings.target.get(work.item.id);
  if (!work.wrote && listed && work.attempt === 1) return listed;
  return target.listRefs(work.project?.fullPath ?? work.item.fullPath);
}
