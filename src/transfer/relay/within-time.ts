import type { Readable } from 'node:stream';
import { MigrationError } from '../../errors.ts';

/** The stream's chunks; fails when none comes for that long. The time in which nobody asks for one does not count. */
export async function* withinTime(stream: Readable, ms: number, object: string): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const timer = setTimeout(() => {
      stream.destroy(
        new MigrationError('timeout', object, { server: 'the server', seconds: Math.round(ms / 1000) }),
      );
    }, ms);
    const { value, done } = await chunks.next().finally(() => clearTimeout(timer));
    if (done) return;
    yield value;
  }
}
