import { expect, test } from 'vitest';
import { sharedByAll } from '../helpers/cleanup.ts';
import { furnished, settledIn, withEverything } from '../helpers/furnished.ts';
import { killed, migrated } from '../helpers/migrated.ts';
import type { TestServers } from '../helpers/servers.ts';

function world(): Promise<TestServers> {
  return furnished({ gitlab: { settings: { integrations: ['slack'] } } });
}

/** What people and settings came to, and who was mailed about what. */
async function endOf({ gitlab }: TestServers): Promise<object> {
  await gitlab.settle();
  const mails = gitlab.mails.map(({ to, kind, about }) => `${to} ${kind} ${about}`).toSorted();
  return { ...settledIn(gitlab), mails };
}

const undisturbed = sharedByAll(async () => {
  const where = await world();
  const { writes, items } = await migrated(where, withEverything);
  return { writes: writes.length, states: new Set(items.map(({ state }) => state)), end: await endOf(where) };
});

/** Every which write one test takes: all together take all of them, and none takes too long on a busy machine. */
const stride = 7;

test.each([1, 2, 3, 4, 5, 6, 7])(
  'a run that is killed at one of its writes, before or after it is served, is finished by the next one: nothing twice, nothing left switched off (%i)',
  async (first) => {
    const { writes, states, end } = undisturbed();
    expect(states).toEqual(new Set(['proven']));
    expect(end).toMatchObject({ mails: ['alice@example.com key-added laptop'] });
    expect(writes).toBeGreaterThan(20);
    for (let write = first; write <= writes; write += stride) {
      const where = await world();
      const killAt = { write, served: write % 2 === 0 };
      expect(await killed(where, { ...withEverything, killAt })).toBe(true);
      const next = await migrated(where, withEverything);
      const at = `after write ${write}`;
      expect(
        next.items.flatMap(({ id, state }) => (state === 'proven' ? [] : [id])),
        at,
      ).toEqual([]);
      expect(await endOf(where), at).toEqual(end);
      expect((await migrated(where, withEverything)).writes, at).toEqual([]);
    }
  },
);
