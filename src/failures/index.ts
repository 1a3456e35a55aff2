/** Every failure that is expected to happen, by whose side it is on. docs/errors.md is generated from it. */
import type { ExitCode } from '../model/result.ts';
import type { Notice } from '../model/notice.ts';
import { Failure, type FailureState } from './failure.ts';
import * as carrier from './carrier.ts';
import * as forks from './forks.ts';
import * as git from './git.ts';
import * as lfs from './lfs.ts';
import * as tracker from './tracker.ts';
import * as network from './network.ts';
import * as people from './people.ts';
import * as source from './source.ts';
import * as target from './target.ts';
import * as tls from './tls.ts';
import * as usage from './usage.ts';
import * as wiki from './wiki.ts';

export const failures = {
  ...usage,
  ...network,
  ...tls,
  ...source,
  ...target,
  ...carrier,
  ...forks,
  ...git,
  ...lfs,
  ...tracker,
  ...people,
  ...wiki,
};

export type FailureCode = (typeof failures)[keyof typeof failures]['code'];

/** Exit code of a command that ends in this state. */
export const exitCodes = {
  noted: 0,
  failed: 1,
  usage: 2,
  'not-started': 3,
  blocked: 4,
  drifted: 4,
  interrupted: 130,
} as const satisfies Record<FailureState, ExitCode>;

/** Exit code of a command that this failure ends. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof Failure ? exitCodes[error.state] : 1;
}

/** Exit code of an error that no item took up: what fails at a server then kept the run from starting. */
export function exitCodeOfStart(error: unknown): ExitCode {
  const exit = exitCodeOf(error);
  if (exit !== 1 || !(error instanceof Failure)) return exit;
  return ['source', 'target', 'network'].includes(error.blame) ? 3 : 1;
}

export function isRetryable(error: unknown): boolean {
  return error instanceof Failure && error.retryable;
}

const fatal: ReadonlySet<string> = new Set([
  'interrupted',
  'tls-untrusted',
  'wrong-scheme',
  'client-certificate',
  'proxy-refused',
  'redirected',
  'unreachable',
  'connection-cut',
  'maintenance',
]);

/** True when nobody told what was asked for, the server or what stands in front of it. */
export function isServerTrouble(error: unknown): error is Failure {
  return error instanceof Failure && ['server-error', 'gateway-failed', 'answer-cut'].includes(error.code);
}

/** Somebody is there, whatever the answer was. */
export function isAnswer(error: unknown): boolean {
  return isServerTrouble(error) || (error instanceof Failure && error.code === 'rate-limited');
}

/** What concerns the whole server, not one repository. */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof Failure)) return true;
  return stopsRun(error) || fatal.has(error.code);
}

/** True when nothing else can succeed before somebody acts: it is about the token, its user or the whole server. */
function stopsRun(error: Failure): boolean {
  return ['token-refused', 'user-refused', 'maintenance', 'read-only'].includes(error.code);
}

/** Path on the target below which nothing can succeed any more; '' for everything, null when it is about one item. */
export function closedBy(error: unknown): string | null {
  if (!(error instanceof Failure)) return null;
  if (stopsRun(error)) return '';
  return error.code === 'group-closed' ? error.object : null;
}

/** The form in which reports carry an error. Unknown errors are shown as such, with their text. */
export function noticeOf(error: unknown, object: string): Notice {
  const { notice } = asFailure(error, object);
  return { ...notice, object: notice.object || object };
}

export function asFailure(error: unknown, object: string): Failure {
  if (error instanceof Failure) return error;
  const systemCode = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT') return usage.diskFull(object, {}, error);
  return usage.unexpected(object, { detail: textOf(error) }, error);
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : JSON.stringify(error);
}
