import { modulesRef, type WrittenRefs } from './known-refs.ts';
import type { PullBranches } from './pull-branches.ts';
import type { Write } from '../gitlab/rules/protections.ts';
import {
  noCommit,
  removeAdvice,
  refKind,
  refusal,
  shortName,
  type NameContext,
  type RefRefusal,
} from '../gitlab/rules/ref-names.ts';
import type { RefMap } from '../model/forge.ts';
import type { RefChange } from '../model/plan.ts';
import { foldersOf } from './ref-space.ts';

/** What is known about both repositories when one ref is decided. */
export type RefSituation = {
  target: RefMap;
  written: WrittenRefs;
  /** The branch name that GitLab sets for a project without branches; null when it sets none. */
  initialBranch: string | null;
  /** False while only that name counts as the default branch. */
  hasBranches: boolean;
  /** Short name of the default branch once all branches have arrived; null when there is none. */
  defaultBranch: string | null;
  /** Short name of the default branch now; null when unknown. */
  targetDefault: string | null;
  /** `owner/name` on the source. */
  repository: string;
  /** Refs of the source that point to a tag object, though they may be branches. */
  tagged: ReadonlySet<string>;
  /** Why the target's protections do not let the ref be written; null when they do. */
  closed: (ref: string, write: Write) => RefRefusal | null;
  isPartOf: (old: string, tip: string) => boolean | null;
  isTaken: (ref: string) => boolean;
  /** Names that its fixes propose, each with its ref. */
  proposed: Map<string, string>;
};

/** What happens to one ref of the source. */
export function decideSourceRef(
  ref: string,
  id: string,
  situation: RefSituation,
  obstacles: RefObstacles,
): RefChange {
  const old = situation.target.get(ref) ?? null;
  const change: RefChange = { ref, outcome: 'unchanged', old, new: id, force: false, afterOthers: false };
  if (old === id) return change;
  const names = nameContext(situation, old === null);
  const refused = refusal(ref, names) ?? (situation.tagged.has(ref) ? noCommit(ref, 'tag', names) : null);
  if (refused !== null) return { ...change, outcome: 'refused', ...refused };
  return old === null ? create(change, situation, obstacles) : update(change, old, situation);
}

function create(change: RefChange, situation: RefSituation, obstacles: RefObstacles): RefChange {
  const early = refusedForNow(change.ref, situation) ?? situation.closed(change.ref, 'create');
  if (early !== null) return { ...change, outcome: 'refused', ...early };
  const obstacle = obstacles.inTheWayOf(change.ref);
  if (obstacle?.outcome === 'kept') {
    const reason = `refname conflict: ${obstacle.ref} exists on the target (${obstacle.reason ?? 'kept'})`;
    return { ...change, outcome: 'refused', reason, fix: obstacle.fix ?? removeAdvice(obstacle.ref) };
  }
  if (obstacle !== null) {
    const reason = `after the conflicting ${obstacle.ref} is deleted`;
    return { ...change, outcome: 'create', afterOthers: true, reason };
  }
  if (!waitsForBranches(change.ref, situation)) return { ...change, outcome: 'create' };
  const reason = 'after the branches: GitLab treats the name as the default branch until a branch exists';
  return { ...change, outcome: 'create', afterOthers: true, reason };
}

function update(change: RefChange, old: string, situation: RefSituation): RefChange {
  const decided = updateOf(change, old, situation);
  if (decided.outcome !== 'update') return decided;
  const closed = situation.closed(change.ref, 'update');
  return closed === null ? decided : { ...change, outcome: 'refused', ...closed };
}

function updateOf(change: RefChange, old: string, situation: RefSituation): RefChange {
  if (situation.written.get(change.ref)?.has(old) === true) {
    return { ...change, outcome: 'update', force: true };
  }
  const part = change.new === null ? null : situation.isPartOf(old, change.new);
  if (part === false) {
    const reason =
      "the target has commits that are not on the source's branch and that this tool did not write";
    return { ...change, outcome: 'diverged', reason, fix: 'decide manually which of the two ids is correct' };
  }
  // Commits have ancestors, so the transfer can prove a fast-forward; a moved tag would just lose its old object.
  if (refKind(change.ref) !== 'tag') {
    const reason = 'this tool did not write the target: only a fast-forward is allowed';
    return { ...change, outcome: 'update', reason };
  }
  const reason = 'the target has a different object that this tool did not write';
  return { ...change, outcome: 'diverged', reason, fix: removeAdvice(change.ref) };
}

/** The target's default branch is changed after the refs, so its name is not yet free for a tag. */
function refusedForNow(ref: string, situation: RefSituation): RefRefusal | null {
  const { targetDefault, defaultBranch } = situation;
  if (!situation.hasBranches || targetDefault === null || targetDefault === defaultBranch) return null;
  const refused = refusal(ref, { ...nameContext(situation, true), reserved: targetDefault });
  if (refused === null) return null;
  const fix = `make ${defaultBranch ?? 'another branch'} the default branch of the GitLab project, then run the same command again`;
  return { ...refused, fix };
}

function waitsForBranches(ref: string, situation: RefSituation): boolean {
  if (refKind(ref) !== 'tag' || situation.hasBranches) return false;
  return shortName(ref) === situation.initialBranch;
}

/**
 * The name that a new tag cannot get in this run nor in a later one: that of a default branch which is there already. In
 * a project without branches only the preference counts, until the branches are there (GL-182).
 */
function reservedForGood(situation: RefSituation): string | null {
  const { hasBranches, targetDefault, defaultBranch, initialBranch } = situation;
  if (hasBranches) return targetDefault === null || targetDefault === defaultBranch ? defaultBranch : null;
  return defaultBranch === null || defaultBranch === initialBranch ? initialBranch : null;
}

function nameContext(situation: RefSituation, creates: boolean): NameContext {
  const { repository, isTaken, proposed } = situation;
  return { repository, isTaken, proposed, creates, reserved: reservedForGood(situation) };
}

/** Refs that exist only on the target and may stand in the way of new ones: git cannot hold `a` beside `a/b`. */
export type RefObstacles = {
  /** The ref that must go before this one can be created; null when nothing is in the way. */
  inTheWayOf(ref: string): RefChange | null;
};

/** `leftovers` are the changes of all refs that exist only on the target. */
export function createRefObstacles(leftovers: readonly RefChange[]): RefObstacles {
  const byName = new Map(leftovers.map((change) => [change.ref, change]));
  const byFolder = new Map<string, RefChange>();
  for (const change of leftovers) {
    for (const folder of foldersOf(change.ref)) {
      // One that stays matters more than one that is deleted anyway.
      if (byFolder.get(folder)?.outcome !== 'kept') byFolder.set(folder, change);
    }
  }
  return {
    inTheWayOf(ref) {
      if (leftovers.length === 0) return null;
      const below = byFolder.get(ref);
      if (below !== undefined) return below;
      const folder = foldersOf(ref).find((name) => byName.has(name));
      return folder === undefined ? null : (byName.get(folder) ?? null);
    },
  };
}

/** Where a ref comes from that only the target has and the step of refs did not write. */
export function originOf(ref: string, pullBranches: PullBranches): string {
  if (ref in pullBranches) return 'the branch of a pull request';
  return ref === modulesRef ? 'the branch of --fix-submodules' : 'not created by this tool';
}
