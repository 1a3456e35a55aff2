import { createHash } from 'node:crypto';
import { travels } from '../gitlab/rules/ref-names.ts';
import type { RefListing, RefMap } from '../model/forge.ts';
import type { RefChange } from '../model/plan.ts';
import type { Proof, RefDifference } from '../model/result.ts';
import type { ProjectWork, RunContext, Step } from './step.ts';

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

/**
 * Compares the ids of all refs that travel on both sides. `changes` explain differences that are known: refs that
 * GitLab refuses or that moved on the target.
 */
export function prove(
  source: RefListing,
  target: RefListing,
  options: { notes: boolean; changes: readonly RefChange[] },
): Proof {
  const expected = new Map([...source.refs].filter(([ref]) => travels(ref, options)));
  const reasons = new Map(options.changes.map((change) => [change.ref, change]));
  const differences: RefDifference[] = [];
  const found = new Map<string, string>();
  for (const [ref, id] of expected) {
    const other = target.refs.get(ref) ?? null;
    if (other !== null) found.set(ref, other);
    if (other !== id)
      differences.push({ ref, source: id, target: other, reason: reasonOf(reasons.get(ref), other) });
  }
  const equal = differences.length === 0;
  const sourceHash = hashOfRefs(expected);
  return {
    equal,
    refs: expected.size,
    sourceHash,
    targetHash: equal ? sourceHash : hashOfRefs(found),
    head: { source: source.head, target: target.head },
    differences,
  };
}

function reasonOf(change: RefChange | undefined, target: string | null): string {
  if (change?.outcome === 'refused' || change?.outcome === 'diverged') return change.reason ?? change.outcome;
  return target === null ? 'missing on the target' : 'another object on the target';
}

/** SHA-256 over the `id ref` lines in the order of their bytes (`LC_ALL=C sort`), each ended by a newline. */
function hashOfRefs(refs: RefMap): string {
  const lines = [...refs].sort(([a, idA], [b, idB]) => {
    if (idA !== idB) return idA < idB ? -1 : 1;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  });
  const text = lines.map(([ref, id]) => `${id} ${ref}\n`).join('');
  return createHash('sha256').update(text).digest('hex');
}
