import type { PushAnswer } from '../git/send-pack.ts';
import type { RefChange } from '../model/plan.ts';
import type { RequestSize } from './request-size.ts';
import type { RefResult } from './transport.ts';

export type SendOptions = {
  send(batch: readonly RefChange[]): Promise<PushAnswer>;
  sizes: Pick<RequestSize, 'next' | 'learn' | 'lost'>;
  /** Pushes that may go at the same time; their refs are disjoint. */
  connections: 1 | 2;
  now(): number;
};

/** Reasons of git or the server that mean: the target is not as expected, nothing was written. */
const movedReasons = new Set([
  'stale info',
  'non-fast-forward',
  'fetch first',
  'already exists',
  'needs force',
  'incorrect old value provided',
  'reference already exists',
  'reference does not exist',
]);

/** Fates that one ref brings on all the others of its push (GL-189, GL-213, GL-232). */
const sharedFates = new Set(['pre-receive hook declined', 'unpacker error']);

/** How many pushes may be refused as a whole before the rest is given up: each ref could be guilty. */
const refusedPushes = 64;

/** Sends the writes batch by batch; a batch that is refused as a whole is halved until only the guilty refs fail. */
export async function sendBatches(writes: readonly RefChange[], options: SendOptions): Promise<RefResult[]> {
  const waiting = [...writes];
  const results: RefResult[] = [];
  let refused = 0;

  async function sendRound(batches: readonly (readonly RefChange[])[]): Promise<void> {
    const started = options.now();
    // Nothing is still being written when the next try reads the refs.
    const ends = await Promise.allSettled(batches.map(sendOne));
    const whole = ends.every((end) => end.status === 'fulfilled' && end.value);
    if (whole)
      options.sizes.learn(
        batches.map(({ length }) => length),
        options.now() - started,
      );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** False when it took more than one push. */
  async function sendOne(batch: readonly RefChange[]): Promise<boolean> {
    const { refs, text } = await timed(batch);
    const shared = batch.filter(({ ref }) => sharedFates.has(refs.get(ref) ?? ''));
    for (const change of batch) {
      if (!sharedFates.has(refs.get(change.ref) ?? '')) results.push(resultOf(change, refs, text));
    }
    if (shared.length === 0) return true;
    refused += 1;
    if (shared.length === 1 || refused > refusedPushes) {
      results.push(...shared.map(({ ref }) => ({ ref, outcome: 'refused' as const, reason: text })));
      return false;
    }
    const middle = Math.ceil(shared.length / 2);
    await sendOne(shared.slice(0, middle));
    await sendOne(shared.slice(middle));
    return false;
  }

  async function timed(batch: readonly RefChange[]): Promise<PushAnswer> {
    const started = options.now();
    try {
      return await options.send(batch);
    } catch (error) {
      options.sizes.lost(batch.length, options.now() - started);
      throw error;
    }
  }

  while (waiting.length > 0) {
    const sizes = options.sizes.next(waiting.length, options.connections);
    await sendRound(sizes.map((size) => waiting.splice(0, size)));
  }
  return results;
}

export function resultOf({ ref }: RefChange, refs: ReadonlyMap<string, string>, text: string): RefResult {
  const answer = refs.get(ref);
  if (answer === 'ok') return { ref, outcome: 'written' };
  if (answer === undefined)
    return { ref, outcome: 'refused', reason: `GitLab reported no result for it (${text})` };
  if (movedReasons.has(answer)) return { ref, outcome: 'moved', reason: answer };
  return { ref, outcome: 'refused', reason: answer };
}
