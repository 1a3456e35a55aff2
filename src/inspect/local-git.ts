import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { GitExit } from '../git/run.ts';

/** git in one repository on disk, without any server. */
export type LocalGit = {
  directory: string;
  /** As `gitEnvironment` makes it. */
  env: Record<string, string>;
  signal: AbortSignal;
};

export type RunningGit = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** @throws GitExit when git exits with another code than 0 */
  ended: Promise<void>;
  stop: () => void;
};

const KEPT_OF_STDERR = 4000;

/**
 * Starts git with streams, where simple-git would hold the whole output. A session of its own keeps the terminal's
 * Ctrl-C from it: the first one lets what is under way come to its end.
 */
export function startGit({ directory, env, signal }: LocalGit, args: readonly string[]): RunningGit {
  const child = spawn('git', ['-C', directory, ...args], {
    env,
    signal,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // What is written to a git that has died is lost, and its exit code tells why.
  child.stdin.on('error', () => {});
  const ended = endOf(child);
  // Whoever waits hears of it; nobody may be waiting yet.
  ended.catch(() => {});
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    stop: () => void child.kill(),
  };
}

async function endOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<void> {
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString('utf8')}`.slice(-KEPT_OF_STDERR);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new GitExit(code ?? -1, '', words);
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

export type BatchEntry = { id: string; size: number; rest: string; content: string };

/** One object of `cat-file --batch='%(objectname) %(objectsize) %(rest)'` after the other; all are small. */
export async function eachEntry(stream: Readable, visit: (entry: BatchEntry) => void): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    bytes = bytes.subarray(takeWhole(bytes, visit));
  }
}

/** Visits the entries that are complete; gives the number of bytes that they took. */
function takeWhole(bytes: Buffer, visit: (entry: BatchEntry) => void): number {
  let at = 0;
  for (let end = bytes.indexOf(10, at); end >= 0; end = bytes.indexOf(10, at)) {
    const [, id = '', digits = '', rest = ''] =
      /^(\S+) (\S+)(?: (.*))?$/.exec(bytes.toString('utf8', at, end)) ?? [];
    const size = Number(digits);
    // `<what was asked> missing`
    if (!Number.isInteger(size)) {
      at = end + 1;
      continue;
    }
    if (bytes.length < end + 1 + size + 1) break;
    const content = bytes.toString('utf8', end + 1, end + 1 + size);
    visit({ id, size, rest, content });
    at = end + 1 + size + 1;
  }
  return at;
}
