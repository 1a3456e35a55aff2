import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGitBucket, storeLfsObject } from '../sandbox/gitbucket.ts';
import { createGitLab } from '../sandbox/gitlab.ts';
import type { SandboxServer } from '../sandbox/server.ts';
import { createGitBucketSource } from '../src/gitbucket/source.ts';
import { createGitLabTarget } from '../src/gitlab/target.ts';
import type { LfsObject } from '../src/model/source.ts';
import { createLimiter } from '../src/net/connections.ts';
import { createHttp, type Http } from '../src/net/http.ts';
import { copyLfs } from '../src/transfer/lfs.ts';
import { filesOf } from '../test/helpers/odd-objects.ts';
import { git } from '../test/helpers/commits.ts';
import { clientCost, median } from './client.ts';

/**
 * The LFS objects of one repository, against `git lfs fetch --all` and `git lfs push --all` of the same. Each server is a
 * process of its own, as on machines of their own; what is on both GitLabs afterwards is compared byte for byte.
 *
 *   LFS_OBJECTS=500 LFS_MB=1000 LFS_ROUNDS=3 LFS_ANSWER_MS=25 LFS_LINE_MB=50 npx tsx bench/lfs.ts
 *
 * LFS_ANSWER_MS is added to every answer of both servers; LFS_LINE_MB is what the line of each carries in a second, each
 * way, 0 for no limit. Needs git-lfs.
 */

const MB = 1_000_000;
const count = Number(process.env['LFS_OBJECTS'] ?? 500);
const megabytes = Number(process.env['LFS_MB'] ?? 1000);
const rounds = Number(process.env['LFS_ROUNDS'] ?? 3);
const answerMs = Number(process.env['LFS_ANSWER_MS'] ?? 25);
const lineMB = Number(process.env['LFS_LINE_MB'] ?? 50);
const everyMs = 20;
/** No timer is more exact. */
const leastWaitMs = 2;
/** What a line may make up for: on a busy machine everybody comes late to send. */
const burstMs = 250;

type Server = { url: string; token: string };
type Task = { source: Server; target: Server; objects: LfsObject[] };
type Cost = { seconds: number; cpu: number; idle: number; peak: number; bytes: number };

/** Ten sizes from a tenth to nearly twice the mean. */
function sizeOf(index: number): number {
  return Math.round(((megabytes * MB) / count) * (0.1 + (index % 10) * 0.2));
}

function slowed(server: SandboxServer): void {
  if (answerMs === 0) return;
  server.faults.add({ url: /^/, times: Infinity, action: { kind: 'slow', ms: answerMs } });
}

/** How far one direction of a line is used up. */
type Direction = { freeAt: number };

/** Passes everything on, no faster than the line, which all connections share. */
async function pass(from: Socket, to: Socket, direction: Direction): Promise<void> {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      const ms = chunk.length / (lineMB * 1000);
      direction.freeAt = Math.max(direction.freeAt, performance.now() - burstMs) + ms;
      const wait = direction.freeAt - performance.now();
      if (wait > leastWaitMs) await sleep(wait);
      if (!to.write(chunk)) await once(to, 'drain');
    }
    to.end();
  } catch {
    from.destroy();
    to.destroy();
  }
}

/** An address before a server that is not there yet; the server's own where the line is none. */
async function startLine(): Promise<{ url: string | undefined; leadTo(port: number): void }> {
  if (lineMB === 0) return { url: undefined, leadTo: () => {} };
  let upstream = 0;
  const [up, down]: Direction[] = [{ freeAt: 0 }, { freeAt: 0 }];
  const server = createServer((socket) => {
    const inner = connect(upstream, '127.0.0.1');
    for (const end of [socket, inner]) end.setNoDelay(true).on('error', () => end.destroy());
    if (up && down) void Promise.all([pass(socket, inner, up), pass(inner, socket, down)]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (port) => (upstream = port),
  };
}

/** GitBucket with the repository `team/lfs`. */
async function serveSource(dir: string): Promise<void> {
  const line = await startLine();
  const gitbucket = await createGitBucket({ dir, ...(line.url === undefined ? {} : { baseUrl: line.url }) });
  line.leadTo(gitbucket.server.port);
  gitbucket.addGroup({ login: 'team', members: [{ login: 'root', manager: true }] });
  gitbucket.addRepository({ owner: 'team', name: 'lfs', defaultBranch: 'main' });
  const objects: LfsObject[] = [];
  const pointers: Record<string, string> = {};
  for (let index = 0; index < count; index += 1) {
    const bytes = randomBytes(sizeOf(index));
    const oid = createHash('sha256').update(bytes).digest('hex');
    await storeLfsObject(gitbucket.context, 'team', 'lfs', oid, bytes);
    objects.push({ oid, size: bytes.length });
    pointers[`file${index}.bin`] =
      `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
  }
  const gitDir = gitbucket.gitDir('team', 'lfs');
  const commit = filesOf(gitDir, pointers, { parents: [], message: 'all' });
  git(gitDir, 'update-ref', 'refs/heads/main', commit);
  slowed(gitbucket.server);
  process.send?.({ server: { url: line.url ?? gitbucket.url, token: gitbucket.token('root') }, objects });
}

/** GitLab with the empty project `root/lfs`. */
async function serveTarget(dir: string): Promise<void> {
  const line = await startLine();
  const gitlab = await createGitLab({ dir, ...(line.url === undefined ? {} : { externalUrl: line.url }) });
  line.leadTo(gitlab.server.port);
  gitlab.addProject({ namespace: 'root', path: 'lfs' });
  slowed(gitlab.server);
  process.send?.({
    server: { url: line.url ?? gitlab.url, token: gitlab.token('root') },
    folder: gitlab.context.lfsDir(),
  });
}

/** The client alone, in a process of its own: question, copy and proof. */
async function client({ source: from, target: to, objects }: Task): Promise<void> {
  const { signal } = new AbortController();
  const http = (side: 'source' | 'target', url: string, headers: Record<string, string>): Http =>
    createHttp({
      server: { side, name: side === 'source' ? 'GitBucket' : 'GitLab', url },
      headers,
      ca: null,
      limiter: createLimiter(8, { now: Date.now, sleep: () => Promise.resolve() }),
      timeoutMs: 60_000,
      streamTimeoutMs: 600_000,
      backoffMs: 100,
      now: Date.now,
      signal,
      emit() {},
    });
  const source = createGitBucketSource({
    http: http('source', from.url, { authorization: `token ${from.token}` }),
    anonymousHttp: http('source', from.url, {}),
    token: from.token,
    username: null,
    password: null,
    caFile: null,
    silenceMs: 60_000,
  });
  const target = createGitLabTarget(http('target', to.url, { 'private-token': to.token }), {
    token: to.token,
    caFile: null,
    silenceMs: 60_000,
  });
  const idle = process.memoryUsage().rss;
  let peak = idle;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), everyMs);
  const before = process.cpuUsage();
  const began = performance.now();
  await source.connect();
  await target.connect();
  const writer = target.lfs('root/lfs');
  const { bytes, lost } = await copyLfs({
    id: 'team/lfs',
    objects,
    reader: source.lfs({ owner: 'team', name: 'lfs' }),
    writer,
    progress() {},
    signal,
  });
  const unproven = await writer.unprovable(objects, signal);
  if (lost.length + unproven.length > 0) throw new Error(JSON.stringify([lost, unproven]));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  const { user, system } = process.cpuUsage(before);
  process.send?.({ seconds, cpu: (user + system) / 1e6, idle, peak, bytes });
}

function start(...args: string[]): ChildProcess {
  const program = fileURLToPath(import.meta.url);
  return fork(program, args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function firstMessage<T>(child: ChildProcess): Promise<T> {
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`a process of the benchmark ended with ${String(code)}`);
    }),
  ])) as [T];
  return message;
}

function address({ url, token }: Server, user: string): string {
  return url.replace('://', `://${user}:${token}@`);
}

/** Fetches all into a bare clone and pushes all from there; the clone itself does not count. */
async function withGitLfs(
  folder: string,
  { source, target }: Task,
): Promise<{ seconds: number; client: number }> {
  const clone = join(folder, 'clone.git');
  const from = `${address(source, 'root')}/git/team/lfs.git`;
  execFileSync('git', ['clone', '--quiet', '--bare', from, clone], { stdio: 'inherit' });
  const options = { cwd: clone, env: {} };
  const fetched = await clientCost('git', ['lfs', 'fetch', '--all', 'origin'], options);
  const to = `${address(target, 'oauth2')}/root/lfs.git`;
  execFileSync('git', ['-C', clone, 'remote', 'add', 'target', to]);
  const pushed = await clientCost('git', ['lfs', 'push', '--all', 'target'], options);
  rmSync(clone, { recursive: true });
  return { seconds: fetched.seconds + pushed.seconds, client: fetched.client + pushed.client };
}

/** Every object is there and is what its id says; nothing else is. */
function compare(folder: string, objects: readonly LfsObject[]): void {
  const wanted = new Map(objects.map(({ oid, size }) => [oid, size]));
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  let found = 0;
  for (const name of names) {
    const oid = name.replaceAll('/', '');
    const size = wanted.get(oid);
    if (size === undefined) {
      if (oid.length >= 64) throw new Error(`${name} is none of the objects`);
      continue;
    }
    const bytes = readFileSync(join(folder, name));
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (bytes.length !== size || digest !== oid) throw new Error(`${name} is not what its name says`);
    found += 1;
  }
  if (found !== wanted.size) throw new Error(`${wanted.size - found} of ${wanted.size} objects are missing`);
}

/** One way, into a GitLab of its own. */
async function intoNew<T>(
  folder: string,
  { server: source, objects }: { server: Server; objects: LfsObject[] },
  move: (task: Task) => Promise<T>,
): Promise<T> {
  const dir = join(folder, 'gitlab');
  await mkdir(dir);
  const child = start('target', dir);
  try {
    const { server: target, folder: stored } = await firstMessage<{ server: Server; folder: string }>(child);
    const result = await move({ source, target, objects });
    compare(stored, objects);
    return result;
  } finally {
    child.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function runClient(task: Task): Promise<Cost> {
  const child = start('client');
  child.send(task);
  return firstMessage<Cost>(child);
}

async function bench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gb2gl-lfs-'));
  const source = start('source', join(folder, 'gitbucket'));
  try {
    const stored = await firstMessage<{ server: Server; objects: LfsObject[] }>(source);
    const results: { tool: Cost; gitLfs: { seconds: number; client: number } }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const tool = (): Promise<Cost> => intoNew(folder, stored, runClient);
      const other = (): Promise<{ seconds: number; client: number }> =>
        intoNew(folder, stored, (task) => withGitLfs(folder, task));
      const [own, theirs] = round % 2 === 0 ? [await tool(), await other()] : await swapped(tool, other);
      results.push({ tool: own, gitLfs: theirs });
      console.log(
        `round ${round + 1}: gb2gl ${own.seconds.toFixed(2)} s, git lfs ${theirs.seconds.toFixed(2)} s`,
      );
    }
    const of = (pick: (result: (typeof results)[number]) => number): number => median(results.map(pick));
    const total = stored.objects.reduce((sum, { size }) => sum + size, 0);
    console.log(
      `${count} objects, ${Math.round(total / MB)} MB, ${answerMs} ms for every answer, ${lineMB === 0 ? 'no line' : `${lineMB} MB/s`}: ` +
        `gb2gl ${of(({ tool }) => tool.seconds).toFixed(2)} s (its CPU ${of(({ tool }) => tool.cpu).toFixed(1)} s, ` +
        `memory idle ${Math.round(of(({ tool }) => tool.idle) / MB)} MB, at most ${Math.round(of(({ tool }) => tool.peak) / MB)} MB), ` +
        `git lfs ${of(({ gitLfs }) => gitLfs.seconds).toFixed(2)} s (its CPU ${of(({ gitLfs }) => gitLfs.client).toFixed(1)} s), ` +
        `${of(({ tool, gitLfs }) => gitLfs.seconds / tool.seconds).toFixed(2)} x`,
    );
  } finally {
    source.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function swapped<A, B>(first: () => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
  const later = await second();
  return [await first(), later];
}

const [role, dir = ''] = process.argv.slice(2);
if (role === 'source') await serveSource(dir);
else if (role === 'target') await serveTarget(dir);
else if (role === 'client') {
  const [task] = (await once(process, 'message')) as [Task];
  await client(task);
  process.disconnect();
} else await bench();
