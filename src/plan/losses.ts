import { refKind } from '../gitlab/rules/ref-names.ts';
import type { RefListing } from '../model/forge.ts';
import { lossKinds, type Loss, type LossKind } from '../model/plan.ts';

/** What only further questions to the source tell, in the order in which it is shown. */
export const uncountedWithoutAsking = [
  'issues',
  'labels',
  'milestones',
  'releases',
  'wiki-pages',
  'lfs-objects',
  'collaborators',
  'webhooks',
  'protected-branches',
] as const satisfies LossKind[];

/** The same losses in that order. */
export function inOrder(losses: readonly Loss[]): Loss[] {
  return losses.toSorted((a, b) => lossKinds.indexOf(a.kind) - lossKinds.indexOf(b.kind));
}

const pull = /^refs\/pull\/\d+\/head$/;

/**
 * What a listing of refs alone tells about things that stay behind: GitBucket keeps `refs/pull/N/head` for each pull
 * request, and further refs of its own beside it.
 */
export function lossesIn({ refs }: RefListing): Loss[] {
  let pulls = 0;
  let others = 0;
  for (const ref of refs.keys()) {
    if (pull.test(ref)) pulls += 1;
    else if (refKind(ref) === 'other') others += 1;
  }
  const losses: Loss[] = [];
  if (pulls > 0) losses.push({ kind: 'pull-requests', count: pulls });
  if (others > 0) losses.push({ kind: 'other-refs', count: others });
  return losses;
}
