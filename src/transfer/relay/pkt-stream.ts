import { MigrationError } from '../../errors.ts';

/** `flush` is 0000, `delim` 0001 (protocol v2), `end` 0002 (gitprotocol-common, "pkt-line Format"). */
export type PktLine = Buffer | 'flush' | 'delim' | 'end';

const special = ['flush', 'delim', 'end'] as const;

/**
 * Yields one pkt-line after the other from a stream that may be cut anywhere.
 * @throws fetch-failed when the bytes are not pkt-lines, or end inside one
 */
export async function* readPktLines(stream: AsyncIterable<Buffer>, object: string): AsyncGenerator<PktLine> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let length = lengthOf(bytes, object); length !== null; length = lengthOf(bytes, object)) {
      const size = length < 4 ? 4 : length;
      if (bytes.length < size) break;
      yield length < 4 ? (special[length] ?? 'flush') : bytes.subarray(4, size);
      bytes = bytes.subarray(size);
    }
    rest = bytes;
  }
  if (rest.length > 0) throw damaged(object, 'the answer ends inside a line');
}

/** Length that the first line announces; null while its four digits are not there. */
function lengthOf(bytes: Buffer, object: string): number | null {
  if (bytes.length < 4) return null;
  const text = bytes.toString('latin1', 0, 4);
  if (!/^[0-9a-f]{4}$/i.test(text)) throw damaged(object, `a line begins with ${JSON.stringify(text)}`);
  const length = Number.parseInt(text, 16);
  if (length === 3) throw damaged(object, 'a line of length 3');
  return length;
}

function damaged(object: string, detail: string): MigrationError {
  return new MigrationError('fetch-failed', object, { detail: `this is not git's protocol: ${detail}` });
}

export const FLUSH = Buffer.from('0000');

/** One line as it goes over the wire. */
export function pktLine(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from((payload.length + 4).toString(16).padStart(4, '0')), payload]);
}
