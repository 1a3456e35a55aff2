import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { StartFailure } from '../../src/commands/failure.ts';
import type { ItemResult, Result } from '../../src/model/result.ts';
import { parseResult } from '../../src/report/schema.ts';
import { commitOn } from './commits.ts';
import { runCli, type CliResult } from './run-cli.ts';
import { runProgram } from './run-program.ts';
import { refsIn, testServers, writesOf, type TestServers, type TestServersOptions } from './servers.ts';

/** What `smallServers` puts on the source. */
export const smallRepositories = ['team-a/one', 'team-a/two', 'team-b/three'] as const;

/** Both servers; on the source two groups with three tiny repositories, of which `team-b/three` is private. */
export async function smallServers(options: TestServersOptions = {}): Promise<TestServers> {
  const servers = await testServers(options);
  const { gitbucket } = servers;
  for (const login of ['team-a', 'team-b'])
    gitbucket.addGroup({ login, members: [{ login: 'root', manager: true }] });
  for (const id of smallRepositories) {
    const [owner = '', name = ''] = id.split('/');
    gitbucket.addRepository({ owner, name, private: owner === 'team-b', defaultBranch: 'main' });
    commitOn(gitbucket.gitDir(owner, name), 'main', `first of ${id}`);
    commitOn(gitbucket.gitDir(owner, name), 'topic', `topic of ${id}`);
  }
  return servers;
}

/** The folder in which the binary is run, made when absent. */
export async function workplace({ folder }: Pick<TestServers, 'folder'>): Promise<string> {
  const cwd = join(folder, 'work');
  await mkdir(cwd, { recursive: true });
  return cwd;
}

/** Runs a command in the test's workplace; variables of `env` replace those of the servers, undefined ones are unset. */
export async function gb2gl(
  servers: TestServers,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<CliResult> {
  return runProgram(args, { cwd: await workplace(servers), env: { ...servers.env, ...env } });
}

/** The same by the built binary, in a process of its own. */
export async function builtGb2gl(
  servers: TestServers,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<CliResult> {
  return runCli(args, { cwd: await workplace(servers), env: { ...servers.env, ...env } });
}

export function migrateAll(
  servers: TestServers,
  env: Record<string, string | undefined> = {},
): Promise<CliResult> {
  return gb2gl(servers, ['migrate', '--all', '--yes', '--json'], env);
}

/**
 * Runs migrate in a work directory of its own and demands that it could not start: exit 3, the same told to people and
 * as a document, nothing written. Gives what it said.
 */
export async function refusedStart(servers: TestServers, env: Record<string, string> = {}): Promise<string> {
  const run = await gb2gl(
    servers,
    ['migrate', '--all', '--yes', '--json', '--work-dir', `.gb2gl-${randomUUID()}`],
    env,
  );
  expect(run.code, run.stderr).toBe(3);
  expect(failureOf(run).exitCode).toBe(3);
  expect(writesOf(servers.gitlab.server.requests)).toEqual([]);
  return run.stderr;
}

/** The document that a run with `--json` printed instead of a result; its words are those that people got. */
export function failureOf({ stdout, stderr }: CliResult): StartFailure {
  const failure = JSON.parse(stdout) as StartFailure;
  const { message, fix } = failure.error;
  expect(stderr).toContain(`gb2gl: ${message}\n  → ${fix}\n`);
  return failure;
}

/** The result that a run with `--json` printed. */
export function resultOf({ code, stdout, stderr }: CliResult): Result {
  expect(stdout, `no result, exit ${code}: ${stderr}`).not.toBe('');
  return parseResult(JSON.parse(stdout));
}

export function itemOf(result: Result, id: string): ItemResult {
  const item = result.items.find((each) => each.id === id);
  if (!item) throw new Error(`the result has no item ${id}`);
  return item;
}

/** Demands that these repositories are on the target, ref by ref, and proven. */
export function expectMoved(
  servers: TestServers,
  result: Result,
  ids: readonly string[] = smallRepositories,
): void {
  for (const id of ids) {
    const [owner = '', name = ''] = id.split('/');
    const item = itemOf(result, id);
    expect(item.state, `${id}: ${item.problem?.message}`).toBe('proven');
    expect(refsIn(servers.gitlab.gitDir(item.target.path)), id).toEqual(
      refsIn(servers.gitbucket.gitDir(owner, name)),
    );
  }
}
