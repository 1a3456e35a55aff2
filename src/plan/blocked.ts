import type { ErrorContext } from '../error-catalogue.ts';
import { MigrationError, problemOf, type ErrorCode } from '../errors.ts';
import type { Blocked } from '../model/plan.ts';

/** What the plan says of a refusal that it foresees: the words are those of the run that would meet it. */
export function foreseen(code: ErrorCode, object: string, context: ErrorContext = {}): Blocked {
  const { message, hint } = problemOf(new MigrationError(code, object, context), object);
  return { code, reason: message, fix: hint };
}
