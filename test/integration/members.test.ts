import { describe, expect, test } from 'vitest';
import { addCollaborator } from '../../sandbox/gitbucket.ts';
import type { ItemResult } from '../../src/model/result.ts';
import { killed, migrated, verified } from '../helpers/migrated.ts';
import { accountsIn, peopled, rolesIn, withPeople } from '../helpers/peopled.ts';

function statesOf(items: readonly ItemResult[]): string[] {
  return items.map(({ id, state }) => `${id} ${state}`);
}

/** What the proof of a step says. */
function saidBy(item: ItemResult, step: string): string[] {
  const found = item.steps.find((each) => each.step === step);
  return [...(found?.check?.differences ?? []), ...(found?.notices ?? [])].map(({ message }) => message);
}

const everybody = ['alice active', 'bob active', 'carol active', 'dave active', 'left blocked'];

describe('accounts and roles', () => {
  test('come as GitBucket has them, mail nobody but the owner of new groups, and need no second run', async () => {
    const where = await peopled();
    const first = await migrated(where, withPeople);
    expect(statesOf(first.items).filter((each) => !each.endsWith('proven'))).toEqual([]);
    expect(accountsIn(where.gitlab)).toEqual(everybody);
    expect(rolesIn(where.gitlab, 'team')).toEqual(['alice 50', 'bob 30', 'root 50']);
    expect(rolesIn(where.gitlab, 'guests')).toEqual(['dave 50', 'root 50']);
    expect(rolesIn(where.gitlab, 'team/app')).toEqual(['carol 40', 'group guests 30']);

    const second = await migrated(where, withPeople);
    expect(second.writes).toEqual([]);
    expect(statesOf(second.items)).toEqual(statesOf(first.items));
    expect(second.targetRequests.filter((request) => /members|users\/\d/.test(request))).toHaveLength(4);
    expect(new Set((await verified(where, withPeople)).map(({ state }) => state))).toEqual(
      new Set(['proven']),
    );
  });

  for (const killAt of [
    { write: 1, served: true },
    { write: 2, served: false },
  ])
    test(`come to the same end when run after run is killed at write ${killAt.write}`, async () => {
      const where = await peopled();
      let runs = 0;
      while (await killed(where, { ...withPeople, killAt })) runs += 1;
      expect(runs).toBeGreaterThan(8);
      const { items, writes } = await migrated(where, withPeople);
      expect([writes, new Set(items.map(({ state }) => state))]).toEqual([[], new Set(['proven'])]);
      expect(accountsIn(where.gitlab).toSorted()).toEqual(everybody);
      expect(rolesIn(where.gitlab, 'team')).toEqual(['alice 50', 'bob 30', 'root 50']);
      expect(rolesIn(where.gitlab, 'team/app')).toEqual(['carol 40', 'group guests 30']);
    });
});
