import type { Readable } from 'node:stream';

export type BatchEntry = { id: string; size: number; rest: string; content: string };

/** One object of `cat-file --batch='%(objectname) %(objectsize) %(rest)'` after the other; all are small. */
export async function eachEntry(stream: Readable, visit: (entry: BatchEntry) => void): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    bytes = bytes.subarray(takeWhole(bytes, visit));
  }
}

/** Visits the entries that are complete; gives the number of bytes that they took. */
function takeWhole(bytes: Buffer, visit: (entry: BatchEntry) => void): number {
  let at = 0;
  for (let end = bytes.indexOf(10, at); end >= 0; end = bytes.indexOf(10, at)) {
    const [, id = '', digits = '', rest = ''] =
      /^(\S+) (\S+)(?: (.*))?$/.exec(bytes.toString('utf8', at, end)) ?? [];
    const size = Number(digits);
    // `<what was asked> missing`
    if (!Number.isInteger(size)) {
      at = end + 1;
      continue;
    }
    if (bytes.length < end + 1 + size + 1) break;
    const content = bytes.toString('utf8', end + 1, end + 1 + size);
    visit({ id, size, rest, content });
    at = end + 1 + size + 1;
  }
  return at;
}
