import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './processes.ts';

/** The built program. */
export const cliFile = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** How Node runs it: with what is kept of an earlier run in compiled form. */
export const programArgs = [
  '--require',
  fileURLToPath(new URL('../compiled/reuse.cjs', import.meta.url)),
  cliFile,
] as const;

export type CliResult = {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
};

export type CliOptions = {
  cwd: string;
  env?: Record<string, string | undefined>;
  /** What stdin holds; without it stdin is empty. */
  input?: string;
  /** As a shell starts it: the leader of a process group of its own, to which the terminal sends Ctrl-C. */
  ownGroup?: boolean;
};

export type RunningCli = {
  child: ChildProcess;
  finished: Promise<CliResult>;
  /** Waits until it has said this on stderr. */
  heard(text: string): Promise<void>;
};

/** Starts the built binary as a child with nothing of the caller's environment but PATH. */
export function startCli(
  args: readonly string[],
  { cwd, env = {}, input = '', ownGroup = false }: CliOptions,
): RunningCli {
  const child = spawn(process.execPath, [...programArgs, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: ownGroup,
  });
  // A program that ends before it has read everything is no fault of the test.
  child.stdin.on('error', () => {}).end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const heard = (text: string): Promise<void> => until(() => stderr.includes(text), `"${text}" on stderr`);
  return { child, finished, heard };
}

export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).finished;
}
