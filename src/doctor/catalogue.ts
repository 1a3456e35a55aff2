import type { ErrorCode } from '../errors.ts';
import { machineCatalogue } from './catalogue-machine.ts';
import { sourceCatalogue } from './catalogue-source.ts';
import { targetCatalogue } from './catalogue-target.ts';

/** Every finding that is no failure of its own; docs/doctor.md is made from it. */
export const checks = { ...machineCatalogue, ...sourceCatalogue, ...targetCatalogue };

export type CheckId = keyof typeof checks;

/** Failures of the error catalogue that doctor meets, in its order: they are findings under their own code. */
export const failures = [
  'token-missing',
  'unreachable',
  'timeout',
  'tls-untrusted',
  'redirected',
  'not-the-api',
  'server-error',
  'rate-limited',
  'token-refused',
  'user-refused',
  'token-scope',
  'git-token-refused',
  'repository-broken',
  'repository-unreadable',
  'listing-disagrees',
  'fetch-failed',
  'hidden-owners',
  'parent-group-missing',
  'maintenance',
  'target-refused',
  'target-forbidden',
  'work-dir',
  'work-dir-locked',
  'journal-damaged',
  'journal-of-others',
  'unexpected',
] as const satisfies readonly ErrorCode[];
