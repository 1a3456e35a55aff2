import type { RefListing, Repository } from '../model.ts';
import { effectiveDefaultBranch } from './default-branch.ts';

/**
 * The branch that becomes the default on the target: what GitBucket's database says if that branch exists, else where
 * git's HEAD points, else GitLab's own order (main, master, first by name). Null without branches. The two sources
 * disagree at times (gitbucket-contract §3, T27).
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
