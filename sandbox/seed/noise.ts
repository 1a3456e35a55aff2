/** Bytes that look random and are always the same (xorshift). */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let value = 0x9e37_79b9;
  for (let at = 0; at + 4 <= length; at += 4) {
    value ^= value << 13;
    value ^= value >>> 17;
    value ^= value << 5;
    bytes.writeInt32LE(value | 0, at);
  }
  return bytes;
}
