import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { seedMany } from '../sandbox/seed/many.ts';
import type { LoggedRequest } from '../sandbox/server.ts';
import { clientCost } from './client.ts';
import { cli, environment, refsIn } from './run.ts';
import { startBenchServers } from './servers.ts';

/** Servers far away: every answer takes longer, so what counts is the number of requests. */
export async function countLatency({ refs, ms }: { refs: number; ms: number }): Promise<void> {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const gitlab = gitlabs.tool;
    const [owner = ''] = (await seedMany(gitbucket, { repositories: 1, refs })).groups;
    for (const { server } of [gitbucket, gitlab]) {
      server.faults.add({ url: /^/, times: Infinity, action: { kind: 'slow', ms } });
    }
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    console.log(`\none repository of ${refs} refs, ${ms} ms added to every request`);
    for (const name of ['first transfer', 'nothing changed']) {
      gitbucket.server.requests.length = 0;
      gitlab.server.requests.length = 0;
      const cost = await clientCost(process.execPath, [cli, 'migrate', '--all', '--yes'], {
        cwd,
        env: environment(gitbucket, gitlab),
      });
      const path = `${owner}/repository-0001`;
      if (refsIn(gitlab.gitDir(path)) !== refsIn(gitbucket.gitDir(owner, 'repository-0001'))) {
        throw new Error(`refs of ${path} differ`);
      }
      console.log(`  ${name}: ${cost.seconds.toFixed(2)} s`);
      print('source', gitbucket.server.requests, /^\/git\//);
      print('target', gitlab.server.requests, /\.git\//);
    }
  } finally {
    await servers.close();
  }
}

/** Requests of git are those of this repository; the others are of the run as a whole or of the API. */
function print(side: string, requests: readonly LoggedRequest[], git: RegExp): void {
  const ofGit = requests.filter(({ url }) => git.test(url));
  const others = requests.filter(({ url }) => !git.test(url));
  console.log(`    ${side}: ${ofGit.length} of git, ${others.length} others`);
  for (const { method, url } of [...ofGit, ...others]) console.log(`      ${method} ${url}`);
}
