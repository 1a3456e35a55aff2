import { Command, InvalidArgumentError, Option } from 'commander';
import type { Environment } from './environment.ts';
import type { ExitCode } from './model/result.ts';

type Handler = (options: never, environment: Environment) => Promise<ExitCode>;

/** The command line: every command with its options. Each is loaded when it is called, and hands its exit code to `done`. */
export function createProgram(
  version: string,
  environment: Environment,
  done: (code: ExitCode) => void,
): Command {
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
        done(await handler(options as never, environment));
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
    .option('--deep', 'with --dry-run: as plan --deep')
    .option(
      '--plan <file>',
      'carry out exactly this plan.json; what has changed since is left out and listed',
    )
    .option('--prune', 'delete refs on GitLab that were deleted on GitBucket and that this tool wrote')
    .option('--yes', 'do not ask before the plan is carried out')
    .option('--waive <code...>', 'continue despite these findings, see docs/doctor.md')
    .addOption(transport('how repositories are moved'));
  selectable(
    add(
      'plan',
      'say what migrate would do; changes nothing',
      async () => (await import('./commands/plan.ts')).planCommand,
    ),
  )
    .option('--prune', 'as migrate --prune')
    .option('--deep', 'also look into objects (fetches into the work directory) and count what stays behind');
  selectable(
    add(
      'verify',
      'compare both servers, ref by ref',
      async () => (await import('./commands/verify.ts')).verifyCommand,
    ),
  );
  selectable(
    add(
      'rehearse',
      'migrate into the embedded GitLab, to see everything that the real one would refuse; changes nothing',
      async () => (await import('./commands/rehearse.ts')).rehearseCommand,
    ),
  )
    .option('--prune', 'as migrate --prune')
    .option('--waive <code...>', 'as migrate --waive')
    .addOption(transport('as migrate --transport'));
  add(
    'doctor',
    'check servers, credentials, network and this machine; changes nothing',
    async () => (await import('./commands/doctor.ts')).doctorCommand,
  ).option('--waive <code...>', 'ignore these errors and warnings');
  add(
    'init',
    'ask a few questions, try the answers, write a config file',
    async () => (await import('./commands/init.ts')).initCommand,
  )
    .option('--yes', 'ask nothing: take everything from the four variables')
    .option('--force', 'replace a config file that is there')
    .option('--parent-group <path>', 'group on GitLab below which everything is created');
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

function transport(summary: string): Option {
  return new Option('--transport <name>', summary).choices(['auto', 'relay', 'mirror']).default('auto');
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number above 0 is wanted');
  return number;
}
