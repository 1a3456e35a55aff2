import type { RefChange } from '../model.ts';

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

/** `refs/heads/a/b/c` lies in `refs/heads/a` and `refs/heads/a/b`. */
function foldersOf(ref: string): string[] {
  const parts = ref.split('/');
  const folders: string[] = [];
  for (let length = 3; length < parts.length; length += 1) folders.push(parts.slice(0, length).join('/'));
  return folders;
}
