import { fetchFailed, pushFailed } from '../failures/git.ts';
import { interruption } from '../failures/usage.ts';
import { timedOut } from '../failures/network.ts';
import type { Readable } from 'node:stream';
import { Failure } from '../failures/failure.ts';

/** The two directions of a transfer: whose answer is read, and the error that a broken one becomes. */
const sides = {
  source: { name: 'GitBucket', brokeOff: fetchFailed },
  target: { name: 'GitLab', brokeOff: pushFailed },
} as const;

/**
 * The chunks of one server's answer. Fails when none comes for as long as that server may be silent (the time in which
 * nobody asks for one does not count), and when the connection breaks; lets go of the stream in any case.
 * @throws timeout, fetch-failed or push-failed, interrupted
 */
export async function* withinTime(
  stream: Readable,
  side: 'source' | 'target',
  { silenceMs }: { silenceMs: number },
  { id, signal }: { id: string; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const { name: server, brokeOff } = sides[side];
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const interrupt = (): void => {
    stream.destroy(interruption(id));
  };
  signal.addEventListener('abort', interrupt);
  try {
    for (;;) {
      // Made for every chunk: the environment's sleep would cost more than all else that is done with it.
      const timer = setTimeout(() => {
        const seconds = Math.round(silenceMs / 1000);
        stream.destroy(timedOut(id, { server, seconds }));
      }, silenceMs);
      const { value, done } = await chunks.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (signal.aborted) throw interruption(id);
    if (error instanceof Failure) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw brokeOff(id, { detail: `${server} broke off its answer (${text})` });
  } finally {
    signal.removeEventListener('abort', interrupt);
    stream.destroy();
  }
}
