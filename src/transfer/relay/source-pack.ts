import { MigrationError } from '../../errors.ts';
import { beginningOf } from '../../net/http-stream.ts';
import type { TransferJob } from '../transport.ts';
import { createPackCheck } from './pack-check.ts';
import { packOf, uploadPackRequest } from './upload-pack.ts';
import { withinTime } from './within-time.ts';

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
 * @throws fetch-failed, timeout, git-token-refused
 */
export async function openPack(
  job: TransferJob,
  wants: readonly string[],
  haves: readonly string[],
): Promise<SourcePack> {
  const answer = await job.source.post('git-upload-pack', uploadPackRequest(wants, haves));
  if (answer.status !== 200) {
    const detail = `${answer.status}, ${(await beginningOf(answer.body)).replaceAll(/\s+/g, ' ').slice(0, 200)}`;
    throw new MigrationError('fetch-failed', job.id, { detail });
  }
  const check = createPackCheck();
  let failure: MigrationError | null = null;
  let stopped = false;
  const pieces = packOf(withinTime(answer.body, job.source.silenceMs, job.id), job.id);
  const first = await pieces.next();
  if (first.done) throw new MigrationError('fetch-failed', job.id, { detail: 'the source sent no pack' });

  async function* bytes(): AsyncGenerator<Buffer> {
    try {
      for (let piece = first; !piece.done && !stopped; piece = await pieces.next()) {
        check.add(piece.value);
        job.progress('relay', null, check.bytes());
        yield piece.value;
      }
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      failure =
        error instanceof MigrationError ? error : new MigrationError('fetch-failed', job.id, { detail });
    }
    if (!stopped && !check.complete()) {
      failure ??= new MigrationError('fetch-failed', job.id, { detail: 'the pack is cut short or damaged' });
    }
  }

  return {
    bytes: bytes(),
    stop() {
      stopped = true;
      answer.body.destroy();
    },
    size: () => check.bytes(),
    failure: () => failure,
  };
}
