import { problemOf, type MigrationError } from '../errors.ts';
import type { ExitCode } from '../model.ts';

/** What `--json` prints instead of a result when a command ends before it has one (docs/result.md). */
export type StartFailure = {
  version: 1;
  error: { code: string; object: string; message: string; hint: string };
  exitCode: ExitCode;
};

/** The document for an error that no result can carry. */
export function startFailure(error: MigrationError, exitCode: ExitCode): StartFailure {
  const { code, object, message, hint } = problemOf(error, 'gb2gl');
  return { version: 1, error: { code, object, message, hint }, exitCode };
}
