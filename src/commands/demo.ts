import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startSandboxPair, type SandboxPair } from '../../sandbox/pair.ts';
import type { CommonOptions, Environment } from '../environment.ts';
import { interruption } from '../failures/usage.ts';
import type { ExitCode, Result } from '../model/result.ts';
import { remarksOf } from '../report/result.ts';
import { parseResult } from '../report/schema.ts';
import { reportPaths, runFolders } from '../report/write.ts';
import { hang } from '../text/lines.ts';
import {
  demoEnd,
  demoFailed,
  demoRefused,
  demoStarted,
  demoStep,
  demoVerdict,
  demoVerified,
} from '../ui/sandbox-messages.ts';
import { migrateCommand } from './migrate.ts';
import { openTerminal, shortPath } from './session.ts';
import { verifyCommand } from './verify.ts';

/** `gb2gl demo`: both embedded servers, a whole migration, its proof and its reports; ends with 0 when all went as it must. */
export async function demoCommand(options: CommonOptions, environment: Environment): Promise<ExitCode> {
  const pair = await startSandboxPair();
  try {
    return await show(pair, options, environment);
  } finally {
    await pair.close();
  }
}

async function show(pair: SandboxPair, options: CommonOptions, outer: Environment): Promise<ExitCode> {
  const workDir = join(outer.runtime.cwd, options.workDir, 'demo');
  await rm(workDir, { recursive: true, force: true });
  const environment = {
    ...outer,
    // The inner commands talk to people only.
    stdout: options.json ? outer.stderr : outer.stdout,
    runtime: { ...outer.runtime, env: variablesFor(pair, outer), sleep: briefly(outer) },
  };
  const inner: CommonOptions = { ...options, workDir, json: false, summary: false };
  delete inner.config;
  const terminal = await openTerminal(options, environment, 1);
  const step = (command: string): void => {
    if (!options.quiet) terminal.write(demoStep(command));
  };
  if (!options.quiet) terminal.write(demoStarted(pair.gitbucket.url, pair.gitlab.url));
  step('migrate --all --create-users --yes');
  await migrateCommand({ ...inner, all: true, yes: true, createUsers: true }, environment);
  stopIfTold(environment);
  const reports = join(workDir, 'reports');
  const first = await newestIn(reports);
  const migrated = await resultIn(first, 'migrate');
  step('verify --all');
  await verifyCommand({ ...inner, all: true, quiet: true }, { ...environment });
  stopIfTold(environment);
  const verified = await resultIn(await newestIn(reports), 'verify');
  const told = hang('', demoVerified(verified), terminal.columns());
  if (!options.quiet) terminal.write(`${told.join('\n')}\n`);
  const unexpected = [...surprises(migrated, pair), ...surprises(verified, pair)];
  if (options.json) outer.stdout.write(`${JSON.stringify(migrated)}\n`);
  const { palette } = terminal;
  const faults = faultsIn(migrated).flatMap((line) => hang('  - ', line, terminal.columns()));
  const verdict = hang('✔ ', demoVerdict(migrated), terminal.columns()).map(palette.green).join('\n');
  const report = shortPath(reportPaths(first, 'migrate').html, outer.runtime.cwd);
  terminal.write(
    unexpected.length > 0 ? palette.red(demoFailed(unexpected)) : demoEnd(verdict, faults, report),
  );
  return unexpected.length > 0 ? 1 : 0;
}

function variablesFor(pair: SandboxPair, { runtime }: Environment): Environment['runtime']['env'] {
  return {
    ...runtime.env,
    GITBUCKET_URL: pair.gitbucket.url,
    GITBUCKET_TOKEN: pair.sample.tokens.root,
    // Only who has signed in sees all of a tracker.
    GITBUCKET_USERNAME: 'root',
    GITBUCKET_PASSWORD: pair.sample.passwords.root,
    GITLAB_URL: pair.gitlab.url,
    GITLAB_TOKEN: pair.gitlabToken,
  };
}

/** The jobs of the embedded GitLab end at once: half a minute for them, as a real one needs it, would show nothing. */
function briefly({ runtime }: Environment): Environment['runtime']['sleep'] {
  return (ms, signal, idle) => runtime.sleep(Math.min(ms, 1000), signal, idle);
}

function stopIfTold({ runtime }: Environment): void {
  if (runtime.stopping.aborted) throw interruption('demo');
}

async function newestIn(reports: string): Promise<string> {
  const [newest] = await runFolders(reports);
  return newest?.path ?? reports;
}

async function resultIn(folder: string, command: Result['command']): Promise<Result> {
  return parseResult(JSON.parse(await readFile(reportPaths(folder, command).json, 'utf8')));
}

/** Whatever is neither proven nor one of the faults that the sample server has on purpose. */
function surprises(result: Result, { sample }: SandboxPair): string[] {
  const owner = sample.broken.split('/')[0];
  const problems = result.problems.filter(({ object }) => object !== sample.broken && object !== owner);
  const items = result.items.filter(({ state }) => state !== 'proven' && state !== 'refused');
  return [
    ...problems.map(({ message }) => message),
    ...items.map(({ id, state, problem }) => `${id}: ${state}${problem ? `, ${problem.message}` : ''}`),
  ];
}

/** What the sample server has on purpose, a line for each repository or account. */
function faultsIn({ problems, items, warnings }: Result): string[] {
  const refused = items.flatMap((item) => {
    const remarks = remarksOf(item);
    const [first] = remarks;
    return first === undefined ? [] : [demoRefused(item.id, remarks.length, first.object)];
  });
  return [...problems.map(({ message }) => message), ...refused, ...warnings];
}
