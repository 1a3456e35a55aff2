import type * as z from 'zod';
import { Config } from '../../src/config/schema.ts';
import { diagnose } from '../../src/doctor/doctor.ts';
import type { Area, Finding } from '../../src/doctor/finding.ts';
import { createSource, createTarget } from '../../src/engine/connect.ts';
import type { Runtime } from '../../src/environment.ts';
import { Failure } from '../../src/failures/failure.ts';
import { createRedactor } from '../../src/net/redact.ts';
import type { TestServers } from './servers.ts';

export type Examined = {
  source?: Partial<z.input<typeof Config>['source']>;
  target?: Partial<z.input<typeof Config>['target']>;
  migrate?: z.input<typeof Config>['migrate'];
  env?: Record<string, string>;
  now?: () => number;
  nodeVersion?: string;
  workDir?: string;
};

/** Everything that doctor finds about these servers, as their administrator unless the options say otherwise. */
export async function examine(servers: TestServers, options: Examined = {}): Promise<Finding[]> {
  const { env: from, folder } = servers;
  const config = Config.parse({
    source: { url: from['GITBUCKET_URL'], token: from['GITBUCKET_TOKEN'], ...options.source },
    target: { url: from['GITLAB_URL'], token: from['GITLAB_TOKEN'], ...options.target },
    // Whether GitLab loads trackers is a question of its own.
    migrate: { tracker: 'off', ...options.migrate },
  });
  const { signal } = new AbortController();
  const env = { PATH: process.env['PATH'], ...options.env };
  const now = options.now ?? Date.now;
  const runtime: Runtime = {
    env,
    cwd: folder,
    now,
    sleep: async () => {},
    pid: process.pid,
    host: 'this-host',
    alive: () => false,
    kill: (pid, signal) => void process.kill(pid, signal),
    stopping: signal,
    aborting: signal,
    waiting: new Set(),
  };
  const redactor = createRedactor();
  const { findings } = await diagnose({
    ...runtime,
    config,
    source: await createSource(config, runtime, () => {}, redactor).catch(asError),
    target: await createTarget(config, runtime, () => {}, redactor).catch(asError),
    workDir: options.workDir ?? folder,
    nodeVersion: options.nodeVersion ?? process.versions.node,
  });
  return findings;
}

function asError(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

/** Codes in this area, in the order in which they were found. */
export function codesIn(area: Area, findings: readonly Finding[]): string[] {
  return findings.filter((finding) => finding.area === area).map(({ code }) => code);
}

/** Codes of what is worse than a note. */
export function troubles(findings: readonly Finding[]): string[] {
  return findings.filter(({ level }) => level === 'warning' || level === 'error').map(({ code }) => code);
}

/** The one finding with that code. */
export function findingOf(code: string, findings: readonly Finding[]): Finding {
  const [found, ...more] = findings.filter((finding) => finding.code === code);
  if (!found || more.length > 0) {
    throw new Error(`${more.length + (found ? 1 : 0)} findings are ${code}: ${JSON.stringify(findings)}`);
  }
  return found;
}
