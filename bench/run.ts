import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { EmbeddedGitBucket } from '../sandbox/gitbucket.ts';
import type { EmbeddedGitLab } from '../sandbox/gitlab.ts';

export const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** Runs a command to its end; gives seconds. A wrong exit code is an error with the output. */
export async function timed(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string>; codes?: readonly number[] },
): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], HOME: options.cwd, GIT_TERMINAL_PROMPT: '0', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (!(options.codes ?? [0]).includes(code ?? -1)) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-4000)}`);
  }
  return (performance.now() - started) / 1000;
}

/** CPU seconds of this process and of all its children that have ended: client, servers and their git. Linux only. */
export function cpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return ticks / 100;
}

export function environment(gitbucket: EmbeddedGitBucket, gitlab: EmbeddedGitLab): Record<string, string> {
  return {
    GITBUCKET_URL: gitbucket.url,
    GITBUCKET_TOKEN: gitbucket.token('root'),
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token('root'),
  };
}

/** Heads and tags of a bare repository as sorted lines. */
export function refsIn(gitDir: string): string {
  return execFileSync(
    'git',
    ['-C', gitDir, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
}

export type Cost = { seconds: number; cpu: number };

/** Wall time of the job, and CPU time of everything that worked for it on this machine. */
export async function costOf(job: () => Promise<number>): Promise<Cost> {
  const before = cpuSeconds();
  const seconds = await job();
  return { seconds, cpu: cpuSeconds() - before };
}

export function line(name: string, tool: Cost, loop: Cost): string {
  const text = ({ seconds, cpu }: Cost): string =>
    `${seconds.toFixed(2).padStart(7)} s (cpu ${cpu.toFixed(1)} s)`;
  const ratio = (tool.seconds / loop.seconds).toFixed(2);
  const cpuRatio = (tool.cpu / loop.cpu).toFixed(2);
  return `${name.padEnd(30)} gb2gl ${text(tool)}   loop ${text(loop)}   ratio ${ratio} (cpu ${cpuRatio})`;
}
