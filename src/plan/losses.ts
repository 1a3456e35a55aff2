import type { Loss, RefListing } from '../model.ts';
import { refKind } from './ref-names.ts';

const PULL = /^refs\/pull\/\d+\/head$/;

/**
 * What a listing of refs alone tells about things that stay behind: GitBucket keeps `refs/pull/N/head` for each pull
 * request, and further refs of its own beside it.
 */
export function lossesIn({ refs }: RefListing): Loss[] {
  let pulls = 0;
  let others = 0;
  for (const ref of refs.keys()) {
    if (PULL.test(ref)) pulls += 1;
    else if (refKind(ref) === 'other') others += 1;
  }
  const losses: Loss[] = [];
  if (pulls > 0) losses.push({ kind: 'pull-requests', count: pulls });
  if (others > 0) losses.push({ kind: 'other-refs', count: others });
  return losses;
}
