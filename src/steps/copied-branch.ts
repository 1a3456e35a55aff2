import type { PlannedProject, RefChange } from '../model/plan.ts';
import { forkRecords } from '../plan/forks.ts';
import type { CodeData } from '../plan/known-refs.ts';
import { pushRefs } from './push-refs.ts';
import { restoreAll, switchOff } from './quiet.ts';
import { knownTo, type WritingWork } from './step.ts';

type CodeWork = WritingWork<CodeData, PlannedProject>;
type Planned = { refs: readonly RefChange[]; unverifiedIds: string[] };

/**
 * Moves the branch that was copied from the parent to where the fork has it, alone and first: mostly the parent has gone
 * on since, its objects are there, and from then on both servers know a common commit. The protection that the copy got
 * is opened for that one push. Gives the changes that are left.
 */
export async function moveCopied(
  part: Planned,
  changes: RefChange[],
  work: CodeWork,
): Promise<{ changes: RefChange[]; changed: boolean; bytes: number }> {
  const known = knownTo(forkRecords, work.journal.history.items.get(work.item.id));
  const copied = known?.copied ?? {};
  const moved = changes.find(
    ({ ref, outcome, old }) => outcome === 'update' && old !== null && copied[ref] === old,
  );
  if (moved === undefined) return { changes, changed: false, bytes: 0 };
  try {
    await switchOff(work, 'force-push', moved.ref);
    const { changed, bytes = 0 } = await pushRefs(part, [moved], work);
    if (!changed) return { changes, changed, bytes };
    const there: RefChange = { ...moved, outcome: 'unchanged', old: moved.new };
    return { changes: changes.map((change) => (change === moved ? there : change)), changed, bytes };
  } finally {
    await restoreAll(work, 'force-push');
  }
}
