import { catalogue, type ErrorContext, type Entry } from './error-catalogue.ts';
import type { Problem } from './model/forge.ts';
import type { ExitCode } from './model/result.ts';

export type ErrorCode = keyof typeof catalogue;

/** An expected failure: it has a code of the catalogue, names its object and tells the way out. */
export class MigrationError extends Error {
  readonly code: ErrorCode;
  /** What it is about: `owner/name`, an owner, a file or a server's URL. */
  readonly object: string;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, object: string, context: ErrorContext = {}, cause?: unknown) {
    super(entryOf(code).message({ object, ...context }), cause === undefined ? undefined : { cause });
    this.name = 'MigrationError';
    this.code = code;
    this.object = object;
    this.context = { object, ...context };
  }
}

export function hintOf(error: MigrationError): string {
  return entryOf(error.code).hint(error.context);
}

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof MigrationError ? entryOf(error.code).exit : 1;
}

/** Exit code of an error that no item took up: what fails at a server then kept the run from starting. */
export function exitCodeOfStart(error: unknown): ExitCode {
  const exit = exitCodeOf(error);
  if (exit !== 1 || !(error instanceof MigrationError)) return exit;
  return ['source', 'target', 'network'].includes(entryOf(error.code).blame) ? 3 : 1;
}

/** True when the same request may succeed a little later without anybody doing anything. */
export function isRetryable(error: unknown): boolean {
  return error instanceof MigrationError && entryOf(error.code).retryable;
}

/** The form in which reports carry an error. Unknown errors are shown as such, with their text. */
export function problemOf(error: unknown, object: string): Problem {
  const known = asMigrationError(error, object);
  return { code: known.code, object: known.object || object, message: known.message, hint: hintOf(known) };
}

export function asMigrationError(error: unknown, object: string): MigrationError {
  if (error instanceof MigrationError) return error;
  const systemCode = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT')
    return new MigrationError('disk-full', object, {}, error);
  return new MigrationError('unexpected', object, { detail: textOf(error) }, error);
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : JSON.stringify(error);
}

function entryOf(code: ErrorCode): Entry {
  return catalogue[code];
}
