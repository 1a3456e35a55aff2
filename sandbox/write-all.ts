import type { Writable } from 'node:stream';

/** Writes a chunk and waits until the stream takes more, or is gone; leaves no listener behind. */
export async function writeAll(stream: Writable, chunk: Buffer): Promise<void> {
  if (stream.destroyed || stream.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
