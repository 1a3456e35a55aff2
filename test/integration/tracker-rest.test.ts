import { expect, test } from 'vitest';
import { trackerOf } from '../../sandbox/gitlab.ts';
import { plannedStep } from '../../src/model/plan.ts';
import type { ItemResult } from '../../src/model/result.ts';
import { migrated, verified, verifiedAfterRuns, type Migration } from '../helpers/migrated.ts';
import { trackerWorld, worldTime } from '../helpers/tracker-world.ts';

const id = 'team/app';

function moving(tracker: string): Migration {
  return { password: 'root', config: { migrate: { tracker, createUsers: true } } };
}

/** GitBucket tells no milliseconds. */
function seconds(time: number): string {
  return new Date(time).toISOString().replace('.250', '.000');
}

function trackerIn(items: readonly ItemResult[]) {
  return items.find((item) => item.id === id)?.steps.find(({ step }) => step === 'tracker');
}

test('where archives are closed issues keep number, dates, state, texts and comments by REST, and pull requests stay until these can be loaded', async () => {
  const servers = await trackerWorld();
  const { gitlab } = servers;
  const first = await migrated(servers, moving('rest'));
  expect(plannedStep(first.planned(id), 'tracker')).toMatchObject({
    counts: { create: 59 },
    notices: [expect.objectContaining({ code: 'tracker-pulls-stay' })],
  });
  expect(first.planned(id).losses).toContainEqual({ kind: 'pull-requests', count: 6 });
  expect(trackerIn(first.items)).toMatchObject({ state: 'proven', counts: { create: 59 } });
  expect(trackerIn(first.items)?.check?.differences).toEqual([
    expect.objectContaining({ code: 'tracker-pulls-stay', message: expect.stringMatching(/^6 pull/) }),
  ]);
  const tracker = trackerOf(gitlab.project(id));
  const moved = structuredClone(tracker.issues);
  expect(moved.map(({ iid }) => iid)).toHaveLength(59);
  expect(moved.find(({ iid }) => iid === 8)).toMatchObject({
    createdAt: seconds(worldTime(8)),
    state: 'closed',
    closedAt: seconds(worldTime(8) + 5 * 86_400_000),
    description: expect.stringMatching(/Opened by \[ann\][^]*\n\ntext of 8\u2028$/),
  });
  const notes = moved.find(({ iid }) => iid === 1)?.notes.filter(({ system }) => !system) ?? [];
  expect(notes.map(({ body }) => body)).toEqual(
    ['bob', 'ann', 'left'].map((author, index) =>
      expect.stringMatching(
        new RegExp(`^comment ${index} *\\nof ${author}\\n\\n \\*By ${author} on 202\\d-[\\dT:-]+\\*$`),
      ),
    ),
  );
  expect(gitlab.mails).toEqual([]);
  expect((await migrated(servers, moving('rest'))).writes).toEqual([]);
  expect(trackerIn(await verified(servers, moving('rest')))).toMatchObject({ state: 'proven' });

  gitlab.allowImports();
  const later = await migrated(servers, moving('auto'));
  expect(trackerIn(later.items)).toMatchObject({ state: 'proven', counts: { create: 6, unchanged: 59 } });
  expect(tracker.issues).toEqual(moved);
  const bothWays = await verifiedAfterRuns(servers, moving('auto'));
  expect(trackerIn(bothWays)).toMatchObject({ state: 'proven', check: { compared: 65, differences: [] } });
});
