import { wrongUsage } from '../failures/usage.ts';
import type { FailureCode } from '../failures/index.ts';
import { nearest } from '../text/nearest.ts';
import { machineCatalogue } from './catalogue-machine.ts';
import { sourceCatalogue } from './catalogue-source.ts';
import { targetCatalogue } from './catalogue-target.ts';
import type { CheckFinding } from './finding.ts';

/** Ids of `--waive`. @throws usage when one is no id of a finding, with the nearest one */
export function waivers(ids: readonly string[]): ReadonlySet<string> {
  const known = [...Object.keys(checks), ...failures];
  for (const id of ids) {
    if (known.includes(id)) continue;
    const near = nearest(id, known);
    const meant = near === null ? '' : `, did you mean ${near}?`;
    throw wrongUsage(id, {
      detail: `--waive ${id}: there is no finding of that id${meant}`,
    });
  }
  return new Set(ids);
}

/** The findings, with those errors and warnings marked that are waived. */
export function withWaivers(findings: readonly CheckFinding[], waived: ReadonlySet<string>): CheckFinding[] {
  return findings.map((finding) => ({
    ...finding,
    waived: waived.has(finding.id) && (finding.level === 'error' || finding.level === 'warning'),
  }));
}

/** Errors that stand in the way. */
export function openErrors(findings: readonly CheckFinding[]): CheckFinding[] {
  return findings.filter(({ level, waived }) => level === 'error' && !waived);
}

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
] as const satisfies readonly FailureCode[];
