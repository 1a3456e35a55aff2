import { resolve } from 'node:path';
import { exportedFrom } from '../carrier/source.ts';
import type { Instead } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { createServers, createServersFrom, createSource, type Servers } from '../engine/connect.ts';
import type { CommonOptions, Runtime } from '../environment.ts';
import type { Emit } from '../model/events.ts';
import type { Redactor } from '../net/redact.ts';
import { mirrorOptions } from '../transfer/auto.ts';

/** The servers of a command: which one the config need not have, and how they are made. */
export type ChosenServers<S> = {
  instead: Instead;
  open: (config: Config, parts: Parts) => Promise<S>;
};

type Parts = { runtime: Runtime; emit: Emit; redactor: Redactor; workDir: string };

/** Both servers; in the place of GitBucket an export, where `--from` names one. @throws export-unreadable */
export async function serversFor({ from }: CommonOptions, { cwd }: Runtime): Promise<ChosenServers<Servers>> {
  if (from === undefined) {
    return {
      instead: {},
      open: (config, { runtime, emit, redactor }) => createServers(config, runtime, emit, redactor),
    };
  }
  const directory = resolve(cwd, from);
  return {
    instead: { source: await exportedFrom(directory) },
    open(config, { runtime, emit, redactor, workDir }) {
      const exported = { directory, mirrors: mirrorOptions(workDir, runtime) };
      return createServersFrom(exported, config, runtime, emit, redactor);
    },
  };
}

/** GitBucket alone: GitLab is out of reach, and nobody needs its address. */
export const sourceAlone: ChosenServers<Pick<Servers, 'source'>> = {
  instead: { target: 'http://gitlab.invalid' },
  async open(config, { runtime, emit, redactor }) {
    return { source: await createSource(config, runtime, emit, redactor) };
  },
};
