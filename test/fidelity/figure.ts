import type { Outcome } from './replay.ts';

/** Sections that say whether a migration meets what it would meet on a real server. */
export const core: readonly string[] = [
  'meta',
  'groups',
  'projects',
  'deletion',
  'limits',
  'repo',
  'protect',
  'later',
];

/** How many of the answers have the status of the real ones, in percent. */
export function equalShare(outcomes: readonly Outcome[]): number {
  return (outcomes.filter(({ real, embedded }) => real === embedded).length / outcomes.length) * 100;
}
