import type { TrackerGap } from '../../model/tracker.ts';

/** What could not be read of one tracker; the same is told once. */
export type Gaps = {
  note(gap: TrackerGap): void;
  all(): TrackerGap[];
};

export function createGaps(): Gaps {
  const found = new Map<string, TrackerGap>();
  return {
    note: (gap) => void found.set(`${gap.what} ${gap.of}`, gap),
    all: () => [...found.values()],
  };
}
