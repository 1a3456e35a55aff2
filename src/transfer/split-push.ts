import { Failure } from '../failures/failure.ts';
import { gitFailure } from '../git/errors.ts';
import type { Git } from '../git/run.ts';
import type { PushAnswer } from '../git/send-pack.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import { argumentPortions } from './arguments.ts';
import { sendBatches } from './batches.ts';
import { bytesOf, createSplitPush, pushArguments, type SplitPush } from './git-push.ts';
import { pushByHistory } from './push-by-history.ts';
import type { PushLimit } from './push-size.ts';
import type { RequestSize } from './request-size.ts';
import type { RefResult, TransferJob } from './transport.ts';

export type PushChangesOptions = {
  limit: PushLimit;
  sizes: RequestSize;
  now: () => number;
};

/** Pushes what is decided with the real git; late refs wait until the others are there. */
export async function pushChanges(
  git: Git,
  job: TransferJob,
  { limit, sizes, now }: PushChangesOptions,
): Promise<RefResult[]> {
  const split = createSplitPush({ git, job, limit });
  const writes = job.changes.filter(isWrite);
  try {
    const early = await pushInRounds(
      writes.filter((change) => !change.afterOthers),
      split,
      { sizes, now },
    );
    const late = await pushInRounds(
      writes.filter((change) => change.afterOthers),
      split,
      { sizes, now },
    );
    return [...early, ...late];
  } catch (error) {
    throw gitFailure(error, 'target', job.id, job.signal);
  }
}

/** What was given up for its size is tried again while other refs bring in part of its history. */
async function pushInRounds(
  writes: readonly RefChange[],
  split: SplitPush,
  { sizes, now }: Pick<PushChangesOptions, 'sizes' | 'now'>,
): Promise<RefResult[]> {
  const { givenUp, pushedRefs } = split;
  const results = new Map<string, RefResult>();
  let waiting = writes;
  while (waiting.length > 0) {
    const answers = await sendBatches(waiting, {
      send: (batch) => pushSplit(batch, split),
      // How long git packs and sends is no price of the target's.
      sizes: { ...sizes, learn: () => {} },
      connections: 1,
      now,
    });
    for (const result of answers) results.set(result.ref, result);
    waiting = waiting.filter(({ ref }) => (givenUp.get(ref) ?? Infinity) < pushedRefs.count());
    for (const { ref } of waiting) givenUp.delete(ref);
  }
  return [...results.values()];
}

/** Sends the batch whole when it can be, else in parts: fewer refs first, then one ref along its history. */
async function pushSplit(batch: readonly RefChange[], split: SplitPush): Promise<PushAnswer> {
  const { pushedRefs, limit } = split;
  const portions = argumentPortions(batch, pushArguments);
  if (portions.length > 1) {
    let answer: PushAnswer = { refs: new Map(), text: '' };
    for (const portion of portions) answer = joined(answer, await pushSplit(portion, split));
    return answer;
  }
  // Measuring takes time, and most servers take everything.
  const bytes = limit.budget() === Infinity ? null : await bytesOf(batch, split);
  if (bytes === null || bytes <= limit.budget()) {
    const now = batch.map((change) => pushedRefs.asOfNow(change));
    const answer = await split.push(now, bytes);
    if (!(answer instanceof Failure)) return answer;
    if (batch.every((change) => change.new === null)) throw answer;
  }
  const [single, ...others] = batch;
  if (single && others.length === 0) return pushByHistory(single, split);
  const [first, second] = bisect(batch);
  return joined(await pushSplit(first, split), await pushSplit(second, split));
}

function joined(first: PushAnswer, second: PushAnswer): PushAnswer {
  const texts = [first.text, second.text].filter((text) => text !== '');
  return { refs: new Map([...first.refs, ...second.refs]), text: texts.join(' ') };
}

/** Two parts in the same order; refs that others build on come first and stay so. */
function bisect<T>(list: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}
