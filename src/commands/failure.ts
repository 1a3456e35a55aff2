import type { Notice } from '../model/notice.ts';
import { interruption, standstill, wrongUsage } from '../failures/usage.ts';
import { CommanderError } from 'commander';
import type { Environment } from '../environment.ts';
import { asFailure, exitCodeOf, exitCodeOfStart, noticeOf } from '../failures/index.ts';
import type { Failure } from '../failures/failure.ts';
import type { ExitCode } from '../model/result.ts';
import { hang, hangFix, usualColumns } from '../text/lines.ts';

/** `json`: stdout wants a document and has none yet. */
export type FailedOptions = { json: boolean; verbose: boolean };

/** Tells why a command ended without a result, to people on stderr and to scripts as a document; gives the exit code. */
export function failed(error: unknown, environment: Environment, options: FailedOptions): ExitCode {
  const { stderr, redactor, runtime } = environment;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Its text is on stderr already.
    const detail = error.code === 'commander.help' ? 'no command given' : usageText(error.message);
    return answer(wrongUsage('', { detail }), 2, environment, options);
  }
  if (runtime.stopping.aborted && exitCodeOf(error) !== 130)
    return answer(interruption('gb2gl'), 130, environment, options);
  const known = asFailure(error, 'gb2gl');
  stderr.write(redactor.scrub(errorText(known.notice, stderr)));
  if (options.verbose && error instanceof Error) stderr.write(redactor.scrub(`${error.stack ?? ''}\n`));
  return answer(known, exitCodeOfStart(known), environment, options);
}

function answer(error: Failure, code: ExitCode, environment: Environment, { json }: FailedOptions): ExitCode {
  if (json)
    environment.stdout.write(`${environment.redactor.scrub(JSON.stringify(startFailure(error, code)))}\n`);
  return code;
}

/** What `--json` prints instead of a result when a command ends before it has one (docs/result.md). */
export type StartFailure = {
  version: 1;
  error: Notice;
  exitCode: ExitCode;
};

/** The document for an error that no result can carry. */
function startFailure(error: Failure, exitCode: ExitCode): StartFailure {
  return { version: 1, error: noticeOf(error, 'gb2gl'), exitCode };
}

/** What is told of a command that will never end by itself. */
export function neverEnding(): Failure {
  return standstill('gb2gl', {});
}

/** A failure as people read it. Wrapped on a terminal only: a script looks for whole sentences. */
export function errorText({ message, fix }: Notice, { isTTY, columns }: NodeJS.WriteStream): string {
  // Some terminals tell no width.
  const width = isTTY ? columns || usualColumns : Infinity;
  const [first = '', ...more] = message.split('\n');
  const lines = [
    ...hang('', `gb2gl: ${first}`, width, 2),
    ...more.flatMap((line) => hang(line.slice(0, line.search(/\S|$/)), line.trim(), width)),
    ...hangFix('  ', fix, width),
  ];
  return `${lines.join('\n')}\n`;
}

/** What commander says about a wrong command line, in one line and without its own prefix. */
function usageText(message: string): string {
  return message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
