import { fetchFailed } from '../failures/git.ts';
import type { Failure } from '../failures/failure.ts';
import { createPktReader, demandEnd, FLUSH, pktLine } from './pkt-line.ts';

/** Ids of the target that are told to the source; more would only lengthen the request. */
const MOST_HAVES = 256;

/**
 * Body of a version 0 request for everything that `wants` reach and `haves` do not (gitprotocol-pack "Packfile
 * Negotiation"): one round, ended by `done`, so that the answer is one ACK or NAK and then the pack.
 */
export function uploadPackRequest(wants: readonly string[], haves: readonly string[]): Buffer {
  const capabilities = 'ofs-delta side-band-64k thin-pack no-progress agent=gb2gl';
  const lines = wants.map((id, index) => pktLine(`want ${id}${index === 0 ? ` ${capabilities}` : ''}\n`));
  return Buffer.concat([...lines, FLUSH, ...haveLines(haves), pktLine('done\n')]);
}

export function haveLines(haves: readonly string[]): Buffer[] {
  return haves.slice(0, MOST_HAVES).map((id) => pktLine(`have ${id}\n`));
}

/**
 * The pack out of the answer, piece by piece, with or without a side band. Ends where the source ends it: the caller
 * checks whether it is whole.
 * @throws fetch-failed with the source's own words
 */
export async function* packOf(answer: AsyncIterable<Buffer>, id: string): AsyncGenerator<Buffer> {
  const reader = createPktReader(id);
  let bare = false;
  for await (const chunk of answer) {
    if (bare) {
      yield chunk;
      continue;
    }
    reader.push(chunk);
    for (;;) {
      // Without a side band the pack follows the last line as it is; its first letters are no length.
      if (reader.peek() === 'PACK') {
        bare = true;
        yield reader.takeRest();
        break;
      }
      const line = reader.next();
      if (line === null) break;
      const piece = typeof line === 'string' ? null : pieceOf(line, id);
      if (piece !== null) yield piece;
    }
  }
  if (!bare) demandEnd(reader, id);
}

/** Bytes of the pack that a line carries; null when it carries none. */
function pieceOf(line: Buffer, id: string): Buffer | null {
  const band = line[0];
  if (band === 1) return line.length > 1 ? line.subarray(1) : null;
  if (band === 3) throw failed(id, line.toString('utf8', 1));
  if (band !== 2 && line.length > 0) control(line.toString('utf8'), id);
  return null;
}

/** Lines outside the side band: ACK, NAK, shallow, the name of a section in protocol 2, or an error. */
function control(line: string, id: string): void {
  if (/^(NAK|ACK|shallow |unshallow |packfile$|acknowledgments$|shallow-info$|ready$)/.test(line.trimEnd()))
    return;
  throw failed(id, line.replace(/^ERR /, ''));
}

function failed(id: string, text: string): Failure {
  return fetchFailed(id, { detail: `the source says: ${text.trim()}` });
}
