import { createHash } from 'node:crypto';

const trailer = 20;
/** Signature, version and number of objects. */
const packHeader = 12;

/** Checks a pack while it passes: begins with PACK, ends with the SHA-1 of all bytes before (gitformat-pack). */
export type PackCheck = {
  add(bytes: Buffer): void;
  /** True when what passed is a whole pack. */
  complete(): boolean;
  bytes(): number;
  /** Objects that the pack's head announces; null until it has passed. */
  objects(): number | null;
};

export function createPackCheck(): PackCheck {
  const hash = createHash('sha1');
  let total = 0;
  let signed = true;
  let head: Buffer = Buffer.alloc(0);
  /** The last bytes seen, which may be the trailer and are therefore not hashed yet. */
  let tail: Buffer = Buffer.alloc(0);
  return {
    add(bytes) {
      if (total === 0 && bytes.length > 0)
        signed = bytes.toString('latin1', 0, 4) === 'PACK'.slice(0, bytes.length);
      if (head.length < packHeader) head = Buffer.concat([head, bytes.subarray(0, packHeader - head.length)]);
      total += bytes.length;
      if (bytes.length >= trailer) {
        hash.update(tail);
        hash.update(bytes.subarray(0, bytes.length - trailer));
        tail = Buffer.from(bytes.subarray(bytes.length - trailer));
        return;
      }
      const joined = Buffer.concat([tail, bytes]);
      const keep = Math.max(0, joined.length - trailer);
      hash.update(joined.subarray(0, keep));
      tail = Buffer.from(joined.subarray(keep));
    },
    complete: () => signed && tail.length === trailer && hash.copy().digest().equals(tail),
    bytes: () => total,
    objects: () => (head.length < packHeader ? null : head.readUInt32BE(8)),
  };
}

/** A pack of no objects, which receive-pack wants to see when all objects are there already (GL-203). */
export function emptyPack(): Buffer {
  const header = Buffer.from('5041434b0000000200000000', 'hex');
  return Buffer.concat([header, createHash('sha1').update(header).digest()]);
}
