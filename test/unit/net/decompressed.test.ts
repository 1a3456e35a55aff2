import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompressed } from '../../../src/net/answers.ts';

const small = Buffer.from('003f0123456789 refs/heads/main\n');
const large = Buffer.alloc(2_000_000, 'refs');

test.each([
  ['gzip', gzipSync],
  [' X-GZIP ', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['identity', (bytes: Buffer) => bytes],
  [undefined, (bytes: Buffer) => bytes],
] as const)('an answer in %s comes as it was, however large', async (encoding, pack) => {
  expect(await decompressed(pack(small), encoding)).toEqual(small);
  expect((await decompressed(pack(large), encoding)).equals(large)).toBe(true);
  expect(await decompressed(pack(Buffer.alloc(0)), encoding)).toEqual(Buffer.alloc(0));
});

test('an answer without a body needs no unpacking, whatever its head says', async () => {
  expect(await decompressed(Buffer.alloc(0), 'gzip')).toEqual(Buffer.alloc(0));
  expect(await decompressed(Buffer.alloc(0), 'deflate')).toEqual(Buffer.alloc(0));
  expect(await decompressed(Buffer.alloc(0), 'br')).toEqual(Buffer.alloc(0));
});

test('a damaged one is an error, not half an answer', async () => {
  const packed = gzipSync(large);
  await expect(decompressed(packed.subarray(0, packed.length - 9), 'gzip')).rejects.toThrow(
    'unexpected end of file',
  );
  await expect(decompressed(small, 'gzip')).rejects.toThrow('incorrect header check');
});
