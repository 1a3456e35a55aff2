import { join } from 'node:path';
import { expect, test } from 'vitest';
import { descendants, ended, until } from '../helpers/processes.ts';
import { runCli, startCli } from '../helpers/run-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { finishedByTheNext, undisturbed, type Start } from './resume-points.ts';
import { freeze, migrateAll, openWorld, seedSmall, type World } from './resume-world.ts';

async function firstRun(): Promise<Start> {
  const folder = await tempDir();
  const first = await openWorld(join(folder, 'first'));
  seedSmall(first.gitbucket);
  const snapshot = await freeze(first);
  return { folder, snapshot, wanted: await undisturbed(folder, snapshot, migrateAll) };
}

finishedByTheNext(
  'a first run',
  firstRun,
  { before: 24, after: 4, served: 2 },
  { writes: 9, served: 5, others: 3 },
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
      const running = startCli([...migrateAll, '--transport', 'mirror'], world);
      await new Promise((resolve) => running.child.once('exit', resolve));
      expect(orphans.length).toBeGreaterThan(0);

      const { code, stderr } = await runCli(migrateAll, world);

      expect({ code, stderr }).toMatchObject({ code: 0 });
      await ended(orphans);
      expect(await runCli(['verify', '--all', '--create-users'], world)).toMatchObject({ code: 0 });
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
