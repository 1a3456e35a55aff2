import { setMaxListeners } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { simpleGit, type SimpleGit, type SimpleGitProgressEvent } from 'simple-git';
import type { Runtime } from '../environment.ts';
import { basicAuth } from '../net/http.ts';
import { certificatesForGit, proxyTo, proxyUrl } from '../net/way.ts';
import { GitExit, GitStandstill } from './errors.ts';
import { doingsOf, killGitsFor } from './kill-git.ts';
import type { GitRemote } from './remote.ts';
import { startGit, type RunningGit } from './stream.ts';

export type GitRuntime = Pick<Runtime, 'env' | 'pid' | 'kill'>;

export type GitOptions = {
  /** Where git runs; must exist, and be the real path of a repository that another user may own. */
  directory: string;
  /** Names of its environment that steer git are dropped; git gets the same way to a server as everything else. */
  runtime: GitRuntime;
  /** The servers that git may log in to. */
  remotes: readonly GitRemote[];
  /** Seconds without a byte after which git's own HTTP helper gives up, unless a remote is granted more. */
  stallSeconds: number;
  signal: AbortSignal;
  progress?(event: SimpleGitProgressEvent): void;
};

/** git in one directory. Every process of it ends when the signal aborts, and none of them gets the terminal's Ctrl-C. */
export type Git = {
  /**
   * Runs one command and gives its standard output.
   * @throws GitExit whenever git exits with another code than 0; GitStandstill when it talks to a remote and never ends
   */
  run(...args: string[]): Promise<string>;
  /** Starts one command with streams, for what is too much to be held as a whole. */
  start(...args: string[]): RunningGit;
  /** The same git in another directory, which may come into being later. */
  at(directory: string): Git;
};

/**
 * The only place that starts git. A fresh one for each repository, since simple-git limits its processes per instance.
 * @throws what simple-git throws for a directory that does not exist
 */
export function createGit(options: GitOptions): Git {
  const { directory, runtime, signal } = options;
  const env = gitEnvironment(options);
  const run = createRun(options, env);
  setMaxListeners(0, signal);

  function at(place: string, ...inPlace: string[]): Git {
    return {
      run: (...args) => run(...inPlace, ...args),
      start: (...args) => startGit([...inPlace, ...args], { directory: place, env, signal, runtime }),
      at: (other) => at(other, '-C', other, '-c', `safe.directory=${other}`),
    };
  }

  return at(directory);
}

/** One-shot commands, by simple-git. */
function createRun(options: GitOptions, env: Record<string, string>): Git['run'] {
  const { runtime, signal } = options;
  let failure: Error | null = null;
  const git: SimpleGit = simpleGit({
    baseDir: options.directory,
    binary: detached(env),
    abort: signal,
    unsafe: {
      allowUnsafeConfigEnvCount: true,
      allowUnsafeCredentialHelper: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeTemplateDir: true,
    },
    allowEnvironment: Object.keys(env).filter((name) => steering.test(name)),
    // The library alone takes a failure without text on stderr as success, and reduces others to one string.
    errors(error, { exitCode, stdErr, stdOut }) {
      if (exitCode === 0) return undefined;
      failure = failureOf(exitCode, Buffer.concat(stdOut).toString(), Buffer.concat(stdErr).toString());
      return error ?? failure;
    },
    ...(options.progress ? { progress: (event: SimpleGitProgressEvent) => options.progress?.(event) } : {}),
  }).env(env);

  function end(): void {
    const urls = options.remotes.map(({ url }) => url);
    killGitsFor(urls, runtime);
  }

  return async (...args) => {
    failure = null;
    const watched = options.remotes.filter(({ url }) => args.includes(url));
    const watch = watched.length === 0 ? null : watchFor(watched, options);
    // Before the library's own listener: once git has died its helpers are nobody's children.
    signal.addEventListener('abort', end);
    try {
      return await git.raw(args);
    } catch (error) {
      throw watch?.standstill() ?? failure ?? error;
    } finally {
      watch?.stop();
      signal.removeEventListener('abort', end);
    }
  };
}

/** Milliseconds between two looks at most, and of standing still at least: git looks at its connections every second. */
const glance = { most: 5000, still: 3000 };

/**
 * Ends the gits for these remotes when they do nothing any more. As long as a request is under way git wakes up all the
 * time and gives up by itself; when an answer ends early its processes wait for each other, and for ever (GL-396).
 */
function watchFor(
  remotes: readonly GitRemote[],
  { stallSeconds, runtime }: GitOptions,
): { standstill(): GitStandstill | null; stop(): void } {
  const urls = remotes.map(({ url }) => url);
  const patience = Math.max(glance.still, stallSeconds * 1000);
  const longest = Math.max(patience, ...remotes.map(({ silenceMs = 0 }) => silenceMs));
  const step = Math.min(glance.most, patience / 10);
  let last = '';
  // Counted by looks: while the machine sleeps there are none.
  let still = 0;
  let standstill: GitStandstill | null = null;
  const timer = setInterval(() => {
    const doings = doingsOf(urls, runtime);
    still = doings !== null && doings.done === last ? still + step : 0;
    last = doings?.done ?? '';
    if (still === 0 || still < (doings?.exact ? patience : longest)) return;
    standstill ??= new GitStandstill(Math.round(still / 1000));
    killGitsFor(urls, runtime);
  }, step);
  return { standstill: () => standstill, stop: () => clearInterval(timer) };
}

/** What Node says of a program that cannot be started comes where git's own words would be. */
function failureOf(exitCode: number, stdout: string, stderr: string): Error {
  const [text, code] = /\bspawn \S+ (E[A-Z]+)/.exec(stderr) ?? [];
  if (text !== undefined && exitCode < 0) return Object.assign(new Error(text), { code });
  return new GitExit(exitCode, stdout, stderr);
}

/**
 * How git is started: by `setsid` where there is one, in a session of its own. A Ctrl-C in the terminal goes to every
 * process of the foreground group, and git would drop the push that is to be finished first.
 */
function detached(env: Readonly<Record<string, string>>): [string] | [string, string] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = (name: string): boolean => folders.some((folder) => existsSync(join(folder, name)));
  return found('setsid') && found('git') ? ['setsid', 'git'] : ['git'];
}

const keptFromUser = new Set(['GIT_EXEC_PATH']);
const steering = /^(GIT_|EDITOR$|VISUAL$|PAGER$|PREFIX$|SSH_ASKPASS$)/;
/** git is told the way to each server: left alone, it would read these in a way of its own. */
const wayOfItsOwn = /^(https?|all|no)_proxy$/i;

/** Everything that a git gets to know: nothing of the user's own configuration, the credentials of these servers. */
function gitEnvironment(options: GitOptions): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.runtime.env)) {
    if (value === undefined || wayOfItsOwn.test(name)) continue;
    if (steering.test(name) && !keptFromUser.has(name)) continue;
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

/** git's settings for every call: quiet, without housekeeping, credentials only through the environment. */
function settings(options: GitOptions): [string, string][] {
  const config: [string, string][] = [
    ['credential.helper', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['fetch.unpackLimit', '1'],
    ['transfer.fsckObjects', 'false'],
    // Version 0 needs one request less than version 2, and every GitBucket speaks it (GB-107).
    ['protocol.version', '0'],
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(options.stallSeconds)],
    ['http.proxyAuthMethod', 'basic'],
    // Another user may have run the tool before: this folder is its own, whoever has written it (git 2.38 and later).
    ['safe.directory', options.directory],
  ];
  // A bundle on disk is read without any of this.
  for (const remote of options.remotes.filter(({ url }) => URL.canParse(url))) {
    for (const [name, value] of wayTo(remote, options)) config.push([`http.${remote.url}.${name}`, value]);
  }
  return config;
}

/** How git gets to a repository: as every other request to that server does. */
function wayTo(remote: GitRemote, { directory, runtime, stallSeconds }: GitOptions): [string, string][] {
  const proxy = proxyTo(remote.url, runtime.env);
  const way: [string, string][] = [
    ['extraHeader', `Authorization: ${basicAuth(remote)}`],
    // Without a value it means: none.
    ['proxy', proxy === null ? '' : proxyUrl(proxy)],
    // Not before the relay would: hooks are long but honest silence.
    ['lowSpeedTime', String(Math.max(stallSeconds, Math.round((remote.silenceMs ?? 0) / 1000)))],
  ];
  const caFile = remote.caFile ?? trustFile(remote.url, directory, runtime);
  if (caFile === null) return way;
  way.push(['sslCAInfo', caFile]);
  if (proxy?.secure) way.push(['proxySSLCAInfo', caFile]);
  return way;
}

/** A file of what Node trusts, since git looks elsewhere; null when it need not. It is there whole or not at all. */
function trustFile(url: string, directory: string, { env, pid }: GitRuntime): string | null {
  const trusted = url.startsWith('https:') ? certificatesForGit(env) : null;
  if (trusted === null) return null;
  const file = join(directory, 'trusted.pem');
  if (existsSync(file) && readFileSync(file, 'utf8') === trusted) return file;
  const unfinished = `${file}.${pid}`;
  writeFileSync(unfinished, trusted);
  renameSync(unfinished, file);
  return file;
}
