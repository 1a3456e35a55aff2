import type { Environment } from '../environment.ts';
import type { ExitCode } from '../model/result.ts';
import { migrateCommand, type MigrateOptions } from './migrate.ts';

export type ImportOptions = MigrateOptions & { words: [directory: string] };

/** `gb2gl import`: the migration of what an export holds; without a selection it is all of it. */
export function importCommand(
  { words: [directory], ...options }: ImportOptions,
  environment: Environment,
): Promise<ExitCode> {
  const named = options.plan ?? options.group ?? options.user ?? options.repo;
  const all = options.all ?? named === undefined;
  return migrateCommand({ ...options, ...(all ? { all } : {}), from: directory }, environment);
}
