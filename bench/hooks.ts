import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { seedMany } from '../sandbox/seed/many.ts';
import type { LoggedRequest } from '../sandbox/server.ts';
import { classicPair, gitUrls } from './classic.ts';
import { median } from './client.ts';
import { cli, environment, refsIn, timed } from './run.ts';
import { startBenchServers } from './servers.ts';

type Round = { tool: number; loop: number; longest: number; pushes: number };

/** What a push costs the target, and each of its refs, in milliseconds. */
type Prices = { pushMs: number; msPerRef: number };

/** Pushes that cost time by themselves and for each ref, as on a real GitLab: gb2gl against the pair of commands. */
export async function compareHooks(size: { refs: number } & Prices, rounds: number): Promise<void> {
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await oneRound(size, round % 2 === 1));
  const of = (pick: (round: Round) => number): number => median(results.map(pick));
  console.log(`\n${size.refs} refs, ${size.pushMs} ms a push and ${size.msPerRef} ms a ref in the target`);
  console.log(
    `  gb2gl ${of((r) => r.tool).toFixed(2)} s, clone and one push of all ${of((r) => r.loop).toFixed(2)} s, ${of((r) => r.loop / r.tool).toFixed(2)} x faster; ${of((r) => r.pushes)} pushes, the longest ${of((r) => r.longest).toFixed(0)} ms`,
  );
}

async function oneRound(
  { refs, pushMs, msPerRef }: { refs: number } & Prices,
  loopFirst: boolean,
): Promise<Round> {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const [owner = ''] = (await seedMany(gitbucket, { repositories: 1, refs })).groups;
    const path = `${owner}/repository-0001`;
    const gitDir = gitbucket.gitDir(owner, 'repository-0001');
    for (const { settings } of Object.values(gitlabs)) {
      settings.git.pushMs = pushMs;
      settings.git.hookMsPerRef = msPerRef;
    }
    gitlabs.loop.addGroup({ path: owner, visibility: 'public' });
    gitlabs.loop.addProject({ namespace: owner, path: 'repository-0001', defaultBranch: 'main' });
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const ways = {
      tool: () =>
        timed(process.execPath, [cli, 'migrate', '--all', '--yes'], {
          cwd,
          env: environment(gitbucket, gitlabs.tool),
        }),
      loop: () => {
        const { source, target } = gitUrls(gitbucket, gitlabs.loop, path);
        return timed('bash', ['-c', classicPair], { cwd, env: { SOURCE: source, TARGET: target } });
      },
    };
    const before = loopFirst ? await ways.loop() : null;
    const tool = await ways.tool();
    const loop = before ?? (await ways.loop());
    for (const [way, gitlab] of Object.entries(gitlabs)) {
      if (refsIn(gitlab.gitDir(path)) !== refsIn(gitDir)) throw new Error(`${way}: refs of ${path} differ`);
    }
    const pushes = gitlabs.tool.server.requests.filter(isPush);
    return { tool, loop, longest: Math.max(...pushes.map(({ ms }) => ms)), pushes: pushes.length };
  } finally {
    await servers.close();
  }
}

function isPush({ method, url }: LoggedRequest): boolean {
  return method === 'POST' && url.endsWith('/git-receive-pack');
}
