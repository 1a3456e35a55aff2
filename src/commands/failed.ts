import { CommanderError } from 'commander';
import { asMigrationError, exitCodeOf, exitCodeOfStart, hintOf, MigrationError } from '../errors.ts';
import type { ExitCode } from '../model.ts';
import { startFailure } from '../report/start-failure.ts';
import { errorLines, usageText } from '../ui/cli-messages.ts';
import type { World } from './world.ts';

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
