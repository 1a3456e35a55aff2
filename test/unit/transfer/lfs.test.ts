import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lfsObjectLost } from '../../../src/failures/lfs.ts';
import type { LfsObject, LfsReader } from '../../../src/model/source.ts';
import type { LfsWriter } from '../../../src/model/target.ts';
import { copyLfs, type LfsCopied } from '../../../src/transfer/lfs.ts';

const piece = Buffer.alloc(64 * 1024, 1);

/** An object of so many equal pieces. */
function objectOf(pieces: number): LfsObject {
  const hash = createHash('sha256');
  for (let index = 0; index < pieces; index += 1) hash.update(piece);
  return { oid: hash.digest('hex'), size: pieces * piece.length };
}

type Ends = { reader: LfsReader; writer: LfsWriter };

function copy(objects: readonly LfsObject[], { reader, writer }: Ends): Promise<LfsCopied> {
  const { signal } = new AbortController();
  return copyLfs({ id: 'team/one', objects, reader, writer, progress: () => {}, signal });
}

/** Both ends; the target takes as `upload` says, and has nothing before. */
function ends(upload: LfsWriter['upload'], pieceCount: (object: LfsObject) => number = piecesOf) {
  const seen = { given: 0, open: 0, mostOpen: 0 };
  const reader: LfsReader = {
    async open(object) {
      seen.open += 1;
      seen.mostOpen = Math.max(seen.mostOpen, seen.open);
      let left = pieceCount(object);
      const stream = new Readable({
        read() {
          if (left > 0) seen.given += piece.length;
          this.push(left > 0 ? piece : null);
          left -= 1;
        },
      });
      stream.once('close', () => (seen.open -= 1));
      return Promise.resolve(stream);
    },
  };
  const writer: LfsWriter = {
    missing: async (objects) => Promise.resolve([...objects]),
    unprovable: async () => Promise.resolve([]),
    upload,
  };
  return { reader, writer, seen };
}

function piecesOf({ size }: LfsObject): number {
  return size / piece.length;
}

async function lengthOf(body: Readable): Promise<number> {
  let size = 0;
  for await (const chunk of body) size += (chunk as Buffer).length;
  return size;
}

/** Objects above what is held in memory, each of another size. */
const large = Array.from({ length: 20 }, (_, index) => objectOf(40 + index));

test('no more than eight objects are with each server at a time', async () => {
  let taken = 0;
  let most = 0;
  const both = ends(async (object, body) => {
    taken += 1;
    most = Math.max(most, taken);
    await turn();
    expect(await lengthOf(body)).toBe(object.size);
    taken -= 1;
  });
  const { copied } = await copy(
    [...large, ...Array.from({ length: 60 }, (_, index) => objectOf(index % 30))],
    both,
  );
  expect(copied).toHaveLength(80);
  expect([most, both.seen.mostOpen]).toEqual([8, 8]);
});

test('a target that takes no more stops the source: nothing piles up', async () => {
  const gate = new EventEmitter();
  const opened = once(gate, 'open');
  const both = ends(async (_object, body) => {
    await opened;
    await lengthOf(body);
  });
  const running = copy([objectOf(2000)], both);
  for (let turns = 0; turns < 1000; turns += 1) await turn();
  expect(both.seen.given).toBeGreaterThan(0);
  expect(both.seen.given).toBeLessThan(1024 * 1024);
  gate.emit('open');
  expect((await running).bytes).toBe(2000 * piece.length);
});

test('the end of a large object is held back until its hash is known', async () => {
  const [object] = large as [LfsObject];
  const wrong = { ...object, oid: '0'.repeat(64) };
  const got: number[] = [];
  const both = ends(async (_object, body) => {
    let size = 0;
    try {
      for await (const chunk of body) size += (chunk as Buffer).length;
    } finally {
      got.push(size);
    }
  });
  const { lost } = await copy([wrong], both);
  expect(lost.map(({ object: named }) => named)).toEqual([wrong]);
  // A damaged one is tried twice, and neither time all of it is sent.
  expect(got).toEqual([object.size - piece.length, object.size - piece.length]);
});

test("a lost object is asked for once, and an unknown error is nobody's loss", async () => {
  let asked = 0;
  const both = ends(async () => {});
  const reader: LfsReader = {
    open({ oid }) {
      asked += 1;
      return Promise.reject(lfsObjectLost(oid, { repository: 'team/one', size: '1 MB' }));
    },
  };
  expect((await copy([objectOf(1)], { ...both, reader })).lost).toHaveLength(1);
  expect(asked).toBe(1);
  const broken: LfsReader = { open: () => Promise.reject(new TypeError('a mistake of ours')) };
  await expect(copy([objectOf(1), objectOf(2)], { ...both, reader: broken })).rejects.toThrow(
    'a mistake of ours',
  );
});
