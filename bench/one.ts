import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seedMany } from '../sandbox/seed/many.ts';
import type { LoggedRequest } from '../sandbox/server.ts';
import { clientCost, median, type ClientCost } from './client.ts';
import { cli, environment, refsIn } from './run.ts';
import { startBenchServers } from './servers.ts';

/**
 * One repository of an owner with many, first run and a second one in which nothing changed, between servers that take
 * their time as real ones do: GitBucket for each repository that it opens (GB-156), both for every answer. It is named
 * exactly, or by a pattern for which the owner's list is read. With --before an older build is measured too, and
 * --requests shows when which request of the last second run was under way.
 *
 *   npx tsx bench/one.ts [--repositories 100] [--rounds 5] [--open 12] [--answer 25] [--before OTHER/dist/cli.js] [--requests]
 */

const { values } = parseArgs({
  options: {
    repositories: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
    open: { type: 'string', default: '12' },
    answer: { type: 'string', default: '25' },
    before: { type: 'string' },
    requests: { type: 'boolean', default: false },
  },
});
const name = 'repository-0001';
const answerMs = Number(values.answer);

type Runs = { first: ClientCost; second: ClientCost };
type Way = { title: string; program: string; repo: string };

const ways: Way[] = [
  ...(values.before === undefined ? [] : [{ title: 'before', program: values.before, repo: name }]),
  { title: "from its owner's list", program: cli, repo: name.replace('r', '?') },
  { title: 'by its name', program: cli, repo: name },
];
const results = ways.map((): Runs[] => []);
for (let round = 0; round < Number(values.rounds); round += 1)
  for (const [index, way] of ways.entries()) results[index]?.push(await measure(way));

console.log(
  `one of ${values.repositories} repositories; ${values.open} ms to open one, ${answerMs} ms for every answer\n`,
);
const medians = results.map((rounds) => ({
  first: median(rounds.map(({ first }) => first.seconds)),
  second: median(rounds.map(({ second }) => second.seconds)),
  client: median(rounds.map(({ second }) => second.client)),
}));
for (const [index, { title }] of ways.entries()) {
  const [base, own] = [medians[0], medians[index]];
  if (!base || !own) continue;
  const of = (run: 'first' | 'second'): string =>
    `${own[run].toFixed(2)} s (${(own[run] / base[run]).toFixed(2)})`;
  console.log(
    `${title.padEnd(24)} first ${of('first')}   second, nothing changed ${of('second')}, its client's CPU ${own.client.toFixed(2)} s`,
  );
}

/** Both runs between fresh servers. */
async function measure({ program, repo }: Way): Promise<Runs> {
  const servers = await startBenchServers({ openMs: Number(values.open) });
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const gitlab = gitlabs.tool;
    await seedMany(gitbucket, { repositories: Number(values.repositories), refs: 50, groups: 1 });
    for (const { server } of [gitbucket, gitlab])
      server.faults.add({ url: /^/, times: Infinity, action: { kind: 'slow', ms: answerMs } });
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const run = (): Promise<ClientCost> =>
      clientCost(process.execPath, [program, 'migrate', '--yes', '--repo', `group-01/${repo}`], {
        cwd,
        env: environment(gitbucket, gitlab),
      });
    const first = await run();
    if (refsIn(gitlab.gitDir(`group-01/${name}`)) !== refsIn(gitbucket.gitDir('group-01', name)))
      throw new Error('refs differ');
    await gitlab.settle();
    for (const { server } of [gitbucket, gitlab]) server.requests.length = 0;
    const began = Date.now();
    const second = await run();
    if (values.requests) show(began, gitbucket.server.requests, gitlab.server.requests);
    return { first, second };
  } finally {
    await servers.close();
  }
}

/** When each request came and how long it took, in milliseconds since the start of the command. */
function show(began: number, source: readonly LoggedRequest[], target: readonly LoggedRequest[]): void {
  const all = [
    ...source.map((request) => ({ side: 'source', ...request })),
    ...target.map((request) => ({ side: 'target', ...request })),
  ].sort((a, b) => a.at - b.at);
  console.log('');
  for (const { side, at, ms, method, url } of all) {
    const times = `${String(at - began).padStart(5)} +${String(Math.round(ms)).padEnd(5)}`;
    console.log(`${times} ${side} ${method} ${url}`);
  }
}
