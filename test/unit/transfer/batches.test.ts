import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWrite, type RefChange } from '../../../src/model/plan.ts';
import { sendBatches, type SendOptions } from '../../../src/transfer/batches.ts';

function creation(number: number): RefChange {
  return {
    ref: `refs/heads/b${number}`,
    outcome: 'create',
    old: null,
    new: 'a'.repeat(40),
    force: false,
    afterOthers: false,
  };
}

/** A server that declines every request with one of the guilty refs in it, as GitLab does. */
function declining(guilty: ReadonlySet<string>, sent: string[][]): SendOptions {
  return {
    send(batch) {
      sent.push(batch.map(({ ref }) => ref));
      const declined = batch.some(({ ref }) => guilty.has(ref));
      const answer = declined ? 'pre-receive hook declined' : 'ok';
      return Promise.resolve({
        refs: new Map(batch.map(({ ref }) => [ref, answer])),
        text: declined ? 'GitLab: no' : '',
      });
    },
    sizes: { next: () => [50, 50], learn() {}, lost() {} },
    connections: 2,
    now: () => 0,
  };
}

test('every ref is sent and answered once, and only the guilty ones are refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 400 }),
      fc.array(fc.nat(399), { maxLength: 4 }),
      async (count, bad) => {
        const writes = Array.from({ length: count }, (_, number) => creation(number));
        const guilty = new Set(
          bad.filter((number) => number < count).map((number) => `refs/heads/b${number}`),
        );
        const results = await sendBatches(writes, declining(guilty, []));

        expect(results.map(({ ref }) => ref).sort()).toEqual(writes.map(({ ref }) => ref).sort());
        const refused = results.filter(({ outcome }) => outcome === 'refused').map(({ ref }) => ref);
        expect(new Set(refused)).toEqual(guilty);
      },
    ),
    { numRuns: 60 },
  );
});

test('a server that declines everything is not asked for ever', async () => {
  const writes = Array.from({ length: 2000 }, (_, number) => creation(number));
  const sent: string[][] = [];
  const results = await sendBatches(writes, declining(new Set(writes.map(({ ref }) => ref)), sent));

  expect(results).toHaveLength(2000);
  expect(results.every(({ outcome }) => outcome === 'refused')).toBe(true);
  expect(sent.length).toBeLessThan(150);
});

test('only creations, updates and deletions are writes', () => {
  const outcomes = ['create', 'update', 'delete', 'unchanged', 'kept', 'refused', 'diverged'] as const;
  expect(outcomes.filter((outcome) => isWrite({ ...creation(1), outcome }))).toEqual([
    'create',
    'update',
    'delete',
  ]);
});
