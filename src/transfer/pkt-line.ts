import { MigrationError } from '../errors.ts';

/** Payload of one pkt-line; null for a flush packet (gitprotocol-common, "pkt-line Format"). */
export type PktLine = Buffer | null;

/**
 * Splits a complete body into pkt-lines.
 * @throws not-the-api when the bytes are not pkt-lines or end inside one
 */
export function* pktLines(body: Buffer, object: string): Generator<PktLine> {
  let at = 0;
  while (at < body.length) {
    const length = lengthAt(body, at, object);
    if (length === 0) {
      yield null;
      at += 4;
      continue;
    }
    if (at + length > body.length) throw damaged(object, 'the answer ends inside a line');
    yield body.subarray(at + 4, at + length);
    at += length;
  }
}

function lengthAt(body: Buffer, at: number, object: string): number {
  const text = body.toString('latin1', at, at + 4);
  if (!/^[0-9a-f]{4}$/i.test(text))
    throw damaged(object, `it does not begin a line with a length but with "${text}"`);
  const length = Number.parseInt(text, 16);
  if (length > 0 && length < 4) throw damaged(object, `a line of ${length} byte(s)`);
  return length;
}

function damaged(object: string, detail: string): MigrationError {
  return new MigrationError('fetch-failed', object, { detail: `this is not git's protocol: ${detail}` });
}
