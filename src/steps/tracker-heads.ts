import type { RefChange } from '../model/plan.ts';
import { pullHeadsIn } from '../plan/pull-heads.ts';
import type { TransferJob } from '../transfer/transport.ts';
import type { Place } from './step.ts';
import type { TrackerWork } from './tracker-part.ts';

/**
 * Sends the heads of these pull requests: a request whose commits are missing when it is loaded has an empty diff for ever
 * (GL-426). Gives those that are there, by number; the source has lost the others. A ref of that name that somebody else has
 * pushed, as a push of a whole mirror does, stays as it is.
 */
export async function sendHeads(
  numbers: readonly number[],
  place: Place,
  work: TrackerWork,
): Promise<ReadonlyMap<number, string>> {
  const all = pullHeadsIn(work.sourceRefs);
  const heads = new Map(
    numbers.flatMap((number) => {
      const id = all.get(number);
      return id === undefined ? [] : [[number, id] as const];
    }),
  );
  if (heads.size === 0) return heads;
  const { refs } = await work.context.target.listRefs(place.fullPath);
  const ours = work.known()?.heads ?? {};
  const wanted = [...heads].map(([number, id]) => {
    const usual = `refs/pull/${number}/head`;
    const there = refs.get(usual);
    const free = there === undefined || there === id || ours[usual] === there;
    return { number, ref: free ? usual : `${usual}-moving`, id };
  });
  const changes = wanted
    .filter(({ ref, id }) => refs.get(ref) !== id)
    .map(({ ref, id }) => changeOf(ref, refs.get(ref) ?? null, id));
  if (changes.length === 0) return heads;
  const now = Object.fromEntries(changes.map(({ ref, new: id }) => [ref, id ?? '']));
  const note = (): Promise<void> => work.record('started', { data: { heads: now } });
  const { results } = await work.transport.transfer(jobOf(changes, work, place, note));
  const written = new Set(results.filter(({ outcome }) => outcome === 'written').map(({ ref }) => ref));
  for (const { number, ref } of wanted)
    if (changes.some((change) => change.ref === ref) && !written.has(ref)) heads.delete(number);
  return heads;
}

/** Removes what `sendHeads` sent, also what a killed run left: the diffs stay (GL-426). */
export async function removeHeads(place: Place, work: TrackerWork): Promise<void> {
  const known = work.known()?.heads ?? {};
  const sent = Object.keys(known);
  if (sent.length === 0) return;
  const { refs } = await work.context.target.listRefs(place.fullPath);
  const changes = sent.flatMap((ref) => {
    const id = refs.get(ref);
    return id === undefined || id !== known[ref] ? [] : [changeOf(ref, id, null)];
  });
  if (changes.length > 0) await work.transport.transfer(jobOf(changes, work, place, async () => {}));
  await work.record('done', { data: { heads: Object.fromEntries(sent.map((ref) => [ref, null])) } });
}

export function changeOf(ref: string, old: string | null, id: string | null): RefChange {
  let outcome: RefChange['outcome'] = 'create';
  if (id === null) outcome = 'delete';
  else if (old !== null) outcome = 'update';
  return { ref, outcome, old, new: id, force: true, afterOthers: false };
}

/** A push of refs for the time of a loading. */
export function jobOf(
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
