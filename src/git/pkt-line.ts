import { fetchFailed } from '../failures/git.ts';
import type { Failure } from '../failures/failure.ts';

/** `flush` is 0000, `delim` 0001, `end` 0002 (gitprotocol-common "pkt-line Format", gitprotocol-v2 "Packet-Line Framing"). */
export type PktLine = Buffer | Mark;
type Mark = 'flush' | 'delim' | 'end';

/** Cuts bytes that come in any pieces into pkt-lines. */
export type PktReader = {
  push(bytes: Buffer): void;
  /** The next whole line; null when more bytes are needed. @throws fetch-failed when the bytes are not pkt-lines */
  next(): PktLine | null;
  /** The four characters with which the next line begins; fewer when they are not there yet. */
  peek(): string;
  /** All bytes that are not read yet, as they are; they are gone from the reader. */
  takeRest(): Buffer;
};

const special = ['flush', 'delim', 'end'] as const;
const lengthDigits = 4;

export function createPktReader(object: string): PktReader {
  let pieces: Buffer[] = [];
  let size = 0;
  /** Length of the line that has begun; null before its digits are there. */
  let length: number | null = null;

  // Joined only when a whole line is there: a line may come byte by byte.
  function take(count: number): Buffer {
    const joined = pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
    pieces = joined.length > count ? [joined.subarray(count)] : [];
    size = joined.length - count;
    return joined.subarray(0, count);
  }

  return {
    push(bytes) {
      if (bytes.length === 0) return;
      pieces.push(bytes);
      size += bytes.length;
    },
    next() {
      if (length === null && size < lengthDigits) return null;
      length ??= lengthAt(take(lengthDigits), 0, object);
      if (length < lengthDigits) {
        const name = special[length] ?? 'flush';
        length = null;
        return name;
      }
      if (size < length - lengthDigits) return null;
      const line = take(length - lengthDigits);
      length = null;
      return line;
    },
    peek() {
      if (length !== null || size === 0) return '';
      if ((pieces[0]?.length ?? 0) < lengthDigits) pieces = [Buffer.concat(pieces)];
      return pieces[0]?.toString('latin1', 0, lengthDigits) ?? '';
    },
    takeRest() {
      const digits = length === null ? '' : length.toString(16).padStart(lengthDigits, '0');
      length = null;
      return Buffer.concat([Buffer.from(digits), take(size)]);
    },
  };
}

/** Read digit by digit: a big listing has hundreds of thousands of lines. */
function lengthAt(bytes: Buffer, at: number, object: string): number {
  let length = 0;
  for (let index = at; index < at + lengthDigits; index += 1) length = length * 16 + digitOf(bytes[index]);
  if (Number.isNaN(length)) {
    const text = bytes.toString('latin1', at, at + lengthDigits);
    throw damaged(object, `a line begins with ${JSON.stringify(text)} instead of its length`);
  }
  if (length === 3) throw damaged(object, 'a line has length 3');
  return length;
}

function digitOf(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  // The letters of both cases differ in one bit.
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}

/**
 * Tells of each line of a whole body where its content begins and ends, or which of the special ones it is: a big listing
 * would otherwise make hundreds of thousands of buffers. Gives what the last line is.
 * @throws fetch-failed when the bytes are not pkt-lines, or end inside one
 */
export function scanPktLines(
  body: Buffer,
  object: string,
  see: (begin: number, end: number, mark: Mark | null) => void,
): Mark | null {
  let at = 0;
  let last: Mark | null = null;
  while (at < body.length) {
    const length = at + lengthDigits > body.length ? Infinity : lengthAt(body, at, object);
    if (at + length > body.length) throw endsInside(object);
    last = length < lengthDigits ? (special[length] ?? 'flush') : null;
    see(at + lengthDigits, at + Math.max(length, lengthDigits), last);
    at += Math.max(length, lengthDigits);
  }
  return last;
}

/**
 * The lines of a whole body.
 * @throws fetch-failed when the bytes are not pkt-lines, or end inside one
 */
export function pktLines(body: Buffer, object: string): PktLine[] {
  const lines: PktLine[] = [];
  scanPktLines(body, object, (begin, end, mark) => lines.push(mark ?? body.subarray(begin, end)));
  return lines;
}

/** The lines of a whole body as texts, without the special ones. @throws fetch-failed as `scanPktLines` does */
export function pktTexts(body: Buffer, object: string): string[] {
  const texts: string[] = [];
  scanPktLines(body, object, (begin, end, mark) => {
    if (mark === null) texts.push(body.toString('utf8', begin, end));
  });
  return texts;
}

/**
 * One line after the other from a stream that may be cut anywhere; what it ends in the middle of is left out.
 * @throws fetch-failed when the bytes are not pkt-lines
 */
export async function* readPktLines(stream: AsyncIterable<Buffer>, object: string): AsyncGenerator<PktLine> {
  const reader = createPktReader(object);
  for await (const chunk of stream) {
    reader.push(chunk);
    for (let line = reader.next(); line !== null; line = reader.next()) yield line;
  }
}

function endsInside(object: string): Failure {
  return damaged(object, 'the response ends inside a line');
}

function damaged(object: string, detail: string): Failure {
  return fetchFailed(object, { detail: `invalid git protocol: ${detail}` });
}

export const flush = Buffer.from('0000');
/** Ends the capabilities of a request of protocol 2 (gitprotocol-v2 "Command Request"). */
export const delim = Buffer.from('0001');

/** One line as it goes over the wire. */
export function pktLine(text: string): Buffer {
  return Buffer.from(pktText(text));
}

/** The same as text: of many lines it is joined before it becomes bytes. */
export function pktText(text: string): string {
  const length = Buffer.byteLength(text) + lengthDigits;
  return `${length.toString(16).padStart(lengthDigits, '0')}${text}`;
}
