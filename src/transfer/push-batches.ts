import type { RefChange } from '../model.ts';

/**
 * Refs that go in one push at most. GitLab runs a hook of about 20 ms for each of them in silence, and a proxy that cuts
 * the silence loses the whole request (gitlab-push-observed §c, §m): 200 stay within a few seconds.
 */
const REFS_PER_PUSH = 200;

/** Writes in the order in which they go: the default branch is in the first batch, late refs are in batches of their own. */
export function pushBatches(changes: readonly RefChange[]): RefChange[][] {
  const writes = changes.filter(isWrite);
  return [
    ...chunks(writes.filter((change) => !change.late)),
    ...chunks(writes.filter((change) => change.late)),
  ];
}

export function isWrite({ outcome }: RefChange): boolean {
  return outcome === 'create' || outcome === 'update' || outcome === 'delete';
}

function chunks(changes: readonly RefChange[]): RefChange[][] {
  const parts: RefChange[][] = [];
  for (let at = 0; at < changes.length; at += REFS_PER_PUSH)
    parts.push(changes.slice(at, at + REFS_PER_PUSH));
  return parts;
}
