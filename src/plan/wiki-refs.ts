import { effectiveDefaultBranch, refKind, shortName, travels } from '../gitlab/rules/ref-names.ts';
import type { RefListing, RefMap } from '../model/forge.ts';
import type { RefChange } from '../model/plan.ts';
import type { WrittenRefs } from './known-refs.ts';
import { createRefObstacles, type RefObstacles } from './ref-decisions.ts';
import { renameRefs } from './refs.ts';

export type WikiSides = {
  source: RefListing;
  target: RefListing;
  written: WrittenRefs;
  /** The tip with which the wiki was moved last; null before. What differs from it on the target is not ours. */
  moved: string | null;
  prune: boolean;
};

/** What is decided for the refs of a wiki. */
export type WikiRefs = {
  /** The source's branches and tags under the names with which they travel. */
  listing: RefListing;
  /** Full names of the branch that GitBucket shows: there, and on the target. Null without a branch. */
  shown: { from: string; to: string } | null;
  refs: RefChange[];
};

/**
 * Decides for every branch and tag of a wiki. Nothing but the right is checked in its pushes (GL-272), so no name is
 * refused; the branch that GitBucket shows goes to the one that GitLab shows (GL-273).
 */
export function planWikiRefs({ source, target, written, moved, prune }: WikiSides): WikiRefs {
  const own = new Map([...source.refs].filter(([ref]) => travels(ref, { notes: false })));
  const shown = shownBranch({ ...source, refs: own }, target);
  const renames = shown === null || shown.from === shown.to ? {} : { [shown.from]: shown.to };
  const listing = renameRefs({ ...source, refs: own }, renames);
  const leftovers = planLeftovers(listing.refs, { target, written, prune });
  const obstacles = createRefObstacles(leftovers);
  const changes = [...listing.refs].map(([ref, id]) =>
    decide(ref, id, { target, written, moved }, obstacles),
  );
  const first = shown?.to ?? '';
  const refs = [...changes, ...leftovers].sort(
    (a, b) => Number(b.ref === first) - Number(a.ref === first) || (a.ref < b.ref ? -1 : 1),
  );
  return { listing, shown, refs };
}

/** The target's own branch of that name stays what it is; where there are others, GitLab shows one of them already. */
function shownBranch(source: RefListing, target: RefListing): WikiRefs['shown'] {
  const from = headOf(source);
  if (from === null) return null;
  const there = headOf(target);
  const keeps = there === null || target.refs.has(from) || source.refs.has(there);
  return { from, to: keeps ? from : there };
}

/** The branch that is shown as long as nobody has looked before: HEAD's, main, master, or the first (GL-273). */
export function headOf({ refs, head }: RefListing): string | null {
  const branches = [...refs.keys()].filter((ref) => refKind(ref) === 'branch').sort();
  const name = effectiveDefaultBranch(branches, null, head === null ? null : shortName(head));
  return name === null ? null : `refs/heads/${name}`;
}

/**
 * True when GitLab would choose another branch to show, were all of them there at once: then the right one must be alone
 * when GitLab first looks.
 */
export function mustComeFirst({ listing, shown }: Pick<WikiRefs, 'listing' | 'shown'>): boolean {
  return (
    shown !== null && [...listing.refs.keys()].some((ref) => ref !== shown.to && refKind(ref) === 'branch')
  );
}

export const mergeAdvice =
  "merge the two with git and push the result to the wiki on GitBucket, then run again; or leave GitLab's as it is, and the item diverged";

type Deciding = Pick<WikiSides, 'target' | 'written' | 'moved'>;

function decide(
  ref: string,
  id: string,
  { target, written, moved }: Deciding,
  obstacles: RefObstacles,
): RefChange {
  const old = target.refs.get(ref) ?? null;
  const change: RefChange = { ref, outcome: 'unchanged', old, new: id, force: false, afterOthers: false };
  if (old === id) return change;
  if (old !== null) {
    if (written.get(ref)?.has(old) === true) return { ...change, outcome: 'update', force: true };
    if (id === moved)
      return {
        ...change,
        outcome: 'diverged',
        reason: 'it was edited on GitLab since this tool wrote it',
        fix: mergeAdvice,
      };
    const reason = 'this tool did not write the target: only a fast-forward is allowed';
    if (refKind(ref) === 'branch') return { ...change, outcome: 'update', reason };
    return { ...change, outcome: 'diverged', reason: 'the target has a different object', fix: mergeAdvice };
  }
  const obstacle = obstacles.inTheWayOf(ref);
  if (obstacle === null) return { ...change, outcome: 'create' };
  if (obstacle.outcome === 'delete') return { ...change, outcome: 'create', afterOthers: true };
  const reason = `refname conflict: ${obstacle.ref} exists in the wiki on GitLab`;
  return { ...change, outcome: 'refused', reason, fix: `delete ${obstacle.ref} there, then run again` };
}

/** What is only on the target stays, unless this tool wrote it and `--prune` was asked for. */
function planLeftovers(
  source: RefMap,
  { target, written, prune }: Omit<WikiSides, 'source' | 'moved'>,
): RefChange[] {
  return [...target.refs].flatMap(([ref, old]): RefChange[] => {
    if (source.has(ref) || !travels(ref, { notes: false })) return [];
    const change: RefChange = { ref, outcome: 'kept', old, new: null, force: false, afterOthers: false };
    const ours = written.get(ref)?.has(old) === true;
    return [prune && ours && source.size > 0 ? { ...change, outcome: 'delete', force: true } : change];
  });
}
