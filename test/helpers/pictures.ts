/** So many bytes that begin like a PNG, and differ by the seed. */
export function pngOf(seed: string, bytes = 64): Buffer {
  const begin = Buffer.from(`\x89PNG\r\n\x1a\n${seed}`, 'latin1');
  return Buffer.concat([begin, Buffer.alloc(Math.max(0, bytes - begin.length))]);
}
