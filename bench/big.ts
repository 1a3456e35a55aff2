import { spawn } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gitUrls } from './classic.ts';
import { clientCost } from './client.ts';
import { floorOf } from './floor.ts';
import { cli, environment, refsIn } from './run.ts';
import { git } from '../test/helpers/commits.ts';
import { startBenchServers } from './servers.ts';

/**
 * Big repositories: one of 5 GB, one with a file of 2 GB, one with 50,000 refs, one with 1,000,000 commits, each in two
 * sizes: memory has to stay flat, and time to grow as the size does. Prints for each the time of a first run and of one
 * in which nothing changed, the greatest resident memory of gb2gl, and the part of the two servers in the total: of the
 * time (the floor, measured with curl) and of the CPU.
 *
 *   npx tsx bench/big.ts [--scale 1] [--only bytes,file,refs,commits] [--transport auto|relay|mirror]
 *
 * With --scale 0.1 a tenth of all that. TMPDIR needs about five times the size of the largest repository.
 */

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '1' },
    only: { type: 'string', default: 'bytes,file,refs,commits' },
    transport: { type: 'string', default: 'auto' },
  },
});

const megabyte = 1_000_000;
const who = 'Ada <ada@example.com>';

type Fixture = {
  title: (amount: number) => string;
  full: number;
  stream: (amount: number) => Iterable<Buffer | string>;
};

const fixtures: Readonly<Record<string, Fixture>> = {
  bytes: {
    title: (amount) => `${amount} MB in files of 10 MB, a commit each`,
    full: 5000,
    *stream(amount) {
      const noise = noiseOf('bytes');
      for (let number = 0; number < amount / 10; number += 1) yield* commitWith(number, noise, 10);
    },
  },
  file: {
    title: (amount) => `one file of ${amount} MB`,
    full: 2000,
    *stream(amount) {
      yield* commitWith(0, noiseOf('file'), amount);
    },
  },
  refs: {
    title: (amount) => `${amount} refs`,
    full: 50_000,
    *stream(amount) {
      for (let number = 0; number < 200; number += 1) yield smallCommit(number);
      for (let number = 1; number < amount; number += 1) {
        const [kind, ending] = number % 5 === 0 ? ['tags', `v${number}`] : ['heads', `topic/${number}`];
        yield `reset refs/${kind}/${ending}\nfrom :${(number % 200) + 1}\n\n`;
      }
    },
  },
  commits: {
    title: (amount) => `${amount} commits`,
    full: 1_000_000,
    *stream(amount) {
      for (let number = 0; number < amount; number += 1) yield smallCommit(number);
    },
  },
};

function commitHead(number: number): string {
  return `commit refs/heads/main\nmark :${number + 1}\ncommitter ${who} ${1_600_000_000 + number} +0000\ndata 7\ncommit\n\n`;
}

/** A file in one of many folders, as histories are. */
function smallCommit(number: number): string {
  const text = `line ${number}\n`;
  return `${commitHead(number)}M 100644 inline f${number % 97}/${number % 31}.txt\ndata ${text.length}\n${text}\n`;
}

function* commitWith(number: number, noise: () => Buffer, megabytes: number): Iterable<Buffer | string> {
  yield `${commitHead(number)}M 100644 inline file${number}.bin\ndata ${megabytes * megabyte}\n`;
  for (let part = 0; part < megabytes; part += 1) yield noise();
  yield '\n';
}

/** Gives a megabyte each time, which neither shrinks nor resembles another. */
function noiseOf(seed: string): () => Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.from(seed.padEnd(16, '.')), Buffer.alloc(16));
  const zeros = Buffer.alloc(megabyte);
  return () => cipher.update(zeros);
}

async function fill(gitDir: string, chunks: Iterable<Buffer | string>): Promise<void> {
  // Noise is no delta of other noise, and does not shrink: neither this nor the server shall try.
  for (const [key, value] of [
    ['core.compression', '0'],
    ['core.bigFileThreshold', '4m'],
  ] as const)
    git(gitDir, 'config', key, value);
  const child = spawn('git', ['-C', gitDir, 'fast-import', '--quiet', '--force'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  await pipeline(Readable.from(chunks, { objectMode: true }), child.stdin);
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  // As many files would be opened for each listing.
  git(gitDir, 'pack-refs', '--all');
}

type Measured = { seconds: number; again: number; memory: number; floor: number; servers: number };

async function measure({ stream }: Fixture, amount: number): Promise<Measured> {
  const servers = await startBenchServers();
  try {
    const { gitbucket, gitlabs, folder } = servers;
    const gitlab = gitlabs.tool;
    gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
    gitbucket.addRepository({ owner: 'team', name: 'big', defaultBranch: 'main', private: true });
    const source = gitbucket.gitDir('team', 'big');
    await fill(source, stream(amount));
    const cwd = join(folder, 'work');
    await mkdir(cwd);
    const probe = join(folder, 'probe.json');
    const run = (): ReturnType<typeof clientCost> =>
      clientCost(process.execPath, [cli, 'migrate', '--all', '--yes', '--transport', values.transport], {
        cwd,
        env: {
          ...environment(gitbucket, gitlab),
          GB2GL_PROBE: probe,
          NODE_OPTIONS: `--import ${fileURLToPath(new URL('probe.mjs', import.meta.url))}`,
        },
      });
    const first = await run();
    const { rssMB: memory } = JSON.parse(readFileSync(probe, 'utf8')) as { rssMB: number };
    if (refsIn(gitlab.gitDir('team/big')) !== refsIn(source)) throw new Error('refs differ');
    const second = await run();
    gitlabs.loop.addGroup({ path: 'team' });
    gitlabs.loop.addProject({ namespace: 'team', path: 'big' });
    const floor = await floorOf(source, gitUrls(gitbucket, gitlabs.loop, 'team/big'), folder);
    return {
      seconds: first.seconds,
      again: second.seconds,
      memory,
      floor: Math.max(floor.pull, floor.push),
      servers: (first.cpu - first.client) / first.cpu,
    };
  } finally {
    await servers.close();
  }
}

for (const name of values.only.split(',')) {
  const fixture = fixtures[name];
  if (fixture === undefined) throw new Error(`no fixture ${name}: ${Object.keys(fixtures).join(', ')}`);
  const full = Math.round(fixture.full * Number(values.scale));
  const [half, whole] = [await shown(fixture, Math.round(full / 2)), await shown(fixture, full)];
  console.log(
    `  twice the size: ${(whole.seconds / half.seconds).toFixed(2)} x the time, ${(whole.memory - half.memory).toFixed(0)} MB more\n`,
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}

async function shown(fixture: Fixture, amount: number): Promise<Measured> {
  const measured = await measure(fixture, amount);
  const { seconds, again, memory, floor, servers } = measured;
  console.log(
    `${fixture.title(amount).padEnd(44)} ${seconds.toFixed(1)} s, again ${again.toFixed(1)} s, memory ${memory.toFixed(0)} MB; the servers' own: ${floor.toFixed(1)} s (${percent(floor / seconds)} of the time), ${percent(servers)} of the CPU`,
  );
  return measured;
}
