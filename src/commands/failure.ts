import { CommanderError } from 'commander';
import type { World } from '../environment.ts';
import {
  asMigrationError,
  exitCodeOf,
  exitCodeOfStart,
  hintOf,
  MigrationError,
  problemOf,
} from '../errors.ts';
import type { ExitCode } from '../model/result.ts';

/** `json`: stdout wants a document and has none yet. */
export type FailedOptions = { json: boolean; verbose: boolean };

/** Tells why a command ended without a result, to people on stderr and to scripts as a document; gives the exit code. */
export function failed(error: unknown, world: World, options: FailedOptions): ExitCode {
  const { stderr, redactor, runtime } = world;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Its text is on stderr already.
    const detail = error.code === 'commander.help' ? 'no command is named' : usageText(error.message);
    return answer(new MigrationError('usage', '', { detail }), 2, world, options);
  }
  if (runtime.stopping.aborted && exitCodeOf(error) !== 130)
    return answer(new MigrationError('interrupted', 'gb2gl'), 130, world, options);
  const known = asMigrationError(error, 'gb2gl');
  stderr.write(redactor.scrub(errorLines(known.message, hintOf(known))));
  if (options.verbose && error instanceof Error) stderr.write(redactor.scrub(`${error.stack ?? ''}\n`));
  return answer(known, exitCodeOfStart(known), world, options);
}

function answer(error: MigrationError, code: ExitCode, world: World, { json }: FailedOptions): ExitCode {
  if (json) world.stdout.write(`${world.redactor.scrub(JSON.stringify(startFailure(error, code)))}\n`);
  return code;
}

/** What `--json` prints instead of a result when a command ends before it has one (docs/result.md). */
export type StartFailure = {
  version: 1;
  error: { code: string; object: string; message: string; hint: string };
  exitCode: ExitCode;
};

/** The document for an error that no result can carry. */
function startFailure(error: MigrationError, exitCode: ExitCode): StartFailure {
  const { code, object, message, hint } = problemOf(error, 'gb2gl');
  return { version: 1, error: { code, object, message, hint }, exitCode };
}

/** Sentences that cli.ts itself says. */
export const stoppingSoon =
  '\ngb2gl: finishing what is under way, then stopping; press Ctrl-C again to drop it and stop at once\n';

export const abortingNow = '\ngb2gl: stopping at once; run the same command again to go on\n';

function errorLines(message: string, hint: string): string {
  return `gb2gl: ${message}\n  -> ${hint}\n`;
}

/** What commander says about a wrong command line, in one line and without its own prefix. */
function usageText(message: string): string {
  return message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
