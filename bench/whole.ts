import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { classicPair, gitUrls } from './classic.ts';
import { bytesBelow, clientCost, median, type ClientCost } from './client.ts';
import { floorOf } from './floor.ts';
import { cli, environment, refsIn } from './run.ts';
import { startBenchServers } from './servers.ts';
import { place, type Subject } from './subjects.ts';

export type Round = { tool: ClientCost; pair: ClientCost; floor: number; disk: number; mirrors: boolean };

/** One repository as often as asked, each time between fresh servers; prints the medians. */
export async function compareWhole(subject: Subject, rounds: number): Promise<void> {
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await oneRound(subject, round));
  const refs = refsIn(subject.gitDir).split('\n').length - 1;
  console.log(`\n${subject.name}: ${refs} refs, ${Math.round(bytesBelow(subject.gitDir) / 1e6)} MB`);
  printRounds(results);
}

/** The order changes from round to round, so that neither always finds warm files. */
async function oneRound(subject: Subject, round: number): Promise<Round> {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const path = place(gitbucket, subject);
    const gitDir = gitbucket.gitDir('real', subject.name);
    const group = gitlabs.loop.addGroup({ path: 'real', visibility: 'public' });
    gitlabs.loop.addProject({ namespace: group.path, path: subject.name, defaultBranch: subject.head });
    gitlabs.loop.addGroup({ path: 'floor', visibility: 'public' });
    gitlabs.loop.addProject({ namespace: 'floor', path: subject.name, defaultBranch: subject.head });
    const [cwd, pairCwd, floorCwd] = [join(folder, 'tool'), join(folder, 'pair'), join(folder, 'floor')];
    for (const dir of [cwd, pairCwd, floorCwd]) await mkdir(dir);
    const urls = gitUrls(gitbucket, gitlabs.loop, path);

    const runTool = (): Promise<ClientCost> =>
      clientCost(process.execPath, [cli, 'migrate', '--all', '--yes'], {
        cwd,
        env: environment(gitbucket, gitlabs.tool),
      });
    const runPair = (): Promise<ClientCost> =>
      clientCost('sh', ['-c', classicPair], {
        cwd: pairCwd,
        env: { SOURCE: urls.source, TARGET: urls.target },
      });
    const early = round % 2 === 0 ? null : await runPair();
    const tool = await runTool();
    const pair = early ?? (await runPair());
    const floor = await floorOf(
      gitDir,
      { ...urls, target: urls.target.replace('/real/', '/floor/') },
      floorCwd,
    );

    const wanted = refsIn(gitDir);
    const copies = {
      gb2gl: gitlabs.tool.gitDir(path),
      pair: gitlabs.loop.gitDir(path),
      floor: gitlabs.loop.gitDir(`floor/${subject.name}`),
    };
    for (const [way, copy] of Object.entries(copies)) {
      if (refsIn(copy) !== wanted) throw new Error(`${way}: refs of ${subject.name} differ`);
    }
    const workDir = join(cwd, '.gb2gl');
    return {
      tool,
      pair,
      floor: Math.max(floor.pull, floor.push),
      disk: bytesBelow(workDir),
      mirrors: existsSync(join(workDir, 'mirrors')),
    };
  } finally {
    await servers.close();
  }
}

function printRounds(rounds: readonly Round[]): void {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const share = (pick: (round: Round) => number): string => `${(of(pick) * 100).toFixed(1)} %`;
  console.log(
    `  gb2gl ${of((r) => r.tool.seconds).toFixed(2)} s, pair ${of((r) => r.pair.seconds).toFixed(2)} s, floor ${of((r) => r.floor).toFixed(2)} s`,
  );
  console.log(
    `  wall: ${of((r) => r.tool.seconds / r.pair.seconds).toFixed(3)} of the pair, ${of((r) => r.tool.seconds / r.floor).toFixed(2)} of the floor`,
  );
  console.log(
    `  client CPU: gb2gl ${of((r) => r.tool.client).toFixed(2)} s, pair ${of((r) => r.pair.client).toFixed(2)} s; ${share((r) => r.tool.client / r.tool.cpu)} of its run, ${share((r) => r.tool.client / r.pair.client)} of the pair's client`,
  );
  console.log(
    `  disk: ${(of((r) => r.disk) / 1024).toFixed(0)} KiB below the work dir, mirrors: ${rounds.some((r) => r.mirrors) ? 'yes' : 'none'}`,
  );
}
