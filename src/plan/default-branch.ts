import { effectiveDefaultBranch } from '../gitlab/rules/default-branch.ts';
import type { RefListing, Repository } from '../model/forge.ts';

/**
 * The branch that becomes the default on the target: what GitBucket's database says if that branch exists, else where
 * git's HEAD points, else GitLab's own order (main, master, first by name). Null without branches. The two sources
 * disagree at times (GB-75, GB-112).
 */
export function sourceDefaultBranch(
  repository: Repository,
  listing: RefListing,
): { branch: string | null; warning: string | null } {
  const named = repository.defaultBranch;
  const head = listing.head?.replace(/^refs\/heads\//, '') ?? null;
  if (listing.refs.has(`refs/heads/${named}`)) {
    const differs = head !== null && head !== named;
    const warning = differs
      ? `GitBucket's default branch is ${named}, but git's HEAD is ${head}: ${named} is taken`
      : null;
    return { branch: named, warning };
  }
  const branch = effectiveDefaultBranch(listing.refs.keys(), null, head);
  if (listing.refs.size === 0) return { branch: null, warning: null };
  if (branch === null) return { branch, warning: 'it has no branch, so it gets no default branch' };
  const missing =
    named === '' ? 'GitBucket names no default branch' : `GitBucket's default branch ${named} does not exist`;
  return { branch, warning: `${missing}: ${branch} is taken` };
}

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
