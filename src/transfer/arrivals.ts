import type { RefChange } from '../model.ts';

/** What the target's refs hold while they are being pushed. */
export type Arrivals = {
  /** Ids that the target has, so that nothing below them is sent. */
  ids(): string[];
  /** How many pushes of a ref have succeeded. */
  count(): number;
  /** True when something of the ref has been pushed, if only an older commit. */
  has(ref: string): boolean;
  /** The change as seen from what was pushed of it already: its own last commit is the lease. */
  fromNow(change: RefChange): RefChange;
  /** Takes in those changes that the answer calls `ok`. */
  note(changes: readonly RefChange[], refs: ReadonlyMap<string, string>): void;
};

/** Starts with the ids that the target had when the changes were decided. */
export function createArrivals(changes: readonly RefChange[]): Arrivals {
  const held = new Map(changes.map(({ ref, old }) => [ref, old]));
  const pushed = new Set<string>();
  let count = 0;
  return {
    ids: () => [...held.values()].filter((id) => id !== null),
    count: () => count,
    has: (ref) => pushed.has(ref),
    fromNow(change) {
      const old = held.get(change.ref) ?? null;
      if (!pushed.has(change.ref) || old === null) return change;
      return { ...change, outcome: 'update', old, force: true };
    },
    note(written, refs) {
      for (const { ref, new: id } of written) {
        if (refs.get(ref) !== 'ok') continue;
        held.set(ref, id);
        pushed.add(ref);
        count += 1;
      }
    },
  };
}
