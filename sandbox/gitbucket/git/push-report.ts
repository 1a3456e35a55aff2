import type { ServerResponse } from 'node:http';
import { packet } from './advertisement.ts';
import { shortNames } from './one-level.ts';

export type Refusal = { ref: string; reason: string };

/** The answer to a push of which nothing is accepted. */
export function refusalReport(refusals: readonly Refusal[], capabilities: string): Buffer {
  const lines = [packet('unpack ok\n'), ...ngLines(refusals), Buffer.from('0000')];
  return sideBand(Buffer.concat(lines), capabilities);
}

/** Adds the refusals to the report that git writes about the other refs, and names one-level refs as they were sent. */
export function withRefusals(
  response: ServerResponse,
  refusals: readonly Refusal[],
  capabilities: string,
): void {
  const chunks: Buffer[] = [];
  const end = response.end.bind(response);
  response.write = ((chunk: Buffer) => {
    chunks.push(chunk);
    return true;
  }) as ServerResponse['write'];
  response.end = (() => {
    const { report, others } = split(Buffer.concat(chunks), capabilities);
    const lines = reportLines(report).map((line) => packet(shortNames(line)));
    const merged = Buffer.concat([...lines, ...ngLines(refusals), Buffer.from('0000')]);
    return end(Buffer.concat([...others, sideBand(merged, capabilities)]));
  }) as ServerResponse['end'];
}

function reportLines(report: Buffer): string[] {
  const lines: string[] = [];
  for (let offset = 0; offset + 4 <= report.length;) {
    const length = Number.parseInt(report.subarray(offset, offset + 4).toString('latin1'), 16);
    if (length < 5) break;
    lines.push(report.subarray(offset + 4, offset + length).toString('utf8'));
    offset += length;
  }
  return lines;
}

function ngLines(refusals: readonly Refusal[]): Buffer[] {
  return refusals.map(({ ref, reason }) => packet(`ng ${ref} ${reason}\n`));
}

function sideBand(report: Buffer, capabilities: string): Buffer {
  if (!/\bside-band/.test(capabilities)) return report;
  const header = Buffer.from((report.length + 5).toString(16).padStart(4, '0'));
  return Buffer.concat([header, Buffer.from([1]), report, Buffer.from('0000')]);
}

/** Takes the report out of band 1 and keeps the packets of the other bands as they are. */
function split(answer: Buffer, capabilities: string): { report: Buffer; others: Buffer[] } {
  if (!/\bside-band/.test(capabilities)) return { report: answer, others: [] };
  const report: Buffer[] = [];
  const others: Buffer[] = [];
  let offset = 0;
  while (offset + 4 <= answer.length) {
    const length = Number.parseInt(answer.subarray(offset, offset + 4).toString('latin1'), 16);
    if (length < 5) break;
    const packet = answer.subarray(offset, offset + length);
    if (packet[4] === 1) report.push(packet.subarray(5));
    else others.push(packet);
    offset += length;
  }
  return { report: Buffer.concat(report), others };
}
