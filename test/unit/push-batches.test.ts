import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RefChange, RefOutcome } from '../../src/model.ts';
import { isWrite, pushBatches } from '../../src/transfer/push-batches.ts';

const outcomes: readonly RefOutcome[] = [
  'create',
  'update',
  'delete',
  'unchanged',
  'kept',
  'refused',
  'diverged',
];

const change: fc.Arbitrary<RefChange> = fc.record({
  ref: fc.nat(9999).map((number) => `refs/heads/b${number}`),
  outcome: fc.constantFrom(...outcomes),
  old: fc.constant(null),
  new: fc.constant('a'.repeat(40)),
  force: fc.boolean(),
  late: fc.boolean(),
});

test('exactly the writes are pushed, in their order, late ones in batches after all others', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 900, size: 'max' }), (changes) => {
      const writes = changes.filter(isWrite);
      const batches = pushBatches(changes);
      expect(batches.flat()).toEqual([
        ...writes.filter(({ late }) => !late),
        ...writes.filter(({ late }) => late),
      ]);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(200);
        expect(new Set(batch.map(({ late }) => late)).size).toBe(1);
      }
    }),
    { numRuns: 60 },
  );
});

test('nothing to write makes no batch', () => {
  expect(pushBatches([])).toEqual([]);
});
