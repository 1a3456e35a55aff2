import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGitBucket } from '../sandbox/gitbucket.ts';
import { createGitLab } from '../sandbox/gitlab.ts';
import { createRemote, type Remote } from '../src/git/remote.ts';
import { createHttp } from '../src/net/http.ts';
import { createLimiter } from '../src/net/connections.ts';
import { createRelayTransport } from '../src/transfer/relay.ts';
import { commitOn, git } from '../test/helpers/commits.ts';
import { quietRuntime } from '../test/helpers/prepared.ts';

// How much memory the relay takes for large repositories, one and eight at once.
// Run with: npx tsx bench/memory.ts [megabytes]

const MB = 1_000_000;
const EVERY_MS = 20;

type Task = { gitbucket: string; gitlab: string; sourceToken: string; targetToken: string; names: string[] };

/** The client alone, in a process of its own. */
async function client(task: Task): Promise<void> {
  const transport = createRelayTransport(quietRuntime('.'));
  const remoteOf = (side: 'source' | 'target', name: string): Remote => {
    const isSource = side === 'source';
    const http = createHttp({
      server: { side, name: isSource ? 'GitBucket' : 'GitLab', url: isSource ? task.gitbucket : task.gitlab },
      headers: {},
      ca: null,
      limiter: createLimiter(8, { now: Date.now, sleep: () => Promise.resolve() }),
      timeoutMs: 60_000,
      streamTimeoutMs: 600_000,
      backoffMs: 100,
      now: Date.now,
      signal: new AbortController().signal,
      emit() {},
    });
    return createRemote(http, {
      path: isSource ? `/git/team/${name}.git` : `/team/${name}.git`,
      username: isSource ? 'root' : 'oauth2',
      password: isSource ? task.sourceToken : task.targetToken,
      caFile: null,
      silenceMs: 600_000,
      whyRefused: ({ status }) => Promise.resolve(new Error(`refused: ${status}`) as never),
    });
  };
  const idle = process.memoryUsage().rss;
  let peak = idle;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), EVERY_MS);
  const began = Date.now();
  const moved = await Promise.all(task.names.map((name) => move(name)));
  clearInterval(watch);
  const bytes = moved.reduce((sum, size) => sum + size, 0);
  const seconds = (Date.now() - began) / 1000;
  const { user, system } = process.cpuUsage();
  process.stdout.write(
    `${task.names.length} at once: ${Math.round(bytes / MB)} MB in ${seconds.toFixed(1)} s, ` +
      `${((user + system) / 1e6).toFixed(1)} s of CPU, ` +
      `idle ${Math.round(idle / MB)} MB, peak ${Math.round(peak / MB)} MB, ` +
      `${Math.round((peak - idle) / MB)} MB above idle\n`,
  );

  async function move(name: string): Promise<number> {
    const source = remoteOf('source', name);
    const listing = await source.advertisement('git-upload-pack');
    const id = /([0-9a-f]{40}) refs\/heads\/main/.exec(listing.toString('latin1'))?.[1] ?? null;
    const { bytes: size, results } = await transport.transfer({
      id: `team/${name}`,
      attempt: 1,
      source,
      target: remoteOf('target', name),
      patterns: ['refs/heads/*'],
      changes: [
        { ref: 'refs/heads/main', outcome: 'create', old: null, new: id, force: false, afterOthers: false },
      ],
      unverifiedIds: [],
      ensureTarget: () => Promise.resolve(),
      beforeWrite: () => Promise.resolve(),
      progress() {},
      signal: new AbortController().signal,
    });
    if (results.some(({ outcome }) => outcome !== 'written')) throw new Error(JSON.stringify(results));
    return size;
  }
}

/** A commit with so many random megabytes in files of 10 MB. */
async function fill(gitDir: string, folder: string, megabytes: number): Promise<void> {
  // Random bytes are neither deltas of each other nor made smaller: git shall not try.
  git(gitDir, 'config', 'core.bigFileThreshold', '1m');
  git(gitDir, 'config', 'core.compression', '0');
  const lines: string[] = [];
  for (let number = 0; number < megabytes / 10; number += 1) {
    const file = join(folder, 'random');
    const stream = createWriteStream(file);
    stream.end(randomBytes(10 * MB));
    await once(stream, 'close');
    lines.push(`100644 blob ${git(gitDir, 'hash-object', '-w', file)}\tfile${number}\n`);
  }
  const child = spawn('git', ['-C', gitDir, 'mktree'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(lines.join(''));
  let tree = '';
  for await (const chunk of child.stdout) tree += String(chunk);
  const first = commitOn(gitDir, 'main', 'first');
  git(
    gitDir,
    'update-ref',
    'refs/heads/main',
    git(gitDir, 'commit-tree', tree.trim(), '-p', first, '-m', 'large'),
  );
}

async function bench(megabytes: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gb2gl-memory-'));
  const gitbucket = await createGitBucket({ dir: join(folder, 'gitbucket') });
  const gitlab = await createGitLab({ dir: join(folder, 'gitlab') });
  try {
    gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
    gitlab.addGroup({ path: 'team' });
    const add = async (name: string, size: number): Promise<string> => {
      gitbucket.addRepository({ owner: 'team', name, private: true });
      gitlab.addProject({ namespace: 'team', path: name });
      await fill(gitbucket.gitDir('team', name), folder, size);
      return name;
    };
    const one = await add('one', megabytes);
    const eight: string[] = [];
    for (let number = 0; number < 8; number += 1) eight.push(await add(`part${number}`, megabytes / 8));
    const access = {
      gitbucket: gitbucket.url,
      gitlab: gitlab.url,
      sourceToken: gitbucket.token('root'),
      targetToken: gitlab.token('root'),
    };
    for (const names of [[one], eight]) {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', fileURLToPath(import.meta.url), '--client', JSON.stringify({ ...access, names })],
        { stdio: 'inherit' },
      );
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`the client ended with ${code}`);
    }
  } finally {
    await Promise.all([gitbucket.close(), gitlab.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

const [first, second] = process.argv.slice(2);
if (first === '--client') await client(JSON.parse(second ?? '{}') as Task);
else await bench(Number(first ?? 300));
