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
    .description('Migrates a whole GitBucket server to GitLab and proves that nothing was lost.')
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError('(gb2gl --help shows all commands)')
    .exitOverride();

  function add(name: string, summary: string, load: () => Promise<Handler>): Command {
    const command = program
      .command(name)
      .description(summary)
      .option('--config <file>', 'config file (default: migrate.config.json, if it exists)')
      .option('--work-dir <dir>', 'directory for journal, mirrors and reports', '.gb2gl')
      .option('--json', 'print a single JSON document to stdout and nothing else')
      .option('--quiet', 'print only the summary')
      .option('--verbose', 'log every retry; print stack traces')
      .option('--no-color', 'disable colors (NO_COLOR also works)')
      .addOption(new Option('--concurrency <n>', 'repositories to migrate concurrently').argParser(positive))
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
      'migrate everything that is selected',
      async () => (await import('./commands/migrate.ts')).migrateCommand,
    ),
  )
    .option('--dry-run', 'same as gb2gl plan')
    .option('--deep', 'with --dry-run: same as plan --deep')
    .option(
      '--plan <file>',
      'apply exactly this plan.json; anything that has changed since is skipped and listed',
    )
    .option('--prune', 'delete refs on GitLab that gb2gl wrote and that were deleted on GitBucket')
    .option('--yes', 'do not ask before applying the plan')
    .option('--waive <code...>', 'continue despite these findings (see docs/doctor.md)')
    .addOption(transport('how to transfer repositories'));
  selectable(
    add(
      'plan',
      'show what migrate would do; changes nothing',
      async () => (await import('./commands/plan.ts')).planCommand,
    ),
  )
    .option('--prune', 'same as migrate --prune')
    .option(
      '--deep',
      'also inspect objects (fetches into the work directory) and count what is not migrated',
    );
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
      'migrate into the embedded GitLab to find everything the real one would reject; changes nothing',
      async () => (await import('./commands/rehearse.ts')).rehearseCommand,
    ),
  )
    .option('--prune', 'same as migrate --prune')
    .option('--waive <code...>', 'same as migrate --waive')
    .addOption(transport('same as migrate --transport'));
  add(
    'doctor',
    'check servers, credentials, network and this machine; changes nothing',
    async () => (await import('./commands/doctor.ts')).doctorCommand,
  ).option('--waive <code...>', 'ignore these errors and warnings');
  add(
    'init',
    'ask a few questions, test the answers and write a config file',
    async () => (await import('./commands/init.ts')).initCommand,
  )
    .option('--yes', 'ask nothing; take everything from the four environment variables')
    .option('--force', 'replace an existing config file')
    .option('--parent-group <path>', 'GitLab group under which everything is created');
  add(
    'status',
    'show what the journal says; contacts no server',
    async () => (await import('./commands/status.ts')).statusCommand,
  );
  add(
    'sandbox',
    'start an embedded GitBucket and GitLab with sample data',
    async () => (await import('./commands/sandbox.ts')).sandboxCommand,
  )
    .addOption(
      new Option('--gitbucket-port <port>', 'port for GitBucket (default: any free port)').argParser(
        positive,
      ),
    )
    .addOption(
      new Option('--gitlab-port <port>', 'port for GitLab (default: any free port)').argParser(positive),
    );
  add(
    'demo',
    'run sandbox, migrate --all, verify and reports in one go',
    async () => (await import('./commands/demo.ts')).demoCommand,
  );
  return program;
}

function selectable(command: Command): Command {
  return command
    .option('--all', 'the whole server (narrowed by "select" in the config)')
    .option('--group <name...>', 'these groups; globs and !exclusions are allowed')
    .option('--user <name...>', 'the repositories of these users')
    .option('--repo <owner/name...>', 'these repositories')
    .option('--same-servers', 'the servers of the journal and of --plan have new names but are the same');
}

function transport(summary: string): Option {
  return new Option('--transport <name>', summary).choices(['auto', 'relay', 'mirror']).default('auto');
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('must be a positive integer');
  return number;
}
