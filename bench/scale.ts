/**
 * A big server: plan and no-change run over thousands of repositories, with the live display on a pseudo terminal.
 * Prints seconds, the greatest resident memory, the greatest event-loop lag and requests per server.
 *
 *   npx tsx bench/scale.ts [--repositories 2000] [--refs 60]
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedMany } from '../src/sandbox/seed/many.ts';
import { cli, environment, timed } from './run.ts';
import { startBenchServers } from './servers.ts';

const { values } = parseArgs({
  options: { repositories: { type: 'string', default: '2000' }, refs: { type: 'string', default: '60' } },
});
type Probe = { lagMaxMs: number; lag99Ms: number; rssMB: number; cpuS: number };

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

  for (const path of groups) gitlab.addGroup({ path, visibility: 'public' });
  for (const { owner, name } of gitbucket.context.state.repositories) {
    gitlab.addProject({ path: name, namespace: owner, visibility: 'public' });
    const gitDir = gitlab.gitDir(`${owner}/${name}`);
    rmSync(gitDir, { recursive: true, force: true });
    cpSync(gitbucket.gitDir(owner, name), gitDir, { recursive: true });
  }
  await measure('plan, everything is there', 'plan --all');
  await measure('run, everything is there', 'migrate --all --yes');
  await measure('run again, nothing changed', 'migrate --all --yes');

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
          NODE_OPTIONS: `--import ${fileURLToPath(new URL('probe.mjs', import.meta.url))}`,
        },
      },
    );
    const { lagMaxMs, lag99Ms, rssMB, cpuS } = JSON.parse(readFileSync(probe, 'utf8')) as Probe;
    console.log(
      `${name.padEnd(30)} ${seconds.toFixed(1).padStart(7)} s   cpu ${cpuS.toFixed(1)} s   memory ${rssMB.toFixed(0)} MB   lag max ${lagMaxMs.toFixed(0)} ms, 99 % ${lag99Ms.toFixed(0)} ms   requests ${gitbucket.server.requests.length} + ${gitlab.server.requests.length}`,
    );
  }
} finally {
  await servers.close();
}
