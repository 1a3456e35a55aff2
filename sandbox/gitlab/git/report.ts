import { band, createPacketReader, FLUSH, packet } from './pkt-line.ts';
import type { RefCommand } from './push-request.ts';

/** What became of one ref; `null` when git reported success. */
export type RefVerdict = { ref: string; failure: string | null };

/** Rewrites the report in the words of git 2.54, which names the cause where git 2.39 says `failed to update ref`. */
export function rewriteReport(report: Buffer, texts: string, everyRef: string | null): Buffer {
  const reader = createPacketReader();
  reader.push(report);
  const lines: Buffer[] = [];
  for (let next = reader.next(); next !== null && next !== 'broken'; next = reader.next()) {
    if (next.kind !== 'data') {
      lines.push(FLUSH);
      continue;
    }
    // Ref names may be any bytes: latin1 keeps them all.
    const line = rewriteLine(next.data.toString('latin1'), texts, everyRef);
    lines.push(packet(Buffer.from(line, 'latin1')));
  }
  return Buffer.concat(lines);
}

/** Reads the verdicts out of a report; those without a line have none. */
export function readVerdicts(report: Buffer): RefVerdict[] {
  const reader = createPacketReader();
  reader.push(report);
  const verdicts: RefVerdict[] = [];
  for (let next = reader.next(); next !== null && next !== 'broken'; next = reader.next()) {
    if (next.kind !== 'data') continue;
    const line = next.data.toString('utf8').replace(/\n$/, '');
    if (line.startsWith('ok ')) verdicts.push({ ref: line.slice(3), failure: null });
    const failed = /^ng (\S+) (.*)$/.exec(line);
    if (failed) verdicts.push({ ref: failed[1]!, failure: failed[2]! });
  }
  return verdicts;
}

/** The body that declines a push without asking git (GL-213, GL-216). */
export function declined(lines: string[], sideBand: boolean, text: string): Buffer {
  const report = Buffer.concat([...lines.map((line) => packet(`${line}\n`)), FLUSH]);
  return sideBand ? Buffer.concat([band(1, report), band(2, text), FLUSH]) : report;
}

/** Commands that name a ref more than once; git 2.54 then fails the whole transaction. */
export function repeatedRef(commands: RefCommand[]): string | null {
  const seen = new Set<string>();
  for (const { ref } of commands) {
    if (seen.has(ref)) return ref;
    seen.add(ref);
  }
  return null;
}

function rewriteLine(line: string, texts: string, everyRef: string | null): string {
  const match = /^ng (\S+) (.*?)(\n?)$/s.exec(line);
  if (!match) return line;
  const [, ref, reason, newline] = match;
  if (everyRef !== null && reason === 'pre-receive hook declined') return `ng ${ref} ${everyRef}${newline}`;
  if (reason !== 'failed to update ref') return line;
  return `ng ${ref} ${cause(ref!, texts) ?? reason}${newline}`;
}

function cause(ref: string, texts: string): string | null {
  for (const line of texts.split('\n')) {
    if (!line.includes(`'${ref}'`)) continue;
    if (/: is at [0-9a-f]+ but expected /.test(line)) return 'incorrect old value provided';
    if (line.endsWith(': reference already exists')) return 'reference already exists';
    if (line.includes('unable to resolve reference')) return 'reference does not exist';
    if (/exists; cannot create|cannot process .* and .* at the same time/.test(line)) {
      return 'refname conflict';
    }
    if (line.includes('trying to write non-commit object')) return 'invalid new value provided';
  }
  return null;
}
