#!/usr/bin/env node
import { createRequire } from 'node:module';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { World } from './commands/world.ts';
import { asMigrationError, exitCodeOf, exitCodeOfStart, hintOf } from './errors.ts';
import type { ExitCode } from './model.ts';
import { createRedactor } from './net/redact.ts';
import { abortingNow, errorLines, stoppingSoon } from './ui/cli-messages.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

type Handler = (options: never, world: World) => Promise<ExitCode>;

function build(world: World, done: (code: ExitCode) => void): Command {
  const program = new Command('gb2gl')
    .description('Moves a whole GitBucket server into GitLab and proves that nothing was lost.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(gb2gl --help shows all commands)')
    .exitOverride();

  function add(name: string, summary: string, load: () => Promise<Handler>): Command {
    const command = program
      .command(name)
      .description(summary)
      .option('--config <file>', 'config file (default: migrate.config.json, if it is there)')
      .option('--work-dir <dir>', 'journal, mirrors and reports', '.gb2gl')
      .option('--json', 'print one JSON document on stdout and nothing else there')
      .option('--quiet', 'print the summary only')
      .option('--verbose', 'tell about every retry, and show the stack of a fault')
      .option('--no-color', 'no colours (NO_COLOR is respected too)')
      .addOption(new Option('--concurrency <n>', 'repositories moved at once').argParser(positive))
      .exitOverride()
      .action(async (options: unknown) => {
        const handler = await load();
        done(await handler(options as never, world));
      });
    return command;
  }

  selectable(
    add(
      'migrate',
      'move everything that is selected',
      async () => (await import('./commands/migrate.ts')).migrateCommand,
    ),
  )
    .option('--dry-run', 'the same as gb2gl plan')
    .option(
      '--plan <file>',
      'carry out exactly this plan.json; what has changed since is left out and listed',
    )
    .option('--prune', 'delete refs on GitLab that were deleted on GitBucket and that this tool wrote')
    .option('--yes', 'do not ask before the plan is carried out')
    .addOption(
      new Option('--transport <name>', 'how repositories are moved')
        .choices(['auto', 'relay', 'mirror'])
        .default('auto'),
    );
  selectable(
    add(
      'plan',
      'say what migrate would do; changes nothing',
      async () => (await import('./commands/plan.ts')).planCommand,
    ),
  ).option('--prune', 'as migrate --prune');
  selectable(
    add(
      'verify',
      'compare both servers, ref by ref',
      async () => (await import('./commands/verify.ts')).verifyCommand,
    ),
  );
  add(
    'status',
    'what the journal says; asks no server',
    async () => (await import('./commands/status.ts')).statusCommand,
  );
  add(
    'sandbox',
    'start an embedded GitBucket and GitLab with sample data',
    async () => (await import('./commands/sandbox.ts')).sandboxCommand,
  )
    .addOption(
      new Option('--gitbucket-port <port>', 'port of GitBucket (default: any free one)').argParser(positive),
    )
    .addOption(
      new Option('--gitlab-port <port>', 'port of GitLab (default: any free one)').argParser(positive),
    );
  add(
    'demo',
    'sandbox, migrate --all, verify and reports in one go',
    async () => (await import('./commands/demo.ts')).demoCommand,
  );
  return program;
}

function selectable(command: Command): Command {
  return command
    .option('--all', 'the whole server (narrowed by "select" in the config)')
    .option('--group <name...>', 'these groups; globs and !exclusions are fine')
    .option('--user <name...>', 'the repositories of these users')
    .option('--repo <owner/name...>', 'these repositories');
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number above 0 is wanted');
  return number;
}

function signals(): { stopping: AbortSignal; aborting: AbortSignal } {
  const stopping = new AbortController();
  const aborting = new AbortController();
  setMaxListeners(0, stopping.signal, aborting.signal);
  const onSignal = (): void => {
    if (!stopping.signal.aborted) {
      process.stderr.write(stoppingSoon);
      stopping.abort();
      return;
    }
    if (aborting.signal.aborted) return;
    process.stderr.write(abortingNow);
    aborting.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { stopping: stopping.signal, aborting: aborting.signal };
}

function createWorld(): World {
  return {
    runtime: {
      env: process.env,
      cwd: process.cwd(),
      now: () => Date.now(),
      sleep: async (ms, signal) => {
        await delay(ms, undefined, signal ? { signal } : {});
      },
      pid: process.pid,
      ...signals(),
    },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    alive,
    redactor: createRedactor(),
  };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function main(world: World, argv: string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    await build(world, (value) => (code = value)).parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (world.runtime.stopping.aborted && exitCodeOf(error) !== 130) return 130;
    const known = asMigrationError(error, 'gb2gl');
    world.stderr.write(world.redactor.scrub(errorLines(known.message, hintOf(known))));
    if (argv.includes('--verbose') && error instanceof Error) {
      world.stderr.write(world.redactor.scrub(`${error.stack ?? ''}\n`));
    }
    return exitCodeOfStart(known);
  }
}

// A reader that closes early (gb2gl … | head) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
const world = createWorld();
const code = await main(world, process.argv);
process.exitCode = code;
// An aborted git leaves a helper behind that holds our pipes; nothing is waited for then.
if (world.runtime.aborting.aborted) process.exit(code);
