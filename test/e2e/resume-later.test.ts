import { join } from 'node:path';
import { expect } from 'vitest';
import { runProgram } from '../helpers/run-program.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { finishedByTheNext, undisturbed, type Start } from './resume-points.ts';
import { changeSource, freeze, migrateAll, openWorld, seedSmall } from './resume-world.ts';

async function laterRun(): Promise<Start> {
  const folder = await tempDir();
  const first = await openWorld(join(folder, 'first'));
  seedSmall(first.gitbucket);
  expect((await runProgram(migrateAll, first)).code).toBe(0);
  changeSource(first.gitbucket);
  const snapshot = await freeze(first);
  // The first round goes through the relay, this one through the mirror.
  const args = [...migrateAll, '--prune', '--transport', 'mirror'];
  return { folder, snapshot, wanted: await undisturbed(folder, snapshot, args) };
}

finishedByTheNext(
  'a later run, which brings new commits, rewritten history, a deleted branch and a new repository,',
  laterRun,
  { before: 20, after: 8, served: 3 },
  { writes: 12, served: 4, others: 2 },
);
