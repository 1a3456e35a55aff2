import { expect, test } from 'vitest';
import { sharedByAll } from '../helpers/cleanup.ts';
import { killed } from '../helpers/migrated.ts';
import { endOf, run, smallTracker, stepIn, withTracker } from './tracker-setup.ts';

/** What one step of the run writes: what comes before is other steps' to repeat. */
const undisturbed = sharedByAll(async () => {
  const where = await smallTracker();
  const { writes, items } = await run(where);
  await where.gitlab.settle();
  const end = endOf(where);
  return { writes, first: writes.findIndex((write) => write.includes('/uploads')) + 1, items, end };
});

/** Every which write one test takes: none takes too long on a busy machine. */
const stride = 5;

test('undisturbed it is proven, with everything once', () => {
  const { end, items, first } = undisturbed();
  expect(items.filter(({ state }) => state !== 'proven')).toEqual([]);
  expect(first).toBeGreaterThan(0);
  expect(end).toMatchObject({
    labels: ['bug', 'unused'],
    milestones: ['Over closed', 'Sprint active'],
    uploads: ['plan.txt'],
    members: [],
    autoclose: true,
    pulls: [],
  });
});

test.each(Array.from({ length: stride }, (_each, index) => index))(
  'a run that is killed at a write, before or after it is served, is finished by the next one, with nothing twice (%i)',
  async (offset) => {
    const { writes, first, end } = undisturbed();
    const all = Array.from({ length: writes.length - first + 1 }, (_each, index) => first + index);
    for (const [index, write] of all.entries()) {
      if (index % stride !== offset) continue;
      // A lost answer matters most of what cannot be repeated.
      const both = writes[write - 1]?.startsWith('POST ') === true;
      for (const served of both ? [false, true] : [write % 2 === 0]) {
        const where = await smallTracker();
        const name = `${writes[write - 1]} (${write}) ${served ? 'served' : 'not served'}`;
        expect(await killed(where, { ...withTracker, killAt: { write, served } }), name).toBe(true);
        await where.gitlab.settle();
        const next = await run(where);
        await where.gitlab.settle();
        expect(stepIn(next), name).toMatchObject({ state: 'proven' });
        // Nobody tells the address of a file whose answer was lost, so it is uploaded again: no text names the first one.
        const orphan = served && name.includes('/uploads');
        expect(endOf(where), name).toEqual(orphan ? { ...end, uploads: ['plan.txt', 'plan.txt'] } : end);
        expect((await run(where)).writes, name).toEqual([]);
      }
    }
  },
);
