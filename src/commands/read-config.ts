import { resolve } from 'node:path';
import { loadConfig, usualConfig, type ConfigFile, type Instead } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { CommonOptions, Environment, SelectionFlags } from '../environment.ts';

/** What a command says of both servers and of what is moved. */
export type SessionOptions = CommonOptions & Pick<SelectionFlags, 'allowMissingLfs'>;

/** The configuration, its paths made absolute. @throws config-unreadable, config-invalid */
export async function readConfig(
  options: SessionOptions,
  { runtime }: Environment,
  instead: Instead = {},
): Promise<Config> {
  const loaded = await loadConfig(configFile(options, runtime.cwd), runtime.env, instead);
  const config = withConcurrency(withAbsolutePaths(loaded, runtime.cwd), options.concurrency);
  const { fixSubmodules, createUsers, hooks, tracker } = { ...config.migrate, ...given(options) };
  const migrate = { ...config.migrate, fixSubmodules, createUsers, hooks, tracker };
  return withAllowed({ ...config, migrate }, options.allowMissingLfs);
}

/** What the command line says of what moves. */
function given({
  fixSubmodules,
  createUsers,
  hooks,
  tracker,
}: CommonOptions): Partial<Pick<Config['migrate'], 'fixSubmodules' | 'createUsers' | 'hooks' | 'tracker'>> {
  return {
    ...(fixSubmodules === undefined ? {} : { fixSubmodules }),
    ...(createUsers === undefined ? {} : { createUsers }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(tracker === undefined ? {} : { tracker }),
  };
}

/** The config file of a command. */
export function configFile({ config }: CommonOptions, cwd: string): ConfigFile {
  return { path: resolve(cwd, config ?? usualConfig), named: config !== undefined };
}

/** git works in folders of its own, so a relative path would not lead there. */
function withAbsolutePaths(config: Config, cwd: string): Config {
  const absolute = (file: string | null): string | null => (file === null ? null : resolve(cwd, file));
  return {
    ...config,
    source: { ...config.source, caFile: absolute(config.source.caFile) },
    target: { ...config.target, caFile: absolute(config.target.caFile) },
  };
}

function withConcurrency(config: Config, concurrency: number | undefined): Config {
  if (concurrency === undefined) return config;
  return { ...config, limits: { ...config.limits, transfers: concurrency } };
}

function withAllowed(config: Config, more: readonly string[] = []): Config {
  const { migrate } = config;
  const allowMissingLfs = [...new Set([...migrate.allowMissingLfs, ...more])];
  return { ...config, migrate: { ...migrate, allowMissingLfs } };
}
