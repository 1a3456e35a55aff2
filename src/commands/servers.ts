import { join, resolve } from 'node:path';
import { exportedFrom } from '../carrier/source.ts';
import type { Instead } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createServers, createServersFrom, createSource, type Servers } from '../engine/connect.ts';
import type { CommonOptions, Runtime } from '../environment.ts';
import type { Emit } from '../model/events.ts';
import type { Redactor } from '../net/redact.ts';
import { withRewriting } from '../rewrite/source.ts';
import { mirrorOptions } from '../transfer/auto.ts';

/** The servers of a command: which one the config need not have, and how they are made. */
export type ChosenServers<S> = {
  instead: Instead;
  open: (config: Config, parts: Parts) => Promise<S>;
};

type Parts = {
  runtime: Runtime;
  emit: Emit;
  redactor: Redactor;
  workDir: string;
  /** Takes the lock of the work directory. */
  lock: () => Promise<unknown>;
};

/** Both servers; in the place of GitBucket an export, where `--from` names one. @throws export-unreadable */
export async function serversFor({ from }: CommonOptions, { cwd }: Runtime): Promise<ChosenServers<Servers>> {
  if (from === undefined) {
    return {
      instead: {},
      async open(config, parts) {
        const { runtime, emit, redactor } = parts;
        return rewriting(await createServers(config, runtime, emit, redactor), config, parts);
      },
    };
  }
  const directory = resolve(cwd, from);
  return {
    instead: { source: await exportedFrom(directory) },
    async open(config, parts) {
      const { runtime, emit, redactor, workDir } = parts;
      const exported = { directory, mirrors: mirrorOptions(workDir, runtime) };
      return rewriting(await createServersFrom(exported, config, runtime, emit, redactor), config, parts);
    },
  };
}

/** The servers, with the source as it looks once what git refuses is put right where the config says so. */
function rewriting(servers: Servers, { migrate }: Config, { runtime, emit, workDir, lock }: Parts): Servers {
  const source = withRewriting(servers.source, {
    repositories: migrate.rewrite,
    directory: join(workDir, 'rewritten'),
    mirrors: mirrorOptions(workDir, runtime),
    progress: (id, stage, percent) => emit({ type: 'item-progress', id, stage, percent, bytes: 0 }),
    claim: async () => void (await lock()),
    signal: runtime.aborting,
  });
  return { ...servers, source };
}

/** GitBucket alone: GitLab is out of reach, and nobody needs its address. */
export const sourceAlone: ChosenServers<Pick<Servers, 'source'>> = {
  instead: { target: 'http://gitlab.invalid' },
  async open(config, { runtime, emit, redactor }) {
    return { source: await createSource(config, runtime, emit, redactor) };
  },
};
