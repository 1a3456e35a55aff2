import { MigrationError } from '../errors.ts';
import type { RefChange } from '../model.ts';
import { pushAlong } from './push-along.ts';
import { bytesOf, type Pushing } from './pushing.ts';
import type { PushAnswer } from './send-batches.ts';
import { halves } from './slices.ts';

/** Sends the batch whole when it can be, else in parts: fewer refs first, then one ref along its history. */
export async function pushPieces(batch: readonly RefChange[], pushing: Pushing): Promise<PushAnswer> {
  const { arrivals, limit } = pushing;
  // Measuring takes time, and most servers take everything.
  const bytes = limit.budget() === Infinity ? null : await bytesOf(batch, pushing);
  if (bytes === null || bytes <= limit.budget()) {
    const now = batch.map((change) => arrivals.fromNow(change));
    const answer = await pushing.push(now, bytes);
    if (!(answer instanceof MigrationError)) return answer;
    if (batch.every((change) => change.new === null)) throw answer;
  }
  const [single, ...others] = batch;
  if (single && others.length === 0) return pushAlong(single, pushing);
  const [first, second] = halves(batch);
  return joined(await pushPieces(first, pushing), await pushPieces(second, pushing));
}

function joined(first: PushAnswer, second: PushAnswer): PushAnswer {
  const texts = [first.text, second.text].filter((text) => text !== '');
  return { refs: new Map([...first.refs, ...second.refs]), text: texts.join(' ') };
}
