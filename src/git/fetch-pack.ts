import { MigrationError } from '../errors.ts';
import { isWrite, type RefChange } from '../model/plan.ts';
import { withinTime } from '../net/deadline.ts';
import { beginningOf } from '../net/stream.ts';
import { cutTo, pageText } from '../text/truncate.ts';
import type { TransferJob } from '../transfer/transport.ts';
import { createPackCheck } from './pack-check.ts';
import { fetchRequest, VERSION_2 } from './protocol-v2.ts';
import { capabilitiesIn } from './ref-advertisement.ts';
import { packOf, uploadPackRequest } from './upload-pack.ts';

/** A pack that is on its way from the source. */
export type SourcePack = {
  /** The pack; ends early, without an error, when the source breaks off: the target must see a proper end. */
  bytes: AsyncIterable<Buffer>;
  /** Nobody reads on: lets go of the source. */
  stop(): void;
  size(): number;
  /** Why the pack is not whole; null when it is. */
  failure(): MigrationError | null;
};

/**
 * Asks the source for a pack and waits for its first bytes, so that the target's request is opened only when there is
 * something to send.
 * @throws fetch-failed, timeout, interrupted, and what the source's listing tells of a refusal
 */
export async function openPack(
  job: TransferJob,
  wants: readonly string[],
  haves: readonly string[],
): Promise<SourcePack> {
  const first = await ask(job, uploadPackRequest(wants, haves));
  if (!(first instanceof MigrationError)) return first;
  // The listing knows why a repository is refused; or the server speaks protocol 2 alone.
  const listing = await job.source.advertisement('git-upload-pack');
  if (!capabilitiesIn(listing, job.id).includes(VERSION_2)) throw first;
  const second = await ask(job, fetchRequest(wants, haves));
  if (second instanceof MigrationError) throw second;
  return second;
}

/** The pack; or, as a value, the source's refusal. */
async function ask(job: TransferJob, request: Buffer): Promise<SourcePack | MigrationError> {
  const answer = await job.source.post('git-upload-pack', request);
  if (answer.status !== 200) {
    const text = cutTo(300, pageText(await beginningOf(answer.body))) || 'an empty body';
    const failure = new MigrationError('fetch-failed', job.id, { detail: `${answer.status}, ${text}` });
    if (answer.status >= 500 || answer.status === 429) throw failure;
    return failure;
  }
  const pieces = packOf(withinTime(answer.body, job, 'source'), job.id);
  try {
    const first = await pieces.next();
    if (!first.done) return flowing(job, pieces, first.value, () => answer.body.destroy());
    return new MigrationError('fetch-failed', job.id, { detail: 'the source sent no pack' });
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'fetch-failed') return error;
    throw error;
  }
}

function flowing(
  job: TransferJob,
  pieces: AsyncGenerator<Buffer>,
  first: Buffer,
  letGo: () => void,
): SourcePack {
  const check = createPackCheck();
  const state: { stopped: boolean; failure: MigrationError | null } = { stopped: false, failure: null };

  async function* bytes(): AsyncGenerator<Buffer> {
    let piece: Buffer | null = first;
    try {
      while (piece !== null && !state.stopped) {
        check.add(piece);
        job.progress(stageOf(check.objects()), null, check.bytes());
        yield piece;
        piece = (await pieces.next()).value ?? null;
      }
    } catch (error) {
      if (!state.stopped) state.failure = asFailure(error, job.id);
    }
    if (!state.stopped && !check.complete()) {
      state.failure ??= new MigrationError('fetch-failed', job.id, {
        detail: 'the pack is cut short or damaged',
      });
    }
  }

  return {
    bytes: bytes(),
    stop() {
      state.stopped = true;
      letGo();
    },
    size: () => check.bytes(),
    failure: () => state.failure,
  };
}

function asFailure(error: unknown, id: string): MigrationError {
  if (error instanceof MigrationError) return error;
  return new MigrationError('fetch-failed', id, {
    detail: error instanceof Error ? error.message : String(error),
  });
}

function stageOf(objects: number | null): string {
  return objects === null ? 'relay' : `relay of ${objects} object${objects === 1 ? '' : 's'},`;
}

/** Tips that the target lacks. */
export function wantsOf(all: readonly RefChange[], changes: readonly RefChange[] = all): string[] {
  const there = new Set(havesOf(all));
  const wants = new Set<string>();
  for (const change of changes) {
    if (isWrite(change) && change.new !== null && !there.has(change.new)) wants.add(change.new);
  }
  return [...wants];
}

/** Ids that the target's refs have now; those that the source knows too come first, since only they help. */
export function havesOf(changes: readonly RefChange[]): string[] {
  const onSource = new Set(changes.map((change) => change.new));
  const ids = new Set(changes.map(({ old }) => old).filter((id) => id !== null));
  return [...ids].sort((a, b) => Number(onSource.has(b)) - Number(onSource.has(a)));
}
