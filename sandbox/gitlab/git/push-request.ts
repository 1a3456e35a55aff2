import { createPacketReader } from './pkt-line.ts';

const ZERO = '0'.repeat(40);

/** One line of a push; an id of 40 zeros stands for "no ref". */
export type RefCommand = { old: string; new: string; ref: string };

/** What a receive-pack request asks for, read from its beginning. */
export type PushRequest = {
  commands: RefCommand[];
  capabilities: ReadonlySet<string>;
  options: string[];
  /** Objects that the pack's header announces; 0 without a pack. */
  objects: number;
  /** Every byte that was read so far; the rest still waits in the body. */
  head: Buffer;
};

export type Body = AsyncIterator<Buffer>;

/** A request of just `0000` asks for nothing: clients probe their credentials with it (GL-202). */
export type ReadPush = { kind: 'push'; push: PushRequest } | { kind: 'probe' } | { kind: 'broken' };

/** Reads commands, push options and the pack's header, and not a byte more than has arrived with them. */
export async function readPushRequest(body: Body): Promise<ReadPush> {
  const reader = createPacketReader();
  const head: Buffer[] = [];

  async function more(): Promise<boolean> {
    const { done, value } = await body.next();
    if (done) return false;
    head.push(value);
    reader.push(value);
    return true;
  }

  async function section(): Promise<Buffer[] | null> {
    const lines: Buffer[] = [];
    for (;;) {
      const next = reader.next();
      if (next === 'broken') return null;
      if (next === null) {
        if (!(await more())) return null;
        continue;
      }
      if (next.kind === 'flush') return lines;
      if (next.kind === 'marker') return null;
      lines.push(next.data);
    }
  }

  const lines = await section();
  if (!lines) return { kind: 'broken' };
  if (lines.length === 0) return { kind: 'probe' };
  const capabilities = capabilitiesOf(lines[0]!);
  const commands = lines.map(command).filter((entry) => entry !== null);
  if (commands.length === 0) return { kind: 'broken' };
  const options = capabilities.has('push-options') ? await section() : [];
  if (!options) return { kind: 'broken' };
  while (commands.some(changes) && reader.rest().length < 12) if (!(await more())) break;
  const push: PushRequest = {
    commands,
    capabilities,
    options: options.map((line) => line.toString('utf8').replace(/\n$/, '')),
    objects: packedObjects(reader.rest()),
    head: Buffer.concat(head),
  };
  return { kind: 'push', push };
}

/** True for a command that creates or moves a ref. */
export function changes(command: RefCommand): boolean {
  return command.new !== ZERO;
}

export function creates(command: RefCommand): boolean {
  return command.old === ZERO && command.new !== ZERO;
}

export function deletes(command: RefCommand): boolean {
  return command.new === ZERO;
}

function capabilitiesOf(line: Buffer): Set<string> {
  const zero = line.indexOf(0);
  const words = zero < 0 ? '' : line.toString('utf8', zero + 1).trim();
  return new Set(words.split(' ').filter((word) => word !== ''));
}

function command(line: Buffer): RefCommand | null {
  const zero = line.indexOf(0);
  const text = line.toString('utf8', 0, zero < 0 ? line.length : zero).replace(/\n$/, '');
  const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/s.exec(text);
  return match ? { old: match[1]!, new: match[2]!, ref: match[3]! } : null;
}

function packedObjects(bytes: Buffer): number {
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'PACK') return 0;
  return bytes.readUInt32BE(8);
}
