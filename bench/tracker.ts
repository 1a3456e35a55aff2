import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { EmbeddedGitBucket } from '../sandbox/gitbucket.ts';
import type { EmbeddedGitLab } from '../sandbox/gitlab.ts';
import { trackerOf } from '../sandbox/gitlab.ts';
import { cli, environment, timed } from './run.ts';
import { startBenchServers } from './servers.ts';
import { fillTracker, known, trackerId, type Item, type Items, type TrackerSize } from './tracker-source.ts';

/**
 * The issues and pull requests of one repository: gb2gl, which has GitLab load archives, against one REST call for each
 * issue, comment, merge request and closing. Both begin where git is there already. Then a quarter of it, to see whether
 * memory grows, and a run in which nothing has changed.
 *
 *   npx tsx bench/tracker.ts [--issues 1000] [--comments 5] [--pulls 200] [--parallel 4] [--answer 0] [--token] [--profile DIR]
 *
 * `--answer` is added to every answer of both servers, in milliseconds; with `--token` gb2gl has no password, so it reads
 * GitBucket by its API instead of its database; `--profile` keeps a CPU profile of gb2gl, and no REST is run.
 */

const { values } = parseArgs({
  options: {
    issues: { type: 'string', default: '1000' },
    comments: { type: 'string', default: '5' },
    pulls: { type: 'string', default: '200' },
    parallel: { type: 'string', default: '4' },
    answer: { type: 'string', default: '0' },
    token: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const full: TrackerSize = {
  issues: Number(values.issues),
  comments: Number(values.comments),
  pulls: Number(values.pulls),
};
const quarter = { ...full, issues: Math.ceil(full.issues / 4), pulls: Math.ceil(full.pulls / 4) };

type Probe = { rssMB: number; cpuS: number };
type Cost = Probe & { seconds: number; source: number; target: number };
type Way = 'tool' | 'loop';

async function measure(size: TrackerSize, withRest: boolean) {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const wanted = await fillTracker(gitbucket, size);
    for (const gitlab of Object.values(gitlabs)) prepare(gitlab);
    const commandOf = async (way: Way) => toolIn(join(folder, way), gitbucket, gitlabs[way]);
    const tool = await commandOf('tool');
    const git = await tool.run({ tracker: 'off' });
    for (const { server } of [gitbucket, gitlabs.tool]) slow(server);
    const first = await tool.run({ tracker: 'auto', ...(values.profile && { profile: values.profile }) });
    const again = await tool.run({ tracker: 'auto' });
    if (JSON.stringify(itemsOnGitLab(gitlabs.tool)) !== JSON.stringify(wanted))
      throw new Error('gb2gl: the items differ');
    if (!withRest) return { git, first, again, rest: null, moved: null };
    for (const { server } of [gitbucket, gitlabs.tool]) server.faults.clear();
    await (await commandOf('loop')).run({ tracker: 'off' });
    for (const { server } of [gitbucket, gitlabs.loop]) slow(server);
    const rest = await restRun(folder, gitbucket, gitlabs.loop);
    const moved = itemsOnGitLab(gitlabs.loop);
    if (JSON.stringify(moved.issues) !== JSON.stringify(wanted.issues))
      throw new Error('REST: the issues differ');
    return { git, first, again, rest, moved: told(wanted.pulls, moved.pulls) };
  } finally {
    await servers.close();
  }
}

/** The limits on writing would be all that is measured: they are off on both. */
function prepare(gitlab: EmbeddedGitLab): void {
  gitlab.settings.importSources = ['gitlab_project'];
  for (const key of ['project_import', 'notes_create', 'issues_create'])
    gitlab.settings.applicationLimits[key] = { threshold: 0, interval: 0 };
  for (const username of known) gitlab.addUser({ username, email: `${username}@example.com` });
}

function slow({ faults }: EmbeddedGitLab['server']): void {
  const ms = Number(values.answer);
  if (ms > 0) faults.add({ url: /^/, times: Infinity, action: { kind: 'slow', ms } });
}

async function toolIn(cwd: string, gitbucket: EmbeddedGitBucket, gitlab: EmbeddedGitLab) {
  await mkdir(cwd);
  const probe = join(cwd, 'probe.json');
  const signIn = values.token ? {} : { username: 'root', password: 'root' };
  return {
    async run({ tracker, profile }: { tracker: 'auto' | 'off'; profile?: string }): Promise<Cost> {
      const config = { source: { url: gitbucket.url, ...signIn }, migrate: { tracker } };
      await writeFile(join(cwd, 'migrate.config.json'), JSON.stringify(config), { mode: 0o600 });
      const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
      return costOf(gitbucket, gitlab, probe, () =>
        timed(process.execPath, [...profiling, cli, 'migrate', '--all', '--yes'], {
          cwd,
          env: {
            ...environment(gitbucket, gitlab),
            GB2GL_PROBE: probe,
            NODE_OPTIONS: `--import ${fileURLToPath(new URL('probe.mjs', import.meta.url))}`,
          },
          // The report names what changed on the way, such as mentions of people without an account.
          codes: [0, 2],
        }),
      );
    },
  };
}

async function restRun(folder: string, gitbucket: EmbeddedGitBucket, gitlab: EmbeddedGitLab): Promise<Cost> {
  const probe = join(folder, 'rest-probe.json');
  const task = {
    source: { url: gitbucket.url, headers: { authorization: `token ${gitbucket.token('root')}` } },
    target: { url: gitlab.url, headers: { 'private-token': gitlab.token('root') } },
    repository: trackerId,
    project: gitlab.project(trackerId).id,
    parallel: Number(values.parallel),
  };
  const program = fileURLToPath(new URL('tracker-rest.mjs', import.meta.url));
  return costOf(gitbucket, gitlab, probe, () =>
    timed(process.execPath, [program], {
      cwd: folder,
      env: { GB2GL_REST: JSON.stringify(task), GB2GL_PROBE: probe },
    }),
  );
}

async function costOf(
  gitbucket: EmbeddedGitBucket,
  gitlab: EmbeddedGitLab,
  probe: string,
  job: () => Promise<number>,
): Promise<Cost> {
  const [source, target] = [gitbucket.server.requests.length, gitlab.server.requests.length];
  const seconds = await job();
  return {
    ...(JSON.parse(readFileSync(probe, 'utf8')) as Probe),
    seconds,
    source: gitbucket.server.requests.length - source,
    target: gitlab.server.requests.length - target,
  };
}

function itemsOnGitLab(gitlab: EmbeddedGitLab): Items {
  const { issues, mergeRequests } = trackerOf(gitlab.project(trackerId));
  const shown = (all: typeof issues | typeof mergeRequests): Item[] =>
    all
      .map(({ iid: number, title, state, notes }) => ({
        number,
        title,
        state: state === 'locked' ? 'opened' : state,
        comments: notes.filter(({ system }) => !system).length,
      }))
      .sort((one, other) => one.number - other.number);
  return { issues: shown(issues), pulls: shown(mergeRequests) };
}

function merged(items: readonly Item[]): number {
  return items.filter(({ state }) => state === 'merged').length;
}

/** What of the pull requests is as it was. */
function told(wanted: readonly Item[], found: readonly Item[]): string {
  const byNumber = new Map(found.map((item) => [item.number, item]));
  const numbers = wanted.filter(({ number, title }) => byNumber.get(number)?.title === title).length;
  return `of ${wanted.length} pull requests ${numbers} have their number, of ${merged(wanted)} merged ones ${merged(found)} are merged`;
}

function line(name: string, { seconds, source, target, cpuS, rssMB }: Cost): string {
  const requests = `requests ${String(source).padStart(5)} + ${String(target).padStart(5)}`;
  return `${name.padEnd(34)} ${seconds.toFixed(1).padStart(7)} s, ${requests}, CPU ${cpuS.toFixed(1).padStart(5)} s, memory at most ${rssMB.toFixed(0)} MB`;
}

function title({ issues, comments, pulls }: TrackerSize): string {
  return `${issues} issues and ${pulls} pull requests, ${comments} comments each`;
}

console.log('requests: to GitBucket + to GitLab\n');
const small = await measure(quarter, false);
console.log(title(quarter));
console.log(line('  gb2gl, tracker off (git only)', small.git));
console.log(line('  gb2gl, the tracker', small.first));
const large = await measure(full, values.profile === undefined);
console.log(`\n${title(full)}; numbers, titles, states and counts of comments are equal after gb2gl`);
console.log(line('  gb2gl, tracker off (git only)', large.git));
console.log(line('  gb2gl, the tracker', large.first));
console.log(line('  gb2gl again, nothing changed', large.again));
console.log(
  `  four times the items: ${(large.first.rssMB - small.first.rssMB).toFixed(0)} MB more, ${(large.first.cpuS / small.first.cpuS).toFixed(2)} x the CPU`,
);
if (large.rest !== null) {
  const { first, rest } = large;
  const ratio = (pick: (cost: Cost) => number): string => (pick(rest) / pick(first)).toFixed(2);
  console.log(line(`  REST, ${values.parallel} at once`, rest));
  console.log(`  REST: the issues are equal; ${large.moved}`);
  console.log(
    `  REST : gb2gl = ${ratio(({ seconds }) => seconds)} in time, ${ratio(({ source }) => source)} in requests to GitBucket, ${ratio(({ target }) => target)} to GitLab, ${ratio(({ cpuS }) => cpuS)} in CPU`,
  );
}
