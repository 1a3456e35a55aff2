import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Emit } from '../model.ts';
import { createHttp } from '../net/http.ts';
import { createLimiter } from '../net/limiter.ts';
import type { Redactor } from '../net/redact.ts';
import type { Runtime } from '../runtime.ts';
import { createGitLab } from '../sandbox/gitlab/gitlab.ts';
import { createRepository } from '../sandbox/gitlab/repository.ts';
import { saveState } from '../sandbox/gitlab/state.ts';
import { createGitLabTarget, type Target } from '../target/gitlab.ts';
import type { SeenTarget } from './seen.ts';
import { stagedState } from './staged-state.ts';

/** An embedded GitLab that stands for the real one. */
export type Stage = {
  /** The adapter that talks to it. */
  target: Target;
  /** Where it really listens. */
  url: string;
  /** The repository of a project that was there already. */
  gitDir(projectId: number): string;
  close(): Promise<void>;
};

export type StageOptions = {
  /** What the real one is: address and version. */
  real: { url: string; version: string };
  folder: string;
  config: Pick<Config, 'limits'>;
  runtime: Runtime;
  emit: Emit;
  redactor: Redactor;
};

/** As for the real one: a push with long hooks is silent for minutes. */
const TIMEOUT_MS = 120_000;
const STREAM_MS = 1_800_000;

/** Starts an embedded GitLab in the folder that holds what was seen; it believes to have the real one's address. */
export async function openStage(seen: SeenTarget, options: StageOptions): Promise<Stage> {
  const { folder, real, runtime, redactor } = options;
  const gitDir = (projectId: number): string => join(folder, 'repositories', `${projectId}.git`);
  const state = stagedState(seen, new Date(runtime.now()).toISOString());
  saveState(folder, state);
  await mkdir(join(folder, 'repositories'), { recursive: true });
  const branch = seen.settings.defaultBranchName ?? 'main';
  for (const { id } of state.projects) createRepository(gitDir(id), branch);
  const gitlab = await createGitLab({
    dir: folder,
    version: real.version,
    externalUrl: real.url,
    settings: seen.settings,
  });
  const scopes = seen.scopes === null ? {} : { scopes: seen.scopes };
  const token = gitlab.token(seen.me.username, scopes);
  redactor.add(token, 'oauth2');
  return {
    url: gitlab.url,
    gitDir,
    target: targetAt(gitlab.url, token, options),
    close: () => gitlab.close(),
  };
}

function targetAt(url: string, token: string, { config, runtime, emit }: StageOptions): Target {
  const { now } = runtime;
  const sleep = (ms: number): Promise<void> => runtime.sleep(ms, runtime.aborting);
  const http = createHttp({
    server: { side: 'target', name: 'GitLab', url },
    headers: { 'private-token': token },
    ca: null,
    direct: true,
    limiter: createLimiter(config.limits.target, { now, sleep }),
    timeoutMs: TIMEOUT_MS,
    streamTimeoutMs: STREAM_MS,
    backoffMs: 1000,
    now,
    signal: runtime.aborting,
    emit,
  });
  return createGitLabTarget(http, { token, caFile: null, silenceMs: STREAM_MS });
}
