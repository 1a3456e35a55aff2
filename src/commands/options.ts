import { InvalidArgumentError, Option, type Command } from 'commander';

/** The end of a command's help: lines to type, each with what it is for. */
export function examplesText(examples: Record<string, string>): string {
  const lines = Object.entries(examples).map(([line, purpose]) => `  ${line}\n      ${purpose}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

/** What a command reads of the source. */
export function selectable(command: Command): Command {
  return command
    .option('--all', 'the whole server (narrowed by "select" in the config)')
    .option('--group <name...>', 'these groups; globs and !exclusions are allowed')
    .option('--user <name...>', 'the repositories of these users')
    .option('--repo <owner/name...>', 'these repositories')
    .option('--exclude <owner/name...>', 'never these repositories, as select.exclude of the config')
    .option(
      '--waive <code...>',
      'go on despite these findings (gb2gl explain CODE tells of each); unreadable:OWNER/NAME for what GitBucket cannot show',
    );
}

/** What a command works on, on both sides. */
export function movable(command: Command): Command {
  return selectable(command)
    .option(
      '--allow-missing-lfs <object...>',
      'move refs although these LFS objects are missing, by id or path, or "all"; reports name them',
    )
    .option('--same-servers', 'the servers of the journal and of --plan have new names but are the same');
}

type Shared =
  | 'prune'
  | 'fixSubmodules'
  | 'createUsers'
  | 'hooks'
  | 'tracker'
  | 'config'
  | 'workDir'
  | 'json'
  | 'quiet'
  | 'concurrency';

/** Adds options that commands have in common, below their own. */
export function share(command: Command, ...names: Shared[]): void {
  const shared: Record<Shared, Option> = {
    prune: new Option('--prune', 'delete refs on GitLab that gb2gl wrote and that were deleted on GitBucket'),
    fixSubmodules: new Option(
      '--fix-submodules',
      'make a branch gb2gl/submodules on GitLab where submodules of the default branch lead to the old server',
    ),
    createUsers: new Option(
      '--create-users',
      'create GitLab accounts for people who have none (needs an administrator); nobody gets a mail',
    ),
    hooks: new Option('--hooks', 'make the webhooks on GitLab too, last of all'),
    tracker: new Option(
      '--tracker <mode>',
      'issues, pull requests, labels and milestones: auto moves them, rest moves all but pull requests without archives, off leaves them on GitBucket (default: as migrate.tracker of the config)',
    ).choices(['auto', 'rest', 'off']),
    config: new Option('--config <file>', 'config file (default: migrate.config.json, if it exists)'),
    workDir: new Option('--work-dir <dir>', 'directory for journal, mirrors and reports').default('.gb2gl'),
    concurrency: new Option('--concurrency <n>', 'repositories to migrate concurrently').argParser(positive),
    json: new Option('--json', 'print a single JSON document to stdout and nothing else'),
    quiet: new Option('--quiet', 'print only the verdict, the counts and the problems'),
  };
  for (const [name, option] of Object.entries(shared)) {
    if (names.includes(name as Shared)) command.addOption(option);
  }
  command
    .option('--verbose', 'log every retry; print stack traces')
    .option('--no-color', 'disable colors (NO_COLOR also works)');
}

export function transport(summary: string): Option {
  return new Option('--transport <name>', summary).choices(['auto', 'relay', 'mirror']).default('auto');
}

/** For commands that read GitBucket. */
export function from(): Option {
  return new Option('--from <directory>', 'read what gb2gl export wrote there instead of GitBucket');
}

export function port(flags: string, server: string): Option {
  return new Option(flags, `port for ${server} (default: any free port)`).argParser(positive);
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('must be a positive integer');
  return number;
}
