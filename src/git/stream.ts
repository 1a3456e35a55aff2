import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Runtime } from '../environment.ts';
import { GitExit } from './errors.ts';
import { killGit } from './kill-git.ts';

/** A git command under way. */
export type RunningGit = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** @throws GitExit when git exits with another code than 0, or is ended */
  ended: Promise<void>;
  stop: () => void;
};

export type StartOptions = {
  directory: string;
  env: Record<string, string>;
  signal: AbortSignal;
  runtime: Pick<Runtime, 'kill'>;
};

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts git in a session of its own, which keeps the terminal's Ctrl-C from it. */
export function startGit(
  args: readonly string[],
  { directory, env, signal, runtime }: StartOptions,
): RunningGit {
  const child = spawn('git', ['-C', directory, ...args], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // What is written to a git that has died is lost, and its exit code tells why.
  child.stdin.on('error', () => {});

  function stop(): void {
    const { pid, exitCode, signalCode } = child;
    if (pid !== undefined && exitCode === null && signalCode === null) killGit(pid, runtime);
  }

  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const ended = endOf(child, signal).finally(() => signal.removeEventListener('abort', stop));
  // Whoever waits hears of it; nobody may be waiting yet.
  ended.catch(() => {});
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, stop };
}

const keptOfStderr = 4000;

async function endOf(child: Child, signal: AbortSignal): Promise<void> {
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString('utf8')}`.slice(-keptOfStderr);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  // One that was quick enough has still been ended as far as its caller is concerned.
  if (code !== 0 || signal.aborted) throw new GitExit(code || -1, '', stderr);
}

/** Waits for all of them; when one fails, the others are ended. */
export async function together(gits: readonly RunningGit[], work: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.all([...work, ...gits.map(({ ended }) => ended)]);
  } catch (error) {
    // Which of them fails first is chance: the one that says something tells why.
    for (const { stop } of gits) stop();
    const ends = await Promise.allSettled(gits.map(({ ended }) => ended));
    const reasons = ends.map((end) => (end.status === 'rejected' ? (end.reason as unknown) : null));
    throw reasons.find((reason) => reason instanceof GitExit && reason.stderr !== '') ?? error;
  }
}

/** Gives each line to `visit`, one after the other; never holds more than a chunk and the line under way. */
export async function eachLine(
  stream: Readable,
  visit: (line: string) => void | Promise<void>,
  end: RegExp | string = '\n',
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split(end);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const waiting = visit(line);
      if (waiting !== undefined) await waiting;
    }
  }
  if (rest !== '') await visit(rest);
}

/** Writes as fast as the reader takes it. */
export async function feed(stdin: Writable, lines: Iterable<string>): Promise<void> {
  for (const line of lines) await feedLine(stdin, line);
  stdin.end();
}

/** Waits only when git has enough for now. */
export function feedLine(stdin: Writable, line: string): void | Promise<void> {
  if (stdin.destroyed || stdin.write(`${line}\n`)) return;
  return new Promise((resolve) => {
    stdin.once('drain', resolve);
    stdin.once('close', resolve);
  });
}
