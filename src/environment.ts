import type { OutputConfiguration } from 'commander';
import type { Redactor } from './net/redact.ts';

/** What the outside world gives to a run; only cli.ts makes the real one. */
export type Runtime = {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  now: () => number;
  /** Resolves after `ms`; rejects at once when the signal aborts. With `idle` it keeps no process from ending. */
  sleep: (ms: number, signal?: AbortSignal, idle?: 'idle') => Promise<void>;
  pid: number;
  /** Name of this machine or container. */
  host: string;
  /** Is there a process of this number? */
  alive: (pid: number) => boolean;
  /** Sends a signal to a process, or to a whole group where the id is negative; throws when there is none. */
  kill: (pid: number, signal: NodeJS.Signals) => void;
  /** First Ctrl-C: finish what is under way, start nothing new. */
  stopping: AbortSignal;
  /** Second Ctrl-C: drop everything. */
  aborting: AbortSignal;
  /** Whoever waits puts here what ends the wait; called, once, when nothing is under way any more that it could wait for. */
  waiting: Set<() => void>;
};

/** Everything outside that a command may touch; cli.ts hands it in. */
export type Environment = {
  runtime: Runtime;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** The JSON schema of the config that the package brings along; null where it has none, as a single executable. */
  schemaFile: string | null;
  /** Without the leading v. */
  nodeVersion: string;
  /** Version of gb2gl. */
  version: string;
  /** The words of the command line after the name of the program. */
  words: readonly string[];
  /** Stands in front of everything that leaves the process. */
  redactor: Redactor;
};

/** Where help goes, and what is wrong with a command line. */
export function outputTo({ stdout, stderr }: Environment): OutputConfiguration {
  return { writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) };
}

/** Options that every command has. */
export type CommonOptions = {
  config?: string;
  workDir: string;
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  concurrency?: number;
  fixSubmodules?: boolean;
  createUsers?: boolean;
  hooks?: boolean;
  tracker?: 'auto' | 'rest' | 'off';
  /** A directory that `gb2gl export` wrote: it is read instead of GitBucket. */
  from?: string;
  /** False where the caller tells the end itself. */
  summary?: boolean;
};

export type SelectionFlags = {
  all?: boolean;
  group?: string[];
  user?: string[];
  repo?: string[];
  exclude?: string[];
  waive?: string[];
  allowMissingLfs?: string[];
  /** The journal's servers are the configured ones, under other names. */
  sameServers?: boolean;
};
