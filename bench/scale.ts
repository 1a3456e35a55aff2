import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedMany } from '../sandbox/seed/many.ts';
import { cli, environment, timed } from './run.ts';
import { copyAll, startBenchServers } from './servers.ts';

/**
 * A big server: plan and no-change run over thousands of repositories, with the live display on a pseudo terminal.
 * Prints seconds, CPU of the client, the greatest resident memory, requests per server, and how long the event loop was
 * held up: in all, and while the display was alive (start-up and the writing of reports are no part of that).
 * The last line is the floor: what Node alone needs for one listing of each repository on each server.
 *
 *   npx tsx bench/scale.ts [--repositories 2000] [--refs 60] [--profile]
 */

const { values } = parseArgs({
  options: {
    repositories: { type: 'string', default: '2000' },
    refs: { type: 'string', default: '60' },
    profile: { type: 'boolean', default: false },
  },
});
type Lag = { at: number; ms: number; functions?: string[] };
type Probe = {
  lagMaxMs: number;
  /** The greatest between the first and the last frame of the display. */
  lagShownMs: number;
  firstFrameMs: number | null;
  lastFrameMs: number | null;
  /** Those above 50 ms. */
  lags: Lag[];
  rssMB: number;
  cpuS: number;
};

const servers = await startBenchServers();
try {
  const { gitbucket, gitlabs, folder } = servers;
  const gitlab = gitlabs.tool;
  const { groups } = await seedMany(gitbucket, {
    repositories: Number(values.repositories),
    refs: Number(values.refs),
    groups: 40,
  });
  const cwd = join(folder, 'work');
  await mkdir(cwd);
  const env = environment(gitbucket, gitlab);
  console.log(`${values.repositories} repositories of ${values.refs} refs in ${groups.length} groups\n`);
  await measure('plan, nothing migrated yet', 'plan --all');

  copyAll(servers, groups);
  await measure('plan, everything is there', 'plan --all');
  await measure('run, everything is there', 'migrate --all --yes');
  await measure('run again, nothing changed', 'migrate --all --yes');
  await measureBareRequests();

  async function measure(name: string, command: string): Promise<void> {
    const probe = join(folder, 'probe.json');
    gitbucket.server.requests.length = 0;
    gitlab.server.requests.length = 0;
    const seconds = await timed(
      'script',
      ['-qefc', `stty cols 120 rows 40; ${process.execPath} ${cli} ${command}`, '/dev/null'],
      {
        cwd,
        env: {
          ...env,
          TERM: 'xterm-256color',
          GB2GL_PROBE: probe,
          ...(values.profile ? { GB2GL_PROFILE: '1' } : {}),
          NODE_OPTIONS: `--import ${fileURLToPath(new URL('probe.mjs', import.meta.url))}`,
        },
      },
    );
    print(name, seconds, JSON.parse(readFileSync(probe, 'utf8')) as Probe);
  }

  async function measureBareRequests(): Promise<void> {
    const names = gitbucket.context.state.repositories.map(({ owner, name }) => `${owner}/${name}`);
    const urls = names.flatMap((name) => [
      `${gitbucket.url}/git/${name}.git/info/refs?service=git-upload-pack`,
      `${gitlab.url}/${name}.git/info/refs?service=git-upload-pack`,
    ]);
    const headers = {
      [gitbucket.url]: headersOf(gitbucket.token('root')),
      [gitlab.url]: headersOf(gitlab.token('root')),
    };
    const list = join(folder, 'requests.json');
    const probe = join(folder, 'probe.json');
    writeFileSync(list, JSON.stringify({ urls, headers, parallel: 8 }));
    const script = fileURLToPath(new URL('bare-requests.mjs', import.meta.url));
    const seconds = await timed(process.execPath, [script], {
      cwd,
      env: { GB2GL_BARE: list, GB2GL_PROBE: probe },
    });
    const { cpuS } = JSON.parse(readFileSync(probe, 'utf8')) as Probe;
    const each = (cpuS * 1000) / names.length;
    console.log(
      `${'the same listings, Node alone'.padEnd(30)} ${seconds.toFixed(1).padStart(7)} s   cpu ${cpuS.toFixed(1)} s, ${each.toFixed(2)} ms per repository`,
    );
  }

  function print(name: string, seconds: number, probe: Probe): void {
    const perRepository = (probe.cpuS * 1000) / Number(values.repositories);
    console.log(
      `${name.padEnd(30)} ${seconds.toFixed(1).padStart(7)} s   cpu ${probe.cpuS.toFixed(1)} s, ${perRepository.toFixed(2)} ms per repository   memory ${probe.rssMB.toFixed(0)} MB   requests ${gitbucket.server.requests.length} + ${gitlab.server.requests.length}`,
    );
    console.log(
      `  lag: ${probe.lagShownMs.toFixed(0)} ms while the display was alive (${probe.firstFrameMs?.toFixed(0)} to ${probe.lastFrameMs?.toFixed(0)} ms), ${probe.lagMaxMs.toFixed(0)} ms in all`,
    );
    for (const { at, ms, functions = [] } of probe.lags) {
      console.log(
        `    ${ms.toFixed(0)} ms at ${at.toFixed(0)} ms ${functions.map((text) => `\n        ${text}`).join('')}`,
      );
    }
  }
} finally {
  await servers.close();
}

function headersOf(token: string): Record<string, string> {
  return {
    authorization: `Basic ${Buffer.from(`root:${token}`).toString('base64')}`,
    'accept-encoding': 'gzip',
    // GitBucket sends everybody else to the page of the repository.
    'user-agent': 'git/2.40.0',
  };
}
