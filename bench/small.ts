import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedMany } from '../sandbox/seed/many.ts';
import { firstLoop, loopEnvironment } from './classic.ts';
import { clientCost, median, type ClientCost } from './client.ts';
import { cli, environment, refsIn } from './run.ts';
import { startBenchServers } from './servers.ts';

const PARALLEL = '4';

type Size = { repositories: number; refs: number };

/** Many small repositories at once, four at a time, projects made by both ways. */
export async function compareSmall(size: Size, rounds: number): Promise<void> {
  const results: { tool: ClientCost; loop: ClientCost }[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await oneRound(size, round));
  const of = (pick: (round: (typeof results)[number]) => number): string =>
    median(results.map(pick)).toFixed(2);
  console.log(`\n${size.repositories} repositories of ${size.refs} refs, ${PARALLEL} at once`);
  console.log(
    `  gb2gl ${of((r) => r.tool.seconds)} s, loop ${of((r) => r.loop.seconds)} s, wall ${of((r) => r.tool.seconds / r.loop.seconds)} of the loop`,
  );
  console.log(
    `  client CPU: gb2gl ${of((r) => r.tool.client)} s, loop ${of((r) => r.loop.client)} s; ${of((r) => r.tool.client / r.tool.cpu)} of its run, ${of((r) => r.tool.client / r.loop.client)} of the loop's client`,
  );
}

/** The order changes from round to round, so that neither always finds warm files. */
async function oneRound(size: Size, round: number): Promise<{ tool: ClientCost; loop: ClientCost }> {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const { groups } = await seedMany(gitbucket, size);
    const ids = new Map(groups.map((path) => [path, gitlabs.loop.addGroup({ path }).id]));
    const names = gitbucket.context.state.repositories.map(({ owner, name }) => ({ owner, name }));
    const cwd = join(folder, 'work');
    await mkdir(join(cwd, 'mirrors'), { recursive: true });
    await writeFile(join(cwd, 'first.sh'), firstLoop);
    const list = names.map(({ owner, name }) => `${owner} ${name} ${ids.get(owner)}\n`);
    await writeFile(join(cwd, 'list'), list.join(''));
    const runLoop = (): Promise<ClientCost> =>
      clientCost('sh', ['-c', `xargs -P ${PARALLEL} -L 1 sh first.sh < list`], {
        cwd,
        env: loopEnvironment(gitbucket, gitlabs.loop),
      });
    const early = round % 2 === 0 ? null : await runLoop();
    const tool = await clientCost(
      process.execPath,
      [cli, 'migrate', '--all', '--yes', '--concurrency', PARALLEL],
      {
        cwd,
        env: environment(gitbucket, gitlabs.tool),
      },
    );
    const loop = early ?? (await runLoop());
    for (const { owner, name } of names) {
      const wanted = refsIn(gitbucket.gitDir(owner, name));
      for (const [way, gitlab] of Object.entries(gitlabs)) {
        if (refsIn(gitlab.gitDir(`${owner}/${name}`)) !== wanted) {
          throw new Error(`${way}: refs of ${owner}/${name} differ`);
        }
      }
    }
    return { tool, loop };
  } finally {
    await servers.close();
  }
}
