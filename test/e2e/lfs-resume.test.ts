import { join } from 'node:path';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { addLfsObject } from '../../sandbox/gitbucket.ts';
import { parseResult } from '../../src/report/schema.ts';
import { git } from '../helpers/commits.ts';
import { tracked } from '../helpers/lfs-world.ts';
import { filesOf, lfsPointer } from '../helpers/odd-objects.ts';
import { runCli } from '../helpers/run-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import {
  allRequests,
  effectsOf,
  endState,
  freeze,
  openWorld,
  removeFolder,
  runUntilKilled,
  type Snapshot,
} from './resume-world.ts';

const args = ['migrate', '--all', '--yes'];
const contents = ['first object', 'second object'];

/** Two objects, one of them named by two texts: GitLab takes the push only with LFS off. */
async function seeded(folder: string): Promise<Snapshot> {
  const { gitbucket, ...world } = await openWorld(folder);
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'one', defaultBranch: 'main' });
  const dir = gitbucket.gitDir('team', 'one');
  const [first = '', second = ''] = contents.map((content) => lfsPointer(content).text);
  const files = { '.gitattributes': tracked, 'a.bin': first, 'b.bin': `${first}\n`, 'c.bin': second };
  git(dir, 'update-ref', 'refs/heads/main', filesOf(dir, files));
  for (const content of contents) await addLfsObject(gitbucket.context, 'team/one', Buffer.from(content));
  return freeze({ gitbucket, ...world });
}

test('a run that is killed at any write leaves LFS to the next one, which comes to the same end', async () => {
  const folder = await tempDir();
  const snapshot = await seeded(join(folder, 'seed'));
  const calm = await openWorld(join(folder, 'calm'), snapshot);
  expect((await runCli(args, calm)).code).toBe(0);
  const writes = effectsOf(allRequests(calm)).map(({ method, url }) => `${method} ${url}`);
  const wanted = await endState(calm);
  await calm.close();
  const ofProject = /lfs|receive-pack|^PUT .*\/projects\//;
  expect(writes.filter((write) => write.startsWith('PUT') && ofProject.test(write))).toHaveLength(4);
  const objects = contents.map((content) => lfsPointer(content).oid).toSorted();
  expect(wanted).toMatchObject({ projects: [{ lfs: { on: true, objects } }] });

  async function fault(number: number, mode: 'unserved' | 'served'): Promise<string | null> {
    const place = join(folder, `${number}-${mode}`);
    const world = await openWorld(place, snapshot);
    try {
      const hit = await runUntilKilled(world, args, { among: 'writes', number, mode });
      const again = await runCli([...args, '--json'], world);
      const states = parseResult(JSON.parse(again.stdout)).items.map(({ state }) => state);
      const found = JSON.stringify(await endState(world));
      const same =
        again.code === 0 && states.every((state) => state === 'proven') && found === JSON.stringify(wanted);
      return same ? null : `${number} ${mode} (${hit}): exit ${again.code}, ${states.join()}, ${found}`;
    } finally {
      await world.close();
      await removeFolder(place);
    }
  }

  const limit = pLimit(2);
  // Group and project are made, and mails switched on again, as in every run.
  const points = writes.flatMap((write, index) => {
    if (!ofProject.test(write)) return [];
    const modes = write.startsWith('PUT') ? (['unserved', 'served'] as const) : (['unserved'] as const);
    return modes.map((mode) => limit(() => fault(index + 1, mode)));
  });
  expect((await Promise.all(points)).filter((each) => each !== null)).toEqual([]);
});
