import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Config } from '../../src/config/schema.ts';
import { prepare, type PrepareOptions, type Prepared } from '../../src/engine/prepare.ts';
import type { Runtime } from '../../src/environment.ts';
import { emptyHistory } from '../../src/journal/history.ts';
import { createLfsFinder, type LfsFinder } from '../../src/lfs/finder.ts';
import { createSelection } from '../../src/plan/selection.ts';
import { steps } from '../../src/steps/index.ts';
import { mirrorOptions } from '../../src/transfer/auto.ts';
import { sourceOf, targetOf } from './adapters.ts';
import type { TestServers } from './servers.ts';

export function quietRuntime(cwd: string): Runtime {
  return {
    env: { PATH: process.env['PATH'] },
    cwd,
    now: Date.now,
    sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
    pid: process.pid,
    host: 'this-host',
    alive: () => false,
    kill: (pid, signal) => void process.kill(pid, signal),
    stopping: new AbortController().signal,
    aborting: new AbortController().signal,
    waiting: new Set(),
  };
}

/** Looks into the objects of the source, with its mirrors in this folder. */
export function finderIn(folder: string): LfsFinder {
  const mirrors = mirrorOptions(join(folder, 'looks'), quietRuntime(folder));
  return createLfsFinder({
    mirrors,
    directory: join(folder, 'looks', 'lfs'),
    atOnce: 4,
    stopping: new AbortController().signal,
    claim: async () => {},
  });
}

/** The plan of everything, made in this process, and what it was made with. */
export async function preparedWith(
  { gitbucket, gitlab, folder }: TestServers,
  token: string,
  more: Partial<PrepareOptions> = {},
): Promise<{ prepared: Prepared; options: PrepareOptions }> {
  const config = Config.parse({
    source: { url: gitbucket.url, token: gitbucket.token('root') },
    target: { url: gitlab.url, token },
  });
  const selection = createSelection({
    all: true,
    groups: [],
    users: [],
    repositories: [],
    include: config.select.include,
    exclude: [],
  });
  const options: PrepareOptions = {
    source: sourceOf(gitbucket),
    target: targetOf(gitlab, token),
    config,
    runtime: quietRuntime(folder),
    selection,
    history: emptyHistory(),
    prune: false,
    emit: () => {},
    steps,
    finder: finderIn(folder),
    ...more,
  };
  return { prepared: await prepare(options), options };
}
