import { Readable } from 'node:stream';
import type { RefChange } from '../../model.ts';
import { FLUSH, pktLine, pktLines, readPktLines } from '../pkt-line.ts';

const ZERO = '0'.repeat(40);

/** What the report says; `refs` has one entry for each command that was answered. */
export type PushReport = {
  /** `ok`, or why the pack was not taken; null when there was no report at all. */
  unpack: string | null;
  /** `ok` or the reason of `ng`. */
  refs: Map<string, string>;
  /** All that came on the side band for people, joined before it is split (gitlab-push-observed §g). */
  text: string;
};

/** Commands with the old ids as leases, and the push options (gitprotocol-pack "Reference Update Request"). */
export function commandsOf(changes: readonly RefChange[], pushOptions: boolean): Buffer {
  const capabilities = `report-status side-band-64k ofs-delta${pushOptions ? ' push-options' : ''} agent=gb2gl`;
  const lines = changes.map((change, index) => {
    const to = change.outcome === 'delete' ? ZERO : (change.new ?? ZERO);
    return pktLine(`${change.old ?? ZERO} ${to} ${change.ref}${index === 0 ? `\0${capabilities}` : ''}\n`);
  });
  const options = pushOptions ? [pktLine('ci.skip'), FLUSH] : [];
  return Buffer.concat([...lines, FLUSH, ...options]);
}

/** A whole push as a stream. The pack may stop short; the body is then still ended properly, so that the target cleans up. */
export function pushBody(commands: Buffer, pack: AsyncIterable<Buffer>): Readable {
  async function* parts(): AsyncGenerator<Buffer> {
    yield commands;
    yield* pack;
  }
  return Readable.from(parts(), { objectMode: false, highWaterMark: 256 * 1024 });
}

/**
 * Reads the answer to a push (gitprotocol-pack "Report Status"), with or without a side band.
 * @throws fetch-failed when the bytes are not git's protocol
 */
export async function readReport(answer: AsyncIterable<Buffer>, id: string): Promise<PushReport> {
  const report: Buffer[] = [];
  const text: Buffer[] = [];
  const plain: Buffer[] = [];
  for await (const line of readPktLines(answer, id)) {
    if (typeof line === 'string' || line.length === 0) continue;
    if (line[0] === 1) report.push(line.subarray(1));
    else if (line[0] === 2 || line[0] === 3) text.push(line.subarray(1));
    else plain.push(line);
  }
  const lines = report.length > 0 ? linesIn(Buffer.concat(report), id) : plain;
  const texts = lines.map((line) => line.toString('utf8'));
  return { ...parsed(texts), text: Buffer.concat(text).toString('utf8') };
}

function linesIn(report: Buffer, id: string): Buffer[] {
  return [...pktLines(report, id)].filter((line) => typeof line !== 'string');
}

function parsed(lines: readonly string[]): Pick<PushReport, 'unpack' | 'refs'> {
  let unpack: string | null = null;
  const refs = new Map<string, string>();
  for (const line of lines.map((text) => text.trimEnd())) {
    if (line.startsWith('unpack ')) unpack = line.slice('unpack '.length);
    else if (line.startsWith('ok ')) refs.set(line.slice(3), 'ok');
    else if (line.startsWith('ng ')) {
      const space = line.indexOf(' ', 3);
      refs.set(
        space < 0 ? line.slice(3) : line.slice(3, space),
        space < 0 ? 'refused' : line.slice(space + 1),
      );
    }
  }
  return { unpack, refs };
}
