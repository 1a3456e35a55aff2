import { join } from 'node:path';
import { expect } from 'vitest';
import { runCli } from '../helpers/run-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { finishedByTheNext, undisturbed, type Start } from './resume-points.ts';
import { changeSource, freeze, migrateAll, openWorld, seedSmall } from './resume-world.ts';

async function laterRun(): Promise<Start> {
  const folder = await tempDir();
  const first = await openWorld(join(folder, 'first'));
  seedSmall(first.gitbucket);
  expect((await runCli(migrateAll, first)).code).toBe(0);
  changeSource(first.gitbucket);
  const snapshot = await freeze(first);
  // The first round goes through the relay, this one through the mirror.
  const args = [...migrateAll, '--prune', '--transport', 'mirror'];
  return { folder, snapshot, wanted: await undisturbed(folder, snapshot, args) };
}

finishedByTheNext(
  'a later run, which brings new commits, rewritten history, a deleted branch and a new repository,',
  laterRun,
  { before: 12, after: 4, served: 2 },
  { writes: 12, served: 6, others: 3 },
);
