import { join } from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, test } from 'vitest';
import type { LoggedRequest } from '../../sandbox/server.ts';
import { journalFile, readJournal } from '../../src/journal/journal.ts';
import { parseResult } from '../../src/report/schema.ts';
import { sharedByAll } from '../helpers/cleanup.ts';
import { descendants, ended, until } from '../helpers/processes.ts';
import { runCli, startCli, type CliResult } from '../helpers/run-cli.ts';
import { writesOf } from '../helpers/servers.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import {
  allRequests,
  changeSource,
  endState,
  freeze,
  openWorld,
  removeFolder,
  runUntilKilled,
  seedSmall,
  type KillPoint,
  type Snapshot,
  type World,
} from './resume-world.ts';

const WORKERS = 3;

/** Requests of an undisturbed run, and what it leaves. */
type Wanted = { args: string[]; requests: LoggedRequest[]; state: object };
/** What every kill point goes on from, and what its end is compared with. */
type Start = { folder: string; snapshot: Snapshot; wanted: Wanted };

async function undisturbed(folder: string, snapshot: Snapshot, args: string[]): Promise<Wanted> {
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
  return writesOf(requests)
    .map((_, index): KillPoint => ({ among: 'writes', number: index + 1, mode }))
    .filter((_, index) => index % every === 0);
}

/**
/** Of the other requests a sample is taken: between two writes they are nearly alike, before the first they are all alike. */
function readPoints({ requests }: Wanted, sample: { before: number; after: number }): KillPoint[] {
  const modes = ['unserved', 'served', 'alone'] as const;
  const writes = writesOf(requests);
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
    const again = await runCli([...wanted.args, '--json'], world);
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

async function firstRun(): Promise<Start> {
  const folder = await tempDir();
  const first = await openWorld(join(folder, 'first'));
  seedSmall(first.gitbucket);
  const snapshot = await freeze(first);
  return { folder, snapshot, wanted: await undisturbed(folder, snapshot, ['migrate', '--all', '--yes']) };
}

async function laterRun(): Promise<Start> {
  const folder = await tempDir();
  const first = await openWorld(join(folder, 'first'));
  seedSmall(first.gitbucket);
  expect((await runCli(['migrate', '--all', '--yes'], first)).code).toBe(0);
  changeSource(first.gitbucket);
  const snapshot = await freeze(first);
  // The first round goes through the relay, this one through the mirror.
  const args = ['migrate', '--all', '--prune', '--yes', '--transport', 'mirror'];
  return { folder, snapshot, wanted: await undisturbed(folder, snapshot, args) };
}

describe.each([
  ['a first run', firstRun, { before: 16, after: 2, served: 1 }, { writes: 9, served: 9, others: 6 }],
  [
    'a later run, which brings new commits, rewritten history, a deleted branch and a new repository,',
    laterRun,
    { before: 12, after: 4, served: 2 },
    { writes: 12, served: 6, others: 3 },
  ],
])(
  '%s is finished by the next one, as if it had never been disturbed, when it is killed',
  (_run, make, sample, least) => {
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
  },
);

test.each(['git-upload-pack', 'git-receive-pack'])(
  'a git that outlives its killed run in %s does not disturb the next run, even at the same moment',
  async (service) => {
    const folder = await tempDir();
    const world = await openWorld(folder);
    try {
      seedSmall(world.gitbucket);
      const server = service === 'git-upload-pack' ? world.gitbucket.server : world.gitlab.server;
      let orphans: number[] = [];
      const call = async (): Promise<void> => {
        orphans = descendants(running.child.pid ?? 0);
        running.child.kill('SIGKILL');
        const before = plans(world);
        // The next run begins to write when this request is served.
        await until(() => plans(world) > before, 'the plan of the next run');
      };
      server.faults.add({
        method: 'POST',
        url: new RegExp(`(?<!\\.wiki)\\.git/${service}$`),
        action: { kind: 'notice', call },
      });
      const running = startCli(['migrate', '--all', '--yes', '--transport', 'mirror'], world);
      await new Promise((resolve) => running.child.once('exit', resolve));
      expect(orphans.length).toBeGreaterThan(0);

      const { code, stderr } = await runCli(['migrate', '--all', '--yes'], world);

      expect({ code, stderr }).toMatchObject({ code: 0 });
      await ended(orphans);
      expect(await runCli(['verify', '--all'], world)).toMatchObject({ code: 0 });
      expect(world.gitlab.context.state.projects.length).toBe(4);
    } finally {
      await world.close();
    }
  },
);

/** How often a run has read the last thing that it reads before it writes. */
function plans({ gitlab }: World): number {
  return gitlab.server.requests.filter(({ url }) => url.endsWith('/application/settings')).length;
}
