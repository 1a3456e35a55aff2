import type { RefChange } from '../model/plan.ts';
import { pullHeadsIn } from '../plan/pull-heads.ts';
import type { TransferJob } from '../transfer/transport.ts';
import type { Place } from './step.ts';
import type { TrackerWork } from './tracker-part.ts';

/**
 * Sends the heads of these pull requests: a request whose commits are missing when it is loaded has an empty diff for ever
 * (GL-426). Gives those that are there, by number; the source has lost the others.
 */
export async function sendHeads(
  numbers: readonly number[],
  place: Place,
  work: TrackerWork,
): Promise<ReadonlyMap<number, string>> {
  const all = pullHeadsIn(work.sourceRefs);
  const wanted = numbers.flatMap((number) => {
    const id = all.get(number);
    return id === undefined ? [] : [{ number, ref: nameOf(number), id }];
  });
  const heads = new Map(wanted.map(({ number, id }) => [number, id]));
  if (wanted.length === 0) return heads;
  const { refs } = await work.context.target.listRefs(place.fullPath);
  const changes = wanted
    .filter(({ ref, id }) => refs.get(ref) !== id)
    .map(({ ref, id }) => changeOf(ref, refs.get(ref) ?? null, id));
  if (changes.length === 0) return heads;
  const now = Object.fromEntries(wanted.map(({ ref, id }) => [ref, id]));
  const note = (): Promise<void> => work.record('started', { data: { heads: now } });
  const { results } = await work.transport.transfer(jobOf(changes, work, place, note));
  const written = new Set(results.filter(({ outcome }) => outcome === 'written').map(({ ref }) => ref));
  for (const { number, ref } of wanted)
    if (changes.some((change) => change.ref === ref) && !written.has(ref)) heads.delete(number);
  return heads;
}

/** Removes what `sendHeads` sent, also what a killed run left: the diffs stay (GL-426). */
export async function removeHeads(place: Place, work: TrackerWork): Promise<void> {
  const sent = Object.keys(work.known()?.heads ?? {});
  if (sent.length === 0) return;
  const { refs } = await work.context.target.listRefs(place.fullPath);
  const changes = sent.flatMap((ref) => {
    const id = refs.get(ref);
    return id === undefined ? [] : [changeOf(ref, id, null)];
  });
  if (changes.length > 0) await work.transport.transfer(jobOf(changes, work, place, async () => {}));
  await work.record('done', { data: { heads: Object.fromEntries(sent.map((ref) => [ref, null])) } });
}

function nameOf(number: number): string {
  return `refs/pull/${number}/head`;
}

function changeOf(ref: string, old: string | null, id: string | null): RefChange {
  let outcome: RefChange['outcome'] = 'create';
  if (id === null) outcome = 'delete';
  else if (old !== null) outcome = 'update';
  return { ref, outcome, old, new: id, force: true, afterOthers: false };
}

function jobOf(
  changes: RefChange[],
  { item, context, attempt }: TrackerWork,
  place: Place,
  beforeWrite: () => Promise<void>,
): TransferJob {
  const { source, target, runtime, emit } = context;
  return {
    id: item.id,
    attempt,
    source: source.remote(item.repository, 'code'),
    target: target.remote(place.fullPath),
    patterns: ['refs/heads/*', 'refs/tags/*', 'refs/pull/*'],
    changes,
    unverifiedIds: [],
    ensureTarget: () => target.ensureProject(place),
    beforeWrite,
    progress: (stage, percent, bytes) => emit({ type: 'item-progress', id: item.id, stage, percent, bytes }),
    signal: runtime.aborting,
  };
}
