/** What becomes of the default branch of a project. */
export type HeadVerdict = 'right' | 'set' | 'kept';

/**
 * A default branch that somebody chose on GitLab after the tool saw to it is left alone. `known`: what the target had when
 * the tool last saw to it; null before that.
 */
export function headVerdict(branch: string, targetHead: string | null, known: string | null): HeadVerdict {
  if (targetHead === `refs/heads/${branch}`) return 'right';
  if (known === null) return 'set';
  return known === branch || targetHead !== `refs/heads/${known}` ? 'kept' : 'set';
}

export function keptHeadWarning(branch: string, targetHead: string | null): string {
  const now = targetHead?.replace('refs/heads/', '') ?? 'none';
  return `its default branch was changed on GitLab to ${now} and stays so; on the source it is ${branch}`;
}

export function refusedHeadWarning(branch: string, targetHead: string | null): string {
  return `GitLab keeps ${targetHead ?? 'no branch'} as default branch instead of ${branch}`;
}
