import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Failure } from '../failures/failure.ts';
import { fetchFailed } from '../failures/git.ts';

/** A pack that is on its way from the source. */
export type SourcePack = {
  /** The pack; ends early, without an error, when the source breaks off: the target must see a proper end. */
  bytes: AsyncIterable<Buffer>;
  /** Nobody reads on: lets go of the source. */
  stop(): void;
  size(): number;
  /** Why the pack is not whole; null when it is. */
  failure(): Failure | null;
};

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';
export type PackObject = { type: ObjectType; content: Buffer };

/** Numbers of the types in a pack (gitformat-pack); 6 and 7 are differences to another object. */
const types: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const byPlace = 6;
const byId = 7;
const header = 12;
const trailer = 20;

/**
 * The objects of a pack, by id. Null when it is larger than so many bytes, packed or in all: then nothing of it is kept.
 * @throws what broke the source, fetch-failed
 */
export async function readPack(
  pack: SourcePack,
  { id, most }: { id: string; most: number },
): Promise<Map<string, PackObject> | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of pack.bytes) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > most) return null;
    }
  } finally {
    pack.stop();
  }
  const failure = pack.failure();
  if (failure !== null) throw failure;
  return objectsIn(Buffer.concat(pieces), { id, most });
}

type Entry = { at: number; kind: number; base: number | string; data: Buffer };

/** The objects of a whole pack; null when they are more than so many bytes together. @throws fetch-failed */
export function objectsIn(
  pack: Buffer,
  { id, most }: { id: string; most: number },
): Map<string, PackObject> | null {
  const objects = new Map<string, PackObject>();
  const ids = new Map<number, string>();
  let left = most;

  function note(at: number, object: PackObject): void {
    left -= object.content.length;
    const name = idOf(object);
    objects.set(name, object);
    ids.set(at, name);
  }

  try {
    let waiting: Entry[] = [];
    for (const entry of entriesOf(pack, most)) {
      const type = types[entry.kind];
      if (type === undefined) waiting.push(entry);
      else note(entry.at, { type, content: entry.data });
      if (left < 0) return null;
    }
    // The base of a difference may be one itself, and come after it.
    while (waiting.length > 0) {
      const later: Entry[] = [];
      for (const entry of waiting) {
        const base = objects.get(typeof entry.base === 'number' ? (ids.get(entry.base) ?? '') : entry.base);
        if (base === undefined) later.push(entry);
        else note(entry.at, { type: base.type, content: patched(base.content, entry.data) });
        if (left < 0) return null;
      }
      if (later.length === waiting.length) throw new Error('an object is missing');
      waiting = later;
    }
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw fetchFailed(id, { detail: `the pack is corrupt: ${(error as Error).message}` });
  }
  return objects;
}

function idOf({ type, content }: PackObject): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

function* entriesOf(pack: Buffer, most: number): Generator<Entry> {
  const count = pack.readUInt32BE(8);
  let at = header;
  for (let number = 0; number < count; number += 1) {
    const start = at;
    let byte = pack.readUInt8(at++);
    const kind = (byte >> 4) & 7;
    // The size is told again by what is inflated.
    while (byte & 0x80) byte = pack.readUInt8(at++);
    let base: number | string = '';
    if (kind === byId) {
      base = pack.toString('hex', at, at + 20);
      at += 20;
    } else if (kind === byPlace) {
      byte = pack.readUInt8(at++);
      let distance = byte & 0x7f;
      while (byte & 0x80) {
        byte = pack.readUInt8(at++);
        distance = (distance + 1) * 128 + (byte & 0x7f);
      }
      base = start - distance;
    }
    const { data, taken } = inflated(pack.subarray(at, pack.length - trailer), most);
    at += taken;
    yield { at: start, kind, base, data };
  }
}

/** Inflates what begins there; `taken` is how many bytes that was. */
function inflated(bytes: Buffer, most: number): { data: Buffer; taken: number } {
  const options = { info: true, maxOutputLength: Math.max(most, 1) };
  const { buffer, engine } = inflateSync(bytes, options) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  return { data: buffer, taken: engine.bytesWritten };
}

/** The object that a difference makes of its base (gitformat-pack "Deltified representation"). */
export function patched(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  function number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = delta.readUInt8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (!(byte & 0x80)) return value;
    }
  }
  function sparse(mask: number, bits: readonly number[]): number {
    let value = 0;
    for (const [index, bit] of bits.entries()) if (mask & bit) value += delta.readUInt8(at++) * 256 ** index;
    return value;
  }

  if (number() !== base.length) throw new Error('a difference is to another object');
  const length = number();
  const pieces: Buffer[] = [];
  while (at < delta.length) {
    const order = delta.readUInt8(at++);
    if (order & 0x80) {
      const from = sparse(order, [1, 2, 4, 8]);
      const size = sparse(order, [16, 32, 64]) || 0x10000;
      pieces.push(base.subarray(from, from + size));
    } else {
      pieces.push(delta.subarray(at, at + order));
      at += order;
    }
  }
  const whole = Buffer.concat(pieces);
  if (whole.length !== length) throw new Error('a difference is damaged');
  return whole;
}

/** A file in a tree, by its path from the top. */
export type TreeFile = { path: string; id: string };

/** The files below a tree, folder after folder; links to other repositories are left out. */
export function* filesIn(
  objects: ReadonlyMap<string, PackObject>,
  tree: string,
  folder = '',
): Generator<TreeFile> {
  const content = objects.get(tree)?.content ?? Buffer.alloc(0);
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const end = content.indexOf(0, blank);
    if (blank < 0 || end < 0) return;
    const mode = content.toString('latin1', at, blank);
    const path = folder + content.toString('utf8', blank + 1, end);
    const id = content.toString('hex', end + 1, end + 21);
    at = end + 21;
    if (mode === '40000') yield* filesIn(objects, id, `${path}/`);
    else if (mode !== '160000') yield { path, id };
  }
}

/** A pack of no objects, which receive-pack wants to see when all objects are there already (GL-203). */
export function emptyPack(): Buffer {
  const header = Buffer.from('5041434b0000000200000000', 'hex');
  return Buffer.concat([header, createHash('sha1').update(header).digest()]);
}
