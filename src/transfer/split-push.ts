import { MigrationError } from '../errors.ts';
import { gitFailure } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import { sendBatches, type PushAnswer } from './batches.ts';
import type { PushLimit } from './git-push.ts';
import { pushAlong } from './history.ts';
import { createArrivals, createPushing, type Pushing, bytesOf, halves } from './push-portions.ts';
import type { RefResult, TransferJob } from './transport.ts';

/**
 * Refs that go in one push. GitLab runs a hook of about 20 ms for each of them in silence, and a proxy that cuts the
 * silence loses the whole request (gitlab-push-observed §c, §m): 200 stay within a few seconds.
 */
const REFS_PER_PUSH = 200;

/** Pushes what is decided with the real git; late refs wait until the others are there. */
export async function pushChanges(
  git: Git,
  job: TransferJob,
  now: () => number,
  limit: PushLimit,
): Promise<RefResult[]> {
  const pushing = createPushing({ git, job, arrivals: createArrivals(job.changes), limit });
  const writes = job.changes.filter(isWrite);
  try {
    const early = await inRounds(
      writes.filter((change) => !change.late),
      pushing,
      now,
    );
    const late = await inRounds(
      writes.filter((change) => change.late),
      pushing,
      now,
    );
    return [...early, ...late];
  } catch (error) {
    throw gitFailure(error, 'target', job.id, job.signal);
  }
}

/** What was given up for its size is tried again while other refs bring in part of its history. */
async function inRounds(
  writes: readonly RefChange[],
  pushing: Pushing,
  now: () => number,
): Promise<RefResult[]> {
  const { kept, arrivals } = pushing;
  const results = new Map<string, RefResult>();
  let waiting = writes;
  while (waiting.length > 0) {
    const answers = await sendBatches(waiting, {
      send: (batch) => pushPieces(batch, pushing),
      sizer: { size: () => REFS_PER_PUSH, learn: () => {} },
      connections: 1,
      now,
    });
    for (const result of answers) results.set(result.ref, result);
    waiting = waiting.filter(({ ref }) => (kept.get(ref) ?? Infinity) < arrivals.count());
    for (const { ref } of waiting) kept.delete(ref);
  }
  return [...results.values()];
}

/** Sends the batch whole when it can be, else in parts: fewer refs first, then one ref along its history. */
async function pushPieces(batch: readonly RefChange[], pushing: Pushing): Promise<PushAnswer> {
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
