import { expect, test } from 'vitest';
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

test('a run that is killed at any of its writes, before or after it is served, is finished by the next one: nothing twice, nothing left switched off', async () => {
  const undisturbed = await world();
  const { writes, items } = await migrated(undisturbed, withEverything);
  expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['proven']));
  const wanted = await endOf(undisturbed);
  expect(wanted).toMatchObject({ mails: ['alice@example.com key-added laptop'] });
  let write = 1;
  for (; ; write += 1) {
    const where = await world();
    const hit = await killed(where, { ...withEverything, killAt: { write, served: write % 2 === 0 } });
    const next = await migrated(where, withEverything);
    const at = `after write ${write}`;
    expect(
      next.items.flatMap(({ id, state }) => (state === 'proven' ? [] : [id])),
      at,
    ).toEqual([]);
    expect(await endOf(where), at).toEqual(wanted);
    expect((await migrated(where, withEverything)).writes, at).toEqual([]);
    if (!hit) break;
  }
  expect(write).toBeGreaterThan(writes.length);
});
