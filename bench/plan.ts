import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedMany } from '../sandbox/seed/many.ts';
import type { LoggedRequest } from '../sandbox/server.ts';
import { cli, environment, timed } from './run.ts';
import { copyAll, startBenchServers, type BenchServers } from './servers.ts';

/**
 * What a plan costs: requests to both servers, memory and seconds, with nothing migrated yet and with everything in place.
 * Exits with 1 when a figure is above its limit.
 *
 *   npx tsx bench/plan.ts [--repositories 2000] [--refs 60] [--owners 40]
 */

const { values } = parseArgs({
  options: {
    repositories: { type: 'string', default: '2000' },
    refs: { type: 'string', default: '60' },
    owners: { type: 'string', default: '40' },
  },
});
const repositories = Number(values.repositories);

type Figure = { name: string; value: number; limit: number };

const servers = await startBenchServers();
try {
  const { groups } = await seedMany(servers.gitbucket, {
    repositories,
    refs: Number(values.refs),
    groups: Number(values.owners),
  });
  // The token's own account is an owner as well: GitBucket is asked for its repositories, too.
  const owners = groups.length + 1;
  console.log(`plan of ${repositories} repositories of ${values.refs} refs in ${groups.length} groups`);
  const fresh = await plan('nothing migrated yet', servers, { owners, targetListings: 0 });
  copyAll(servers, groups);
  const settled = await plan('everything is there', servers, { owners, targetListings: repositories });
  if (!fresh || !settled) process.exitCode = 1;
} finally {
  await servers.close();
}

/** Runs one plan and prints its figures; false when one is too high. */
async function plan(
  name: string,
  { gitbucket, gitlabs: { tool: gitlab }, folder }: BenchServers,
  { owners, targetListings }: { owners: number; targetListings: number },
): Promise<boolean> {
  const cwd = join(folder, 'work');
  mkdirSync(cwd, { recursive: true });
  const probe = join(folder, 'probe.json');
  gitbucket.server.requests.length = 0;
  gitlab.server.requests.length = 0;
  const seconds = await timed(process.execPath, [cli, 'plan', '--all', '--quiet'], {
    cwd,
    env: {
      ...environment(gitbucket, gitlab),
      GB2GL_PROBE: probe,
      NODE_OPTIONS: `--import ${fileURLToPath(new URL('probe.mjs', import.meta.url))}`,
    },
  });
  const { rssMB, cpuS } = JSON.parse(readFileSync(probe, 'utf8')) as { rssMB: number; cpuS: number };
  const [source, target] = [gitbucket.server.requests, gitlab.server.requests];
  const figures: Figure[] = [
    {
      name: 'API requests to GitLab',
      value: count(target, /^\/api\//),
      limit: Math.max(repositories / 50, 10),
    },
    // Both lists of owners, the repositories of each; and who the token is, and whether an owner is hidden.
    { name: 'API requests to GitBucket', value: count(source, /^\/api\//), limit: 2 + owners + 2 },
    { name: 'listings of refs on GitBucket', value: listings(source), limit: repositories },
    { name: 'listings of refs on GitLab', value: listings(target), limit: targetListings },
    { name: 'other than GET', value: [...source, ...target].filter(isWrite).length, limit: 0 },
    { name: 'memory in MB', value: Math.round(rssMB), limit: 200 },
  ];
  console.log(`\n${name}: ${seconds.toFixed(1)} s, CPU ${cpuS.toFixed(1)} s`);
  for (const { name: figure, value, limit } of figures) {
    const verdict = value > limit ? '  TOO MANY' : '';
    console.log(
      `  ${figure.padEnd(30)} ${String(value).padStart(6)}   limit ${String(limit).padStart(6)}${verdict}`,
    );
  }
  return figures.every(({ value, limit }) => value <= limit);
}

function count(requests: readonly LoggedRequest[], pattern: RegExp): number {
  return requests.filter(({ url }) => pattern.test(url)).length;
}

/** But for the one that proves the token on a path that does not exist. */
function listings(requests: readonly LoggedRequest[]): number {
  return requests.filter(({ url }) => url.includes('/info/refs?') && !url.includes('/gb2gl-no-such-')).length;
}

function isWrite({ method }: LoggedRequest): boolean {
  return method !== 'GET';
}
