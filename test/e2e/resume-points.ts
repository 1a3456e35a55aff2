import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, test } from 'vitest';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { journalFile, readJournal } from '../../src/journal/journal.ts';
import { parseResult } from '../../src/report/schema.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { runCli, type CliResult } from '../helpers/run-cli.ts';
import { runProgram } from '../helpers/run-program.ts';
import {
  allRequests,
  effectsOf,
  endState,
  openWorld,
  removeFolder,
  runUntilKilled,
  type KillPoint,
  type Snapshot,
  type World,
} from './resume-world.ts';

const WORKERS = 3;

/** Requests of an undisturbed run, and what it leaves. */
type Wanted = { args: string[]; requests: LoggedRequest[]; state: object };
/** What every kill point goes on from, and what its end is compared with. */
export type Start = { folder: string; snapshot: Snapshot; wanted: Wanted };

/** Plays the run in a copy of the snapshot, to its end. */
export async function undisturbed(folder: string, snapshot: Snapshot, args: string[]): Promise<Wanted> {
  const world = await openWorld(join(folder, 'undisturbed'), snapshot);
  try {
    const { code, stderr } = await runCli(args, world);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return { args, requests: allRequests(world), state: await endState(world) };
  } finally {
    await world.close();
  }
}

/** Every write is killed before it is done, and all or some also after it. */
function writePoints({ requests }: Wanted, mode: 'unserved' | 'served', every = 1): KillPoint[] {
  return effectsOf(requests)
    .map((_, index): KillPoint => ({ among: 'writes', number: index + 1, mode }))
    .filter((_, index) => index % every === 0);
}

/** Of the other requests a sample is taken: between two writes they are nearly alike, before the first they are all alike. */
function readPoints({ requests }: Wanted, sample: { before: number; after: number }): KillPoint[] {
  const modes = ['unserved', 'served', 'alone'] as const;
  const writes = effectsOf(requests);
  const firstWrite = requests.findIndex((request) => writes.includes(request));
  const points: KillPoint[] = [];
  for (const [index, request] of requests.entries()) {
    const every = index < firstWrite ? sample.before : sample.after;
    if (writes.includes(request) || index % every !== 0) continue;
    points.push({ among: 'all', number: index + 1, mode: modes[points.length % 3] ?? 'served' });
  }
  return points;
}

type Outcome = { point: KillPoint; hit: string | null; fault: string | null };

/** Kills a run at the point and runs the same command again to the end. */
async function tryPoint({ folder, snapshot, wanted }: Start, point: KillPoint): Promise<Outcome> {
  const place = join(folder, `${point.among}-${point.number}-${point.mode}`);
  const world = await openWorld(place, snapshot);
  try {
    const hit = await runUntilKilled(world, wanted.args, point);
    const again = await runProgram([...wanted.args, '--json'], world);
    await readJournal(journalFile(join(world.cwd, '.gb2gl')));
    return { point, hit, fault: await faultOf(again, wanted, world) };
  } finally {
    await world.close();
    await removeFolder(place);
  }
}

async function faultOf(again: CliResult, wanted: Wanted, world: World): Promise<string | null> {
  if (again.code !== 0) return `exit ${again.code}, ${again.stderr}`;
  const bad = parseResult(JSON.parse(again.stdout)).items.filter(({ state }) => state !== 'proven');
  if (bad.length > 0) return `not proven: ${bad.map(({ id }) => id).join(', ')}`;
  const found = JSON.stringify(await endState(world));
  return found === JSON.stringify(wanted.state)
    ? null
    : `${found}\ninstead of\n${JSON.stringify(wanted.state)}`;
}

/** What no later run could finish; the points are at least so many. */
async function unfinished(start: Start, points: readonly KillPoint[], least: number): Promise<Outcome[]> {
  const limit = pLimit(WORKERS);
  const outcomes = await Promise.all(points.map((point) => limit(() => tryPoint(start, point))));
  expect(points.length).toBeGreaterThanOrEqual(least);
  // Requests that run side by side are not always as many: the last points may lie beyond the end.
  expect(outcomes.filter(({ hit }) => hit === null).length).toBeLessThan(2);
  return outcomes.filter(({ fault }) => fault !== null);
}

/** How dense the points are: every which request before and after the first write, and every which write that is served. */
export type Sample = { before: number; after: number; served: number };
/** So many points there are at least. */
export type Least = { writes: number; served: number; others: number };

/** Demands that the next run finishes this one, wherever it was killed. */
export function finishedByTheNext(
  run: string,
  make: () => Promise<Start>,
  sample: Sample,
  least: Least,
): void {
  describe(`${run} is finished by the next one, as if it had never been disturbed, when it is killed`, () => {
    const start = sharedByAll(make);

    test('before any write', async () => {
      const points = writePoints(start().wanted, 'unserved');
      expect(await unfinished(start(), points, least.writes)).toEqual([]);
    });

    test('after a write', async () => {
      const points = writePoints(start().wanted, 'served', sample.served);
      expect(await unfinished(start(), points, least.served)).toEqual([]);
    });

    test('at any other request', async () => {
      const points = readPoints(start().wanted, sample);
      expect(await unfinished(start(), points, least.others)).toEqual([]);
    });
  });
}
