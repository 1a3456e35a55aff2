import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seedMany } from '../sandbox/seed/many.ts';
import type { LoggedRequest } from '../sandbox/server.ts';
import { firstLoop, loopEnvironment, secondLoop } from './classic.ts';
import { cli, costOf, environment, line, refsIn, timed } from './run.ts';
import { startBenchServers } from './servers.ts';

/**
 * Many small repositories: gb2gl against the classic loop (curl for the project, `clone --mirror`, `push`) at equal
 * parallelism, first run and a second one in which nothing changed. Prints ratios and requests per repository.
 *
 *   npx tsx bench/many.ts [--repositories 200] [--refs 61] [--parallel 4]
 */

const { values } = parseArgs({
  options: {
    repositories: { type: 'string', default: '200' },
    refs: { type: 'string', default: '61' },
    parallel: { type: 'string', default: '4' },
  },
});
const repositories = Number(values.repositories);

const servers = await startBenchServers();
try {
  const { gitbucket, gitlabs, folder } = servers;
  const { groups } = await seedMany(gitbucket, { repositories, refs: Number(values.refs) });
  const ids = new Map(groups.map((path) => [path, gitlabs.loop.addGroup({ path }).id]));
  const names = Object.values(gitbucket.context.state.repositories).map(({ owner, name }) => ({
    owner,
    name,
  }));
  const cwd = join(folder, 'work');
  await mkdir(join(cwd, 'mirrors'), { recursive: true });
  await writeFile(join(cwd, 'first.sh'), firstLoop);
  await writeFile(join(cwd, 'second.sh'), secondLoop);
  await writeFile(
    join(cwd, 'list'),
    names.map(({ owner, name }) => `${owner} ${name} ${ids.get(owner)}\n`).join(''),
  );

  const loopEnv = loopEnvironment(gitbucket, gitlabs.loop);
  const loop = (script: string): Promise<number> =>
    timed('sh', ['-c', `xargs -P ${values.parallel} -L 1 sh ${script} < list`], { cwd, env: loopEnv });
  const toolEnv = environment(gitbucket, gitlabs.tool);
  const tool = (): Promise<number> =>
    timed(process.execPath, [cli, 'migrate', '--all', '--yes', '--concurrency', values.parallel], {
      cwd,
      env: toolEnv,
    });

  const loopFirst = await costOf(() => loop('first.sh'));
  gitbucket.server.requests.length = 0;
  const toolFirst = await costOf(tool);
  const perRepository = {
    sourceGit: countPer(gitbucket.server.requests, /^\/git\//),
    targetGit: countPer(gitlabs.tool.server.requests, /\.git\//),
    targetApi: countPer(gitlabs.tool.server.requests, /^\/api\//),
  };
  for (const { owner, name } of names) {
    const wanted = refsIn(gitbucket.gitDir(owner, name));
    for (const [way, gitlab] of Object.entries(gitlabs)) {
      if (refsIn(gitlab.gitDir(`${owner}/${name}`)) !== wanted)
        throw new Error(`${way}: refs of ${owner}/${name} differ`);
    }
  }
  const loopSecond = await costOf(() => loop('second.sh'));
  const toolSecond = await costOf(tool);

  console.log(
    `${repositories} repositories of ${values.refs} refs, ${values.parallel} at once; refs equal after both\n`,
  );
  console.log(line('first run (ours with proof)', toolFirst, loopFirst));
  console.log(line('second run, nothing changed', toolSecond, loopSecond));
  console.log(`\nrequests per repository, first run: ${JSON.stringify(perRepository)}`);
} finally {
  await servers.close();
}

function countPer(requests: readonly LoggedRequest[], pattern: RegExp): number {
  return Math.round((requests.filter(({ url }) => pattern.test(url)).length / repositories) * 100) / 100;
}
