import { MigrationError } from '../../errors.ts';
import { FLUSH, pktLine, readPktLines } from './pkt-stream.ts';

/** Ids of the target that are told to the source; more would only lengthen the request. */
const MOST_HAVES = 256;

/**
 * Body of a version 0 request for everything that `wants` reach and `haves` do not (gitprotocol-pack "Packfile
 * Negotiation"): one round, ended by `done`, so that the answer is one ACK or NAK and then the pack.
 */
export function uploadPackRequest(wants: readonly string[], haves: readonly string[]): Buffer {
  const capabilities = 'ofs-delta side-band-64k thin-pack no-progress agent=gb2gl';
  const lines = wants.map((id, index) => pktLine(`want ${id}${index === 0 ? ` ${capabilities}` : ''}\n`));
  const known = haves.slice(0, MOST_HAVES).map((id) => pktLine(`have ${id}\n`));
  return Buffer.concat([...lines, FLUSH, ...known, pktLine('done\n')]);
}

/**
 * The pack out of the answer, piece by piece. Ends where the source ends it: the caller checks whether it is whole.
 * @throws fetch-failed with the source's own words
 */
export async function* packOf(answer: AsyncIterable<Buffer>, id: string): AsyncGenerator<Buffer> {
  for await (const line of readPktLines(answer, id)) {
    if (typeof line === 'string' || line.length === 0) continue;
    const band = line[0];
    if (band === 1) yield line.subarray(1);
    else if (band === 3) throw failed(id, line.toString('utf8', 1));
    else if (band !== 2) control(line.toString('utf8'), id);
  }
}

/** Lines outside the side band: ACK, NAK, shallow, or an error. */
function control(line: string, id: string): void {
  if (/^(NAK|ACK|shallow |unshallow )/.test(line)) return;
  throw failed(id, line.replace(/^ERR /, ''));
}

function failed(id: string, text: string): MigrationError {
  return new MigrationError('fetch-failed', id, { detail: `the source says: ${text.trim()}` });
}
