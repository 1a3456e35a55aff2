import { band, createPacketReader, FLUSH, packet } from './pkt-line.ts';
import type { PushRequest } from './push-request.ts';
import type { Refusal } from './receive-pack.ts';
import { readVerdicts, rewriteReport, type RefVerdict } from './report.ts';

/** git reads what hooks and index-pack say in pieces of this size, wherever they end (GL-212). */
const PIECE = 128;
const SMALL_PIECE = 40;

/** The answer to a push while it grows: texts as they come, the report when git has ended. */
export type PushAnswer = {
  /** Takes bytes of git's own answer. */
  push(chunk: Buffer): void;
  /** Keeps the refusal's text to be sent before the report. */
  refuse(refusal: NonNullable<Refusal>): void;
  /** Bytes that wait to be sent. */
  gathered(): number;
  take(): Buffer;
  /** Null when the client did not want a report. */
  verdicts(): RefVerdict[] | null;
  /** True when git has not said anything. */
  silent(): boolean;
  /** The rest of the answer, with the report and further texts after it. */
  finish(texts: string): Buffer;
};

export function createAnswer(push: PushRequest, split: boolean): PushAnswer {
  const sideBand = push.capabilities.has('side-band-64k');
  const reports = [...push.capabilities].some((word) => word.startsWith('report-status'));
  const reader = createPacketReader();
  const piece = split ? SMALL_PIECE : PIECE;
  let waiting: Buffer[] = [];
  let report: Buffer = Buffer.alloc(0);
  let texts = '';
  let refusal: Refusal = null;
  let heard = 0;
  let rewritten: Buffer | null = null;

  function say(text: string | Buffer): void {
    texts += text.toString('latin1');
    waiting.push(band(2, text, piece));
  }

  function sort(): void {
    for (let next = reader.next(); next !== null && next !== 'broken'; next = reader.next()) {
      if (next.kind !== 'data') continue;
      const payload = next.data.subarray(1);
      if (next.data[0] === 2) say(inNewerWords(payload));
      else if (next.data[0] !== 1 || payload.length === 0) waiting.push(packet(next.data));
      else report = Buffer.concat([report, payload]);
    }
  }

  function finalReport(): Buffer {
    rewritten ??= rewriteReport(report, texts, refusal?.everyRef ?? null);
    return rewritten;
  }

  function take(): Buffer {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    return bytes;
  }

  return {
    push(chunk) {
      heard += chunk.length;
      if (!sideBand) {
        report = Buffer.concat([report, chunk]);
        return;
      }
      reader.push(chunk);
      sort();
    },
    refuse(reason) {
      refusal = reason;
      if (sideBand) say(Buffer.from(reason.text));
    },
    gathered: () => waiting.reduce((sum, bytes) => sum + bytes.length, 0),
    take,
    verdicts: () => (reports ? readVerdicts(finalReport()) : null),
    silent: () => heard === 0,
    finish(afterwards) {
      if (!sideBand) return finalReport();
      if (report.length > 0) waiting.push(band(1, finalReport()));
      if (afterwards !== '') waiting.push(band(2, afterwards, piece));
      if (heard > 0) waiting.push(FLUSH);
      return take();
    },
  };
}

/** git 2.54 says `update` where 2.39 says `create`; its own messages come whole (GL-212). */
function inNewerWords(text: Buffer): Buffer {
  if (!text.includes('refusing to create funny ref')) return text;
  const words = text.toString('latin1').replace('refusing to create funny', 'refusing to update funny');
  return Buffer.from(words, 'latin1');
}
