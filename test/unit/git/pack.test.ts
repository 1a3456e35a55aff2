import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPackCheck } from '../../../src/git/fetch-pack.ts';
import { emptyPack } from '../../../src/git/pack.ts';

/** Bytes with a pack's head and trailer; what lies between is not looked at here. */
function packOf(objects: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects, 8);
  const bytes = Buffer.concat([head, body]);
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

function checked(bytes: Buffer, cuts: readonly number[]): ReturnType<typeof createPackCheck> {
  const check = createPackCheck();
  let at = 0;
  for (const cut of [...cuts.map((n) => n % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)) {
    check.add(bytes.subarray(at, cut));
    at = cut;
  }
  return check;
}

test('a whole pack is known as such however it is cut, with its bytes and its number of objects', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffffffff),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(400)),
      (objects, body, cuts) => {
        const pack = packOf(objects, body);
        const check = checked(pack, cuts);
        expect([check.complete(), check.bytes(), check.objects()]).toEqual([true, pack.length, objects]);
      },
    ),
  );
});

test('the pack of no objects is whole', () => {
  const check = checked(emptyPack(), [3]);
  expect([check.complete(), check.bytes(), check.objects()]).toEqual([true, 32, 0]);
});
