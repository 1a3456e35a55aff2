import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { environmentKeys } from '../src/config/schema.ts';
import type { ExitCode } from '../src/model/result.ts';
import { createProgram } from '../src/program.ts';

/** man/gb2gl.1, made from the command line's own definition. */
export function manualPage(): string {
  const program = createProgram(packageFile.version, {} as never, () => {});
  const converter = fileURLToPath(new URL('../bin/marked-man.js', import.meta.resolve('marked-man')));
  const flags = ['--version', packageFile.version, '--manual', 'gb2gl'];
  const page = execFileSync(process.execPath, [converter, ...flags], {
    input: markdown(program),
    encoding: 'utf8',
  });
  // The day on which it was made says nothing.
  return `${page.trimEnd()}\n`.replace(/^(\.TH "\S+" "1") "[^"]*"/m, '$1 ""');
}

const exits = {
  '0': 'everything selected is on the target and proven, or there was nothing to do',
  '1': 'some items failed or could not be read; the others are done',
  '2': 'wrong usage or configuration',
  '3': 'could not start: a server cannot be reached, a token is refused, a permission is missing',
  '4': 'done as far as possible; refused, blocked, diverged or drifted items wait for a decision',
  '130': 'interrupted, or the question was answered with no',
} as const satisfies Record<ExitCode, string>;

const files = {
  'migrate.config.json': 'servers, names, limits; `gb2gl init` writes it',
  '.gb2gl/': 'the work directory: journal, mirrors, and below `reports/` what each run came to',
};

function markdown(program: Command): string {
  const variables = Object.entries(environmentKeys).map(([name, path]) => [
    name,
    `\`${path.join('.')}\` of the config`,
  ]);
  return [
    '# gb2gl(1) -- move a whole GitBucket server into GitLab',
    '## SYNOPSIS',
    '`gb2gl` *COMMAND* [*OPTIONS*]',
    '## DESCRIPTION',
    program.description(),
    'The usual order is `gb2gl init`, `gb2gl doctor`, `gb2gl plan --all`, `gb2gl fix`, `gb2gl migrate --all`, `gb2gl verify --all`.',
    '## COMMANDS',
    ...program.createHelp().visibleCommands(program).filter(isOurs).flatMap(section),
    '## ENVIRONMENT',
    definitions(Object.fromEntries(variables) as Record<string, string>),
    '## FILES',
    definitions(files),
    '## EXIT STATUS',
    definitions(exits),
  ].join('\n\n');
}

function isOurs(command: Command): boolean {
  return command.name() !== 'help';
}

function section(command: Command): string[] {
  const help = command.createHelp();
  const options = help
    .visibleOptions(command)
    .map((option) => [option.flags, help.optionDescription(option)]);
  return [
    `### gb2gl ${command.name()} ${command.usage()}`,
    `${help.commandDescription(command)}.`,
    definitions(Object.fromEntries(options) as Record<string, string>),
  ];
}

function definitions(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([term, text]) => `* \`${term}\`: ${text}`)
    .join('\n');
}
