import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../../../src/failures/failure.ts';
import { createPackCheck, packOf } from '../../../src/git/fetch-pack.ts';
import { emptyPack } from '../../../src/git/pack.ts';
import { flush, pktLine, pktLines, readPktLines, type PktLine } from '../../../src/git/pkt-line.ts';
import { asAdvertisement, capabilitiesIn, parseAdvertisement } from '../../../src/git/ref-advertisement.ts';
import { readReport } from '../../../src/git/send-pack.ts';

const specials = fc.constantFrom<PktLine>('flush', 'delim', 'end');
const line: fc.Arbitrary<PktLine> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  specials,
);

function onWire(value: PktLine): Buffer {
  if (value === 'flush') return flush;
  if (value === 'delim') return Buffer.from('0001');
  if (value === 'end') return Buffer.from('0002');
  return Buffer.concat([Buffer.from((value.length + 4).toString(16).padStart(4, '0')), value]);
}

/** The bytes in pieces of these sizes, again and again. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

async function* streamOf(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 });

test('lines are the same however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), sizes, async (lines, cuts) => {
      const bytes = Buffer.concat(lines.map(onWire));
      expect(await all(readPktLines(streamOf(cut(bytes, cuts)), 'x'))).toEqual(lines);
      expect([...pktLines(bytes, 'x')]).toEqual(lines);
    }),
  );
});

test('a line that has begun and not ended is an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat(102), (payload, at) => {
      const whole = onWire(Buffer.from(payload));
      const part = whole.subarray(0, 1 + (at % (whole.length - 1)));
      expect(() => [...pktLines(part, 'x')]).toThrow(Failure);
    }),
  );
});

/** Bytes that look like the protocol for a while, and bytes that do not. */
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(
      fc.oneof(
        line.map(onWire),
        fc
          .constantFrom('NAK\n', 'ERR no\n', 'unpack ok\n', 'ng x\n', 'ok \n', '\u0001PACK', '\u0003gone')
          .map(pktLine),
        fc.constantFrom('PACK', '0003', '00', 'zzzz', '0004', 'fff').map((text) => Buffer.from(text)),
      ),
      { maxLength: 12 },
    )
    .map((parts) => Buffer.concat(parts)),
);

const readers: [string, (pieces: Buffer[], whole: Buffer) => unknown][] = [
  ['an advertisement', (_pieces, whole) => parseAdvertisement(whole, 'x')],
  ['capabilities', (_pieces, whole) => capabilitiesIn(whole, 'x')],
  ['a listing of protocol 2', (_pieces, whole) => asAdvertisement(whole, 'x')],
  ['a pack', (pieces) => all(packOf(streamOf(pieces), 'x'))],
  ['a report', (pieces) => readReport(streamOf(pieces), 'x')],
];

async function failureOf(job: () => unknown): Promise<unknown> {
  try {
    await job();
    return null;
  } catch (error) {
    return error;
  }
}

test.each(readers)(
  'whatever comes instead of %s gives a result or an expected error',
  async (_name, read) => {
    await fc.assert(
      fc.asyncProperty(anything, sizes, async (bytes, cuts) => {
        const failure = await failureOf(() => read(cut(bytes, cuts), bytes));
        expect(failure === null || failure instanceof Failure, String(failure)).toBe(true);
      }),
      { numRuns: 500 },
    );
  },
);

function pack(content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from('PACK'), Buffer.from(content)]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

const answers: [string, string][] = [
  ['NAK', 'NAK\n'],
  ['an ACK', `ACK ${'a'.repeat(40)}\n`],
  ['a common ACK', `ACK ${'a'.repeat(40)} common\n`],
  ['a shallow line', `shallow ${'b'.repeat(40)}\n`],
  ['the section of protocol 2', 'packfile\n'],
];

test.each(answers)(
  'the pack after %s comes out whole, with and without a side band',
  async (_name, first) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), sizes, async (content, cuts) => {
        const whole = pack(content);
        const banded = cut(whole, [997]).map((part) => onWire(Buffer.concat([Buffer.from([1]), part])));
        const progress = pktLine('\u0002Counting objects\r');
        const bodies = [
          Buffer.concat([pktLine(first), progress, ...banded, flush]),
          Buffer.concat([pktLine(first), whole]),
        ];
        for (const body of bodies) {
          const parts = await all(packOf(streamOf(cut(body, cuts)), 'x'));
          expect(Buffer.concat(parts)).toEqual(whole);
          const check = createPackCheck();
          for (const part of parts) check.add(part);
          expect(check.complete()).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  },
);

test('no part of a pack passes for the whole', () => {
  const whole = pack(Buffer.from('some objects'));
  for (let end = 0; end < whole.length; end += 1) {
    const check = createPackCheck();
    check.add(whole.subarray(0, end));
    expect(check.complete(), `${end} bytes`).toBe(false);
  }
  const check = createPackCheck();
  check.add(emptyPack());
  expect(check.complete()).toBe(true);
});

test.each([
  ['an error line', pktLine('ERR access denied\n')],
  ['the error band', pktLine('\u0003access denied\n')],
])('%s gives the words of the source', async (_name, body) => {
  await expect(all(packOf(streamOf([body]), 'x'))).rejects.toThrow('access denied');
});

const id = 'c'.repeat(40);

test('an advertisement tells branches and tags, and nothing of what only looks like a ref', () => {
  const body = Buffer.concat([
    pktLine('# service=git-upload-pack\n'),
    flush,
    pktLine(`${id} HEAD\0side-band symref=HEAD:refs/heads/main agent=x\n`),
    pktLine(`${id} refs/heads/main\n`),
    pktLine(`${id} refs/tags/v1\n`),
    pktLine(`${id} refs/tags/v1^{}\n`),
    pktLine(`${id} .have\n`),
    pktLine(`shallow ${id}\n`),
    flush,
  ]);
  const { refs, head } = parseAdvertisement(body, 'x');
  expect([...refs.keys()]).toEqual(['refs/heads/main', 'refs/tags/v1']);
  expect(head).toBe('refs/heads/main');
  expect(capabilitiesIn(body, 'x')).toContain('side-band');
});

test('a branch that points to a tag object is told, in either version', () => {
  const [tag, commit] = ['d'.repeat(40), 'e'.repeat(40)];
  const old = [
    `${tag} refs/heads/odd\0caps\n`,
    `${commit} refs/heads/odd^{}\n`,
    `${tag} refs/tags/v1\n`,
    `${commit} refs/tags/v1^{}\n`,
  ];
  const expected = {
    refs: new Map([
      ['refs/heads/odd', tag],
      ['refs/tags/v1', tag],
    ]),
    head: null,
    tagged: new Set(['refs/heads/odd']),
  };
  expect(parseAdvertisement(Buffer.concat([...old.map(pktLine), flush]), 'x')).toEqual(expected);
  const lines = ['heads/odd', 'tags/v1'].map((name) => `${tag} refs/${name} peeled:${commit}\n`);
  const answer = Buffer.concat([...lines.map(pktLine), flush]);
  expect(parseAdvertisement(asAdvertisement(answer, 'x'), 'x')).toEqual(expected);
});

test('a listing that stops between two lines is an error, not a smaller repository', () => {
  const lines = [`${id} refs/heads/a\0caps\n`, `${id} refs/heads/b\n`].map(pktLine);
  expect(parseAdvertisement(Buffer.concat([...lines, flush]), 'x').refs.size).toBe(2);
  expect(() => parseAdvertisement(Buffer.concat(lines), 'x')).toThrow('listing is incomplete');
  expect(() => asAdvertisement(pktLine(`${id} refs/heads/a\n`), 'x')).toThrow('listing is incomplete');
});

test('a listing of protocol 2 reads like one of version 0', () => {
  const body = Buffer.concat([
    pktLine(`${id} HEAD symref-target:refs/heads/main\n`),
    pktLine(`${id} refs/heads/main\n`),
    flush,
  ]);
  const advertisement = asAdvertisement(body, 'x');
  expect(parseAdvertisement(advertisement, 'x')).toEqual({
    refs: new Map([['refs/heads/main', id]]),
    head: 'refs/heads/main',
  });
  const empty = asAdvertisement(
    Buffer.concat([pktLine('unborn HEAD symref-target:refs/heads/main\n'), flush]),
    'x',
  );
  expect(parseAdvertisement(empty, 'x')).toEqual({ refs: new Map(), head: null });
});

test('a report without a side band, and one in pieces, say the same', async () => {
  const report = [
    pktLine('unpack ok\n'),
    pktLine('ok refs/heads/a\n'),
    pktLine('ng refs/heads/b no way\n'),
    flush,
  ];
  const bytes = Buffer.concat(report);
  const pieces = cut(bytes, [7]).map((part) => onWire(Buffer.concat([Buffer.from([1]), part])));
  const expected = {
    unpack: 'ok',
    refs: new Map([
      ['refs/heads/a', 'ok'],
      ['refs/heads/b', 'no way'],
    ]),
    text: '',
  };
  expect(await readReport(Readable.from([bytes]), 'x')).toEqual(expected);
  expect(await readReport(Readable.from([...pieces, flush]), 'x')).toEqual(expected);
});

test('a lone flush is an empty repository, and half of such an answer is none', () => {
  const announcement = Buffer.from('001e# service=git-upload-pack\n0000');
  const empty = { refs: new Map(), head: null };
  expect(parseAdvertisement(Buffer.concat([announcement, flush]), 'x')).toEqual(empty);
  expect(parseAdvertisement(flush, 'x')).toEqual(empty);
  expect(capabilitiesIn(Buffer.concat([announcement, flush]), 'x')).toEqual([]);
  for (const half of [announcement, Buffer.alloc(0), Buffer.concat([announcement, flush, flush])])
    expect(() => parseAdvertisement(half, 'x')).toThrow('no ref advertisement');
});
