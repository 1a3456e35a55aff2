import { nearest } from '../config/nearest.ts';
import { MigrationError } from '../errors.ts';
import { checks, failures } from './catalogue.ts';
import type { CheckFinding } from './finding.ts';

/** Ids of `--waive`. @throws usage when one is no id of a finding, with the nearest one */
export function waivers(ids: readonly string[]): ReadonlySet<string> {
  const known = [...Object.keys(checks), ...failures];
  for (const id of ids) {
    if (known.includes(id)) continue;
    const near = nearest(id, known);
    const meant = near === null ? '' : `, did you mean ${near}?`;
    throw new MigrationError('usage', id, {
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
