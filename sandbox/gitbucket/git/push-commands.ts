import { packet } from './advertisement.ts';

/** One line of a push: what a ref is moved from and to. */
export type PushCommand = { oldId: string; newId: string; ref: string };

export type Push = {
  commands: PushCommand[];
  capabilities: string;
  /** What follows the commands: push options and the pack. */
  rest: AsyncIterable<Buffer>;
};

/** Reads the commands of a `git-receive-pack` request and leaves the rest of the stream unread. */
export async function readCommands(stream: AsyncIterable<Buffer>): Promise<Push> {
  const chunks = stream[Symbol.asyncIterator]();
  let buffer = Buffer.alloc(0);
  let offset = 0;
  const commands: PushCommand[] = [];
  let capabilities = '';
  for (;;) {
    const length = Number.parseInt(buffer.subarray(offset, offset + 4).toString('latin1'), 16);
    if (buffer.length >= offset + 4 && length === 0) {
      offset += 4;
      break;
    }
    if (buffer.length < offset + 4 || buffer.length < offset + length) {
      const next = await chunks.next();
      if (next.done) break;
      buffer = Buffer.concat([buffer, next.value]);
      continue;
    }
    const [line = '', features] = buffer
      .subarray(offset + 4, offset + length)
      .toString('utf8')
      .split('\0');
    if (features !== undefined) capabilities = features.replace(/\n$/, '');
    const [oldId = '', newId = '', ...ref] = line.replace(/\n$/, '').split(' ');
    if (ref.length > 0) commands.push({ oldId, newId, ref: ref.join(' ') });
    offset += length;
  }
  return { commands, capabilities, rest: remaining(buffer.subarray(offset), chunks) };
}

/** The commands as pkt-lines, with the capabilities on the first one. */
export function encodeCommands(commands: readonly PushCommand[], capabilities: string): Buffer {
  const lines = commands.map(({ oldId, newId, ref }, index) =>
    packet(`${oldId} ${newId} ${ref}${index === 0 ? `\0${capabilities}` : ''}`),
  );
  return Buffer.concat([...lines, Buffer.from('0000')]);
}

async function* remaining(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
}
