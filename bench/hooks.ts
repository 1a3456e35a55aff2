import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { seedMany } from '../sandbox/seed/many.ts';
import type { LoggedRequest } from '../sandbox/server.ts';
import { gitUrls } from './classic.ts';
import { clientCost, median } from './client.ts';
import { singleRequest } from './floor.ts';
import { cli, environment, refsIn } from './run.ts';
import { startBenchServers } from './servers.ts';

type Round = { tool: number; single: number; longest: number; pushes: number };

/** Hooks that cost time for each ref: gb2gl against one single request with all commands. */
export async function compareHooks(size: { refs: number; msPerRef: number }, rounds: number): Promise<void> {
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await oneRound(size));
  const of = (pick: (round: Round) => number): number => median(results.map(pick));
  console.log(`\n${size.refs} refs, ${size.msPerRef} ms per ref in the target's hooks`);
  console.log(
    `  gb2gl ${of((r) => r.tool).toFixed(2)} s, one single request ${of((r) => r.single).toFixed(2)} s, ${of((r) => r.tool / r.single).toFixed(3)} of it; ${of((r) => r.pushes)} pushes, the longest ${of((r) => r.longest).toFixed(0)} ms`,
  );
}

async function oneRound({ refs, msPerRef }: { refs: number; msPerRef: number }): Promise<Round> {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const [owner = ''] = (await seedMany(gitbucket, { repositories: 1, refs })).groups;
    const path = `${owner}/repository-0001`;
    const gitDir = gitbucket.gitDir(owner, 'repository-0001');
    for (const gitlab of Object.values(gitlabs)) gitlab.settings.git.hookMsPerRef = msPerRef;
    gitlabs.loop.addGroup({ path: owner, visibility: 'public' });
    gitlabs.loop.addProject({ namespace: owner, path: 'repository-0001', defaultBranch: 'main' });
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const tool = await clientCost(process.execPath, [cli, 'migrate', '--all'], {
      cwd,
      env: environment(gitbucket, gitlabs.tool),
    });
    const single = await singleRequest(gitDir, gitUrls(gitbucket, gitlabs.loop, path), cwd);
    for (const [way, gitlab] of Object.entries(gitlabs)) {
      if (refsIn(gitlab.gitDir(path)) !== refsIn(gitDir)) throw new Error(`${way}: refs of ${path} differ`);
    }
    const pushes = gitlabs.tool.server.requests.filter(isPush);
    const longest = Math.max(...pushes.map(({ ms }) => ms));
    return { tool: tool.seconds, single, longest, pushes: pushes.length };
  } finally {
    await servers.close();
  }
}

function isPush({ method, url }: LoggedRequest): boolean {
  return method === 'POST' && url.endsWith('/git-receive-pack');
}
