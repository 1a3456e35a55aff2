import type { RefChange } from '../model.ts';
import { MigrationError } from '../errors.ts';
import { formatBytes } from '../text/format.ts';
import { pushBytes } from './push-size.ts';
import type { Pushing, TooLarge } from './pushing.ts';
import type { PushAnswer } from './send-batches.ts';
import { fitting } from './slices.ts';
import { isAncestor, steppingStones } from './stepping-stones.ts';

/**
 * Takes one ref to its id over older commits of its own history, as many at a time as the server takes. Ends with what
 * the server said of it, or with the commit that alone is too large.
 */
export async function pushAlong(change: RefChange, pushing: Pushing): Promise<PushAnswer> {
  const { git, arrivals, limit } = pushing;
  let stones = await steppingStones(git, arrivals.fromNow(change), arrivals.ids(), limit.budget());
  let most = stones.length;
  for (;;) {
    const sizeOf = (count: number): Promise<number> =>
      pushBytes(git, [stones[count - 1] ?? ''], arrivals.ids());
    const { count, bytes } = await fitting(Math.min(most, stones.length), limit.budget(), sizeOf);
    const id = stones[count - 1] ?? '';
    const refusal = await refusalOf(id, bytes, pushing);
    if (refusal && count === 1) return keptBack(change, id, { ...refusal, bytes }, pushing);
    if (refusal) {
      most = Math.floor(count / 2);
      continue;
    }
    const answer = await pushing.push([{ ...arrivals.fromNow(change), new: id }], bytes);
    // Next time round it is known as refused.
    if (answer instanceof MigrationError) continue;
    if (id === change.new || answer.refs.get(change.ref) !== 'ok') return answer;
    stones = stones.slice(count);
    most = stones.length;
  }
}

/** What is known of a push that had no more to send than this one and was too large. */
async function refusalOf(
  id: string,
  bytes: number,
  { git, tooLarge }: Pushing,
): Promise<TooLarge | undefined> {
  for (const [base, refusal] of tooLarge) {
    if (bytes >= refusal.bytes && (base === id || (await isAncestor(git, base, id)))) return refusal;
  }
  return undefined;
}

function keptBack(
  { ref }: RefChange,
  id: string,
  { bytes, text, guessed }: TooLarge,
  { arrivals, kept, job }: Pushing,
): PushAnswer {
  // It may have been the network after all, and what cannot be made smaller is worth a second try.
  if (guessed && job.attempt === 1) throw new MigrationError('push-failed', job.id, { detail: text });
  kept.set(ref, arrivals.count());
  const size = `about ${formatBytes(bytes)}`;
  const what = ref.startsWith('refs/tags/')
    ? `a tag is moved whole, and no branch that arrived spares sending ${size} for it`
    : `its commit ${id} alone takes a push of ${size}${arrivals.has(ref) ? '; the ref holds the commit before it' : ''}`;
  const wayOut = "raise GitLab's receive_max_input_size or the proxy's body size, then run again";
  return { refs: new Map([[ref, `${text}; ${what}; ${wayOut}`]]), text };
}
