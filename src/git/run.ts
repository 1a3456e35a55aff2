import { execFileSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { kill, pid as self } from 'node:process';
import { simpleGit, type SimpleGitProgressEvent } from 'simple-git';
import { basicAuth } from '../net/http.ts';
import type { GitRemote } from '../transfer/transport.ts';

/** What git said when it did not exit with 0. */
export class GitExit extends Error {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(exitCode: number, stdout: string, stderr: string) {
    super(`git exited with ${exitCode}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
    this.name = 'GitExit';
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

export type GitOptions = {
  directory: string;
  /** Environment of the program; names that steer git are dropped, certificates stay. */
  env: Readonly<Record<string, string | undefined>>;
  remotes: readonly GitRemote[];
  /** Seconds without a byte after which git's own HTTP helper gives up. */
  stallSeconds: number;
  signal: AbortSignal;
  progress?(event: SimpleGitProgressEvent): void;
};

/** git's settings for every call: quiet, without housekeeping, credentials only through the environment. */
function settings({
  remotes,
  stallSeconds,
  env,
}: Pick<GitOptions, 'env' | 'remotes' | 'stallSeconds'>): [string, string][] {
  const config: [string, string][] = [
    ['credential.helper', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['fetch.unpackLimit', '1'],
    ['transfer.fsckObjects', 'false'],
    // Version 0 needs one request less than version 2, and every GitBucket speaks it (gitbucket-contract §3).
    ['protocol.version', '0'],
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(stallSeconds)],
  ];
  for (const remote of remotes) {
    config.push([`http.${remote.url}.extraHeader`, `Authorization: ${basicAuth(remote)}`]);
    // As a variable it would outdo every setting; as a setting it yields to the server's own file.
    const caFile = remote.caFile ?? env['GIT_SSL_CAINFO'];
    if (caFile) config.push([`http.${remote.url}.sslCAInfo`, caFile]);
  }
  return config;
}

const keptFromUser = new Set(['GIT_SSL_CAPATH', 'GIT_EXEC_PATH']);
const steering = /^(GIT_|EDITOR$|VISUAL$|PAGER$|PREFIX$|SSH_ASKPASS$)/;

/** Everything that a git gets to know: nothing of the user's own configuration, the credentials of these servers. */
export function gitEnvironment(
  options: Pick<GitOptions, 'env' | 'remotes' | 'stallSeconds'>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.env)) {
    if (value === undefined || (steering.test(name) && !keptFromUser.has(name))) continue;
    env[name] = value;
  }
  env['LC_ALL'] = 'C';
  env['GIT_TERMINAL_PROMPT'] = '0';
  env['GIT_CONFIG_NOSYSTEM'] = '1';
  env['GIT_CONFIG_GLOBAL'] = '/dev/null';
  const config = settings(options);
  env['GIT_CONFIG_COUNT'] = String(config.length);
  config.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}

/** Runs one git command and gives its standard output. @throws GitExit whenever git exits with another code than 0 */
export type Git = (...args: string[]) => Promise<string>;

/**
 * The only place that makes a simple-git instance: a fresh one for each repository, since its own limit is per instance.
 * The library alone takes a failure without text on stderr as success, and reduces others to one string.
 */
export function createGit(options: GitOptions): Git {
  const env = gitEnvironment(options);
  let failure: GitExit | null = null;
  setMaxListeners(0, options.signal);
  const git = simpleGit({
    baseDir: options.directory,
    binary: gitBinary(env),
    abort: options.signal,
    unsafe: {
      allowUnsafeConfigEnvCount: true,
      allowUnsafeCredentialHelper: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeTemplateDir: true,
    },
    allowEnvironment: Object.keys(env).filter((name) => steering.test(name)),
    errors(error, { exitCode, stdErr, stdOut }) {
      if (exitCode === 0) return undefined;
      failure = new GitExit(
        exitCode,
        Buffer.concat(stdOut).toString('utf8'),
        Buffer.concat(stdErr).toString('utf8'),
      );
      return error ?? failure;
    },
    ...(options.progress ? { progress: (event: SimpleGitProgressEvent) => options.progress?.(event) } : {}),
  }).env(env);

  function end(): void {
    endGit(options.remotes.map(({ url }) => url));
  }

  return async (...args) => {
    failure = null;
    // Before the library's own listener: once git has died its helpers are nobody's children.
    options.signal.addEventListener('abort', end);
    try {
      return await git.raw(args);
    } catch (error) {
      throw failure ?? error;
    } finally {
      options.signal.removeEventListener('abort', end);
    }
  };
}

type Running = { pid: number; parent: number; command: string };

/**
 * Ends the git processes below this one that work for one of the URLs. An abort reaches git alone, while its HTTP helper
 * keeps the connection, and our pipes, for as long as the server likes.
 */
function endGit(urls: readonly string[]): void {
  for (const { pid, command } of below(self, running())) {
    if (!urls.some((url) => command.includes(url))) continue;
    try {
      kill(pid, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
  }
}

function below(root: number, all: readonly Running[]): Running[] {
  const children = all.filter(({ parent }) => parent === root);
  return children.flatMap((child) => [child, ...below(child.pid, all)]);
}

function running(): Running[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(fromProc);
  } catch {
    return fromPs();
  }
}

function fromProc(name: string): Running[] {
  try {
    // `pid (name) state parent …`; the name may hold spaces and parentheses.
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [{ pid: Number(name), parent, command }];
  } catch {
    return [];
  }
}

/** For systems without /proc. */
function fromPs(): Running[] {
  try {
    const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'ppid=', '-o', 'args='], {
      encoding: 'utf8',
    });
    return [...table.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, pid, parent, command = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      command,
    }));
  } catch {
    return [];
  }
}

/**
 * How git is started: by `setsid` where there is one, in a session of its own. A Ctrl-C in the terminal goes to every
 * process of the foreground group, and git would drop the push that is to be finished first.
 */
function gitBinary(env: Readonly<Record<string, string | undefined>>): [string] | [string, string] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = (name: string): boolean => folders.some((folder) => existsSync(join(folder, name)));
  return found('setsid') && found('git') ? ['setsid', 'git'] : ['git'];
}
