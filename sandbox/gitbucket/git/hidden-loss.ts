import type { ServerResponse } from 'node:http';
import { packet } from './advertisement.ts';

/**
 * Where git names a lost object, JGit breaks off in its progress and says no more than that it failed (GB-127): replaces
 * the packets that tell, whole, for they come in any pieces.
 */
export function hideLoss(response: ServerResponse): void {
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  let pending = Buffer.alloc(0);
  /** A pack without a side band is no sequence of packets. */
  let bare = false;

  function whole(): Buffer[] {
    const packets: Buffer[] = [];
    while (!bare && pending.length >= 4) {
      const length = Number.parseInt(pending.toString('latin1', 0, 4), 16);
      if (Number.isNaN(length)) bare = true;
      const size = Math.max(length, 4);
      if (bare || pending.length < size) break;
      packets.push(inJGitsWords(pending.subarray(0, size)));
      pending = pending.subarray(size);
    }
    if (!bare) return packets;
    packets.push(pending);
    pending = Buffer.alloc(0);
    return packets;
  }

  response.write = ((chunk: Buffer, ...rest: []) => {
    pending = Buffer.concat([pending, chunk]);
    return write(Buffer.concat(whole()), ...rest);
  }) as ServerResponse['write'];
  response.end = (() => (pending.length > 0 ? end(pending) : end())) as ServerResponse['end'];
}

function inJGitsWords(line: Buffer): Buffer {
  const text = line.toString('latin1', 5, 60);
  if (line[4] === 2 && /^(fatal|error): /.test(text)) return band(2, 'Finding sources:  14% (1/7)\r');
  return line[4] === 3 && text.startsWith('aborting due') ? band(3, 'internal server error') : line;
}

function band(number: number, text: string): Buffer {
  return packet(`${String.fromCodePoint(number)}${text}`);
}
