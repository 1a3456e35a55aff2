import { spawn, type ChildProcess } from 'node:child_process';
import { gitEnvironment, type GitConfig } from '../../git-environment.ts';
import type { GitSettings } from '../settings.ts';

/** The version that this server's Gitaly claims to run (GL-201). */
export const AGENT = 'git/2.54.0-Linux';

/** Nobody may write these (GL-184). */
export const HIDDEN_FROM_PUSH = [
  'refs/environments/',
  'refs/keep-around/',
  'refs/merge-requests/',
  'refs/pipelines/',
  'refs/remotes/',
  'refs/tmp/',
];
/** Nobody may see these; the others above are shown read-only (GL-185). */
export const HIDDEN_FROM_FETCH = ['refs/keep-around/', 'refs/remotes/', 'refs/tmp/'];

const COMMON: GitConfig = [
  ['safe.directory', '*'],
  ['core.autocrlf', 'false'],
  ['gc.auto', '0'],
  ['core.fsync', 'none'],
];

/** Gitaly's configuration of upload-pack. */
export function uploadPackConfig(): GitConfig {
  return [
    ...COMMON,
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ...HIDDEN_FROM_FETCH.map((prefix) => ['transfer.hideRefs', prefix] as const),
  ];
}

/** Gitaly's configuration of receive-pack; the first three ignores cannot be overridden (GL-231, GL-233). */
export function receivePackConfig(settings: GitSettings, hooksDir: string): GitConfig {
  const ignored = ['badTimezone', 'missingSpaceBeforeDate', 'zeroPaddedFilemode', ...settings.fsckIgnore];
  const config: (readonly [string, string])[] = [
    ...COMMON,
    ['core.hooksPath', hooksDir],
    ['receive.autogc', 'false'],
    ['transfer.fsckObjects', 'true'],
    ...ignored.map((id) => [`receive.fsck.${id}`, 'ignore'] as const),
    ['receive.advertisePushOptions', 'true'],
    ['receive.advertiseAtomic', 'true'],
    ...HIDDEN_FROM_PUSH.map((prefix) => ['receive.hideRefs', prefix] as const),
  ];
  if (settings.receiveMaxInputSize !== null) {
    config.push(['receive.maxInputSize', String(settings.receiveMaxInputSize)]);
  }
  if (settings.fsckSkipList !== null) config.push(['receive.fsck.skipList', settings.fsckSkipList]);
  return config;
}

export type GitRun = {
  args: string[];
  config: GitConfig;
  env?: Record<string, string>;
  /** Opens a two-way channel to the hooks as file descriptor 3. */
  channel?: boolean;
};

/** Starts git as the leader of its own process group, so that it and its children can be ended together. */
export function startGit(run: GitRun): ChildProcess {
  return spawn('git', run.args, {
    env: gitEnvironment(run.config, { GIT_USER_AGENT: AGENT, ...run.env }),
    detached: true,
    stdio: run.channel ? ['pipe', 'pipe', 'pipe', 'pipe'] : ['pipe', 'pipe', 'pipe'],
  });
}

/** Ends git and its children at once, without the clean-up that a signal handler would do. */
export function killGit(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
