/** One packet of git's wire protocol; anything shorter than four bytes of length is a marker. */
type Packet = { kind: 'data'; data: Buffer } | { kind: 'flush' } | { kind: 'marker' };

export const FLUSH = Buffer.from('0000');

/** Encodes one packet. */
export function packet(data: string | Buffer): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** Encodes packets of one side band; the text is cut into pieces of at most `size` bytes. */
export function band(channel: 1 | 2, data: string | Buffer, size = 65_515): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const packets: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    packets.push(packet(Buffer.concat([Buffer.from([channel]), bytes.subarray(at, at + size)])));
  }
  return Buffer.concat(packets);
}

/** Takes packets off the front of a growing buffer. */
export type PacketReader = {
  push(chunk: Buffer): void;
  /** `null`: more bytes are needed; `broken`: not a packet at all. */
  next(): Packet | null | 'broken';
  /** What has not been taken yet. */
  rest(): Buffer;
};

export function createPacketReader(): PacketReader {
  let buffer: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    },
    next() {
      if (buffer.length < 4) return null;
      const digits = buffer.toString('latin1', 0, 4);
      if (!/^[0-9a-f]{4}$/i.test(digits)) return 'broken';
      const length = Number.parseInt(digits, 16);
      if (length < 4) {
        buffer = buffer.subarray(4);
        return { kind: length === 0 ? 'flush' : 'marker' };
      }
      if (buffer.length < length) return null;
      const data = buffer.subarray(4, length);
      buffer = buffer.subarray(length);
      return { kind: 'data', data };
    },
    rest: () => buffer,
  };
}
