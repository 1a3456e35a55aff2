import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RefListing } from '../../../src/model/forge.ts';
import type { RefChange } from '../../../src/model/plan.ts';
import type { Check } from '../../../src/model/result.ts';
import type { CodeData } from '../../../src/plan/known-refs.ts';
import { compareRefs, hashOfRefs, noticeOfChange } from '../../../src/plan/ref-proof.ts';
import { refChange } from '../report/samples.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const main = 'refs/heads/main';
const why = { reason: 'GitLab says no', fix: 'rename it' };

type Refs = Record<string, string>;
type Left = NonNullable<CodeData['left']>;

function listing(refs: Refs): RefListing {
  return { refs: new Map(Object.entries(refs)), head: main };
}

function compare(
  source: Refs,
  target: Refs,
  { changes = [], left, notes = true }: { changes?: RefChange[]; left?: Left; notes?: boolean } = {},
): Check {
  const known = left === undefined ? null : { left };
  return compareRefs(listing(source), listing(target), { notes, changes, known });
}

function refusedRef(part: Partial<RefChange> = {}): RefChange {
  return refChange({ outcome: 'refused', ...why, ...part });
}

describe('both sides', () => {
  test('are proven when every ref has the same id', () => {
    const refs = { [main]: A, 'refs/tags/v1': B };
    const hash = hashOfRefs(new Map(Object.entries(refs)));
    expect(compare(refs, refs)).toEqual({
      state: 'proven',
      compared: 2,
      hash: { source: hash, target: hash },
      differences: [],
    });
  });

  test('are one hash over lines in the order of their bytes, as sort makes it', () => {
    const names = ['main', 'z', '\u{fffd}', '\u{10000}', 'a-b', 'a', '\u{e9}'].map(
      (name) => `refs/heads/${name}`,
    );
    const lines = names.map((name, index) => `${index % 2 === 0 ? A : B} ${name}\n`);
    const sorted = lines.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const refs = new Map(lines.map((line) => [line.slice(41, -1), line.slice(0, 40)]));
    expect(hashOfRefs(refs)).toBe(createHash('sha256').update(sorted.join('')).digest('hex'));
  });

  test('are compared in the refs that travel, whatever else they have', () => {
    const source = { [main]: A, 'refs/pull/1/head': B, 'refs/notes/commits': B };
    const target = { [main]: A, 'refs/heads/theirs': C, 'refs/merge-requests/1/head': C };
    expect(compare(source, target, { notes: false })).toMatchObject({ state: 'proven', compared: 1 });
    expect(compare(source, target, { notes: true })).toMatchObject({
      state: 'failed',
      compared: 2,
      differences: [{ object: 'refs/notes/commits' }],
    });
  });

  test('are proven when both are empty', () => {
    const hash = createHash('sha256').digest('hex');
    expect(compare({}, {})).toMatchObject({
      state: 'proven',
      compared: 0,
      hash: { source: hash, target: hash },
    });
  });

  test.each([
    ['is missing', {}, `missing on the target, source ${A}, target has none`],
    ['has another id', { [main]: B }, `different object on the target, source ${A}, target ${B}`],
  ])('fail when a ref %s and nobody knows why', (_, target, message) => {
    const check = compare({ [main]: A, 'refs/tags/v1': C }, { ...target, 'refs/tags/v1': C });
    expect(check).toMatchObject({ state: 'failed', compared: 2 });
    expect(check.differences).toEqual([{ code: 'ref-differs', object: main, message, fix: '' }]);
    expect(check.hash?.source).toBe(hashOfRefs(new Map(Object.entries({ [main]: A, 'refs/tags/v1': C }))));
    expect(check.hash?.target).toBe(hashOfRefs(new Map(Object.entries({ ...target, 'refs/tags/v1': C }))));
  });
});

describe('a difference is explained', () => {
  test('by what the plan refuses, with what to do about it', () => {
    const check = compare({ [main]: A }, {}, { changes: [refusedRef()] });
    expect(check.state).toBe('refused');
    expect(check.differences).toEqual([
      { code: 'ref-refused', object: main, message: why.reason, fix: why.fix },
    ]);
  });

  test('by what the plan leaves because somebody moved it, with both ids', () => {
    const check = compare(
      { [main]: A },
      { [main]: B },
      { changes: [refChange({ outcome: 'diverged', old: B, reason: 'both sides moved', fix: 'decide' })] },
    );
    expect(check.state).toBe('diverged');
    expect(check.differences).toEqual([
      {
        code: 'ref-diverged',
        object: main,
        message: `both sides moved, source ${A}, target ${B}`,
        fix: 'decide',
      },
    ]);
  });

  test('by the plan only for the id that it decided on', () => {
    expect(compare({ [main]: B }, {}, { changes: [refusedRef({ new: A })] }).state).toBe('failed');
  });

  test.each(['create', 'update', 'delete', 'unchanged', 'kept'] as const)(
    'by no plan that says %s',
    (outcome) => {
      const changes = [refChange({ outcome, ...why })];
      expect(compare({ [main]: A }, { [main]: B }, { changes }).state).toBe('failed');
    },
  );

  test('by what GitLab answered when it was sent this id, and no other', () => {
    const left: Left = { [main]: { id: A, outcome: 'refused', ...why } };
    expect(compare({ [main]: A }, {}, { left })).toMatchObject({
      state: 'refused',
      differences: [{ code: 'ref-refused', message: why.reason, fix: why.fix }],
    });
    expect(compare({ [main]: B }, {}, { left })).toMatchObject({
      state: 'failed',
      differences: [{ code: 'ref-differs', fix: '' }],
    });
    expect(compare({ [main]: A }, { [main]: A }, { left }).state).toBe('proven');
  });

  test('by the plan of now rather than by an earlier answer', () => {
    const left: Left = { [main]: { id: A, outcome: 'refused', ...why } };
    const changes = [refChange({ outcome: 'diverged', old: B, reason: 'somebody moved it', fix: 'decide' })];
    expect(compare({ [main]: A }, { [main]: B }, { changes, left })).toMatchObject({
      state: 'diverged',
      differences: [{ code: 'ref-diverged', fix: 'decide' }],
    });
  });

  test.each([
    ['refused', why.reason],
    ['diverged', `${why.reason}, source has none, target ${B}`],
  ] as const)('of a ref that was to be deleted: %s, as long as it is there', (outcome, message) => {
    const left: Left = { 'refs/heads/old': { outcome, ...why } };
    const check = compare({ [main]: A }, { [main]: A, 'refs/heads/old': B }, { left });
    expect(check).toMatchObject({ state: outcome, compared: 1 });
    expect(check.differences).toEqual([
      { code: `ref-${outcome}`, object: 'refs/heads/old', message, fix: why.fix },
    ]);
    expect(compare({ [main]: A }, { [main]: A }, { left }).state).toBe('proven');
  });

  test('no more when the ref that was sent is gone from the source: what the target keeps of it is its own', () => {
    const left: Left = { 'refs/heads/old': { id: A, outcome: 'refused', ...why } };
    expect(compare({ [main]: A }, { [main]: A, 'refs/heads/old': B }, { left })).toMatchObject({
      state: 'proven',
      compared: 1,
      differences: [],
    });
  });

  test('of a ref that was to be deleted and is back on the source: as any other', () => {
    const left: Left = { 'refs/heads/old': { outcome: 'refused', ...why } };
    expect(compare({ 'refs/heads/old': B }, { 'refs/heads/old': B }, { left }).state).toBe('proven');
    expect(compare({ 'refs/heads/old': A }, { 'refs/heads/old': B }, { left }).state).toBe('failed');
  });
});

type Case = 'equal' | 'lost' | 'moved' | 'refused' | 'left' | 'diverged';
const cases = ['equal', 'lost', 'moved', 'refused', 'left', 'diverged'] as const;
const worst = { equal: 0, refused: 1, left: 1, diverged: 2, lost: 3, moved: 3 } as const;

test('for any refs: every ref that is not the same is a difference, and the worst of them is the state', () => {
  const ref = fc.stringMatching(/^refs\/(heads|tags|notes)\/[a-zé]{1,3}$/);
  fc.assert(
    fc.property(fc.dictionary(ref, fc.constantFrom<Case>(...cases)), (all) => {
      const refs = Object.entries(all);
      const source = Object.fromEntries(refs.map(([name]) => [name, A]));
      const there = { equal: A, moved: B, diverged: B, lost: null, refused: null, left: null } as const;
      const target: Refs = {};
      const left: Left = {};
      const changes: RefChange[] = [];
      for (const [name, what] of refs) {
        const id = there[what];
        if (id !== null) target[name] = id;
        if (what === 'left') left[name] = { id: A, outcome: 'refused', ...why };
        if (what === 'refused' || what === 'diverged')
          changes.push(refChange({ ref: name, outcome: what, old: id, ...why }));
      }
      const check = compare(source, target, { changes, left });
      const rank = Math.max(0, ...refs.map(([, what]) => worst[what]));
      expect(check.state).toBe(['proven', 'refused', 'diverged', 'failed'][rank]);
      expect(check.compared).toBe(refs.length);
      const unequal = refs.filter(([, what]) => what !== 'equal').map(([name]) => name);
      expect(check.differences.map(({ object }) => object)).toEqual(unequal);
      expect(check.hash?.source === check.hash?.target).toBe(unequal.length === 0);
      expect(check.hash).toEqual({
        source: hashOfRefs(new Map(Object.entries(source))),
        target: hashOfRefs(new Map(Object.entries(target))),
      });
    }),
  );
});

describe('what the plan says of a ref', () => {
  test.each([
    ['refused', refusedRef()],
    ['refused without a word', refChange({ outcome: 'refused' })],
    ['diverged', refChange({ outcome: 'diverged', old: B, ...why })],
  ])('that is %s is what the proof will say of it', (_, change) => {
    const target: Refs = change.old === null ? {} : { [main]: change.old };
    expect(noticeOfChange(change)).toEqual(compare({ [main]: A }, target, { changes: [change] }).differences);
    expect(noticeOfChange(change)).toHaveLength(1);
  });

  test.each(['create', 'update', 'delete', 'unchanged', 'kept'] as const)(
    'that is %s is nothing',
    (outcome) => {
      expect(noticeOfChange(refChange({ outcome, ...why }))).toEqual([]);
    },
  );
});

describe('the hash over refs', () => {
  // Letters whose order in UTF-16, in UTF-8 and in a dictionary differ.
  const name = fc.string({
    unit: fc.constantFrom('a', 'B', 'b', '-', '.', '/', '_', 'é', '\uFF5E', '\u{1F600}', '"'),
    minLength: 1,
    maxLength: 5,
  });
  const refs = fc.dictionary(name, fc.constantFrom(A, B, C), { maxKeys: 12, noNullPrototype: true });

  test('is the one of the lines as `LC_ALL=C sort` has them', () => {
    fc.assert(
      fc.property(refs, (all) => {
        const lines = Object.entries(all).map(([ref, id]) => `${id} refs/heads/${ref}\n`);
        const sorted = execFileSync('sort', {
          input: lines.join(''),
          env: { PATH: process.env['PATH'], LC_ALL: 'C' },
        });
        const found = new Map(Object.entries(all).map(([ref, id]) => [`refs/heads/${ref}`, id]));
        expect(hashOfRefs(found)).toBe(createHash('sha256').update(sorted).digest('hex'));
      }),
      { numRuns: 60 },
    );
  });

  test('does not depend on the order in which a server lists them, and on nothing less than all of them', () => {
    fc.assert(
      fc.property(refs, refs, (one, other) => {
        const [a, b] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
        expect(hashOfRefs(new Map([...a].toReversed()))).toBe(hashOfRefs(a));
        const same = a.size === b.size && [...a].every(([ref, id]) => b.get(ref) === id);
        expect(hashOfRefs(a) === hashOfRefs(b)).toBe(same);
      }),
    );
  });
});
