import type { Sizer } from '../send-batches.ts';

const SMALLEST = 20;
const USUAL = 50;
const LARGEST = 500;
/** A request that is silent longer than a proxy's patience is lost whole (gitlab-push-observed §m): far below that. */
const WANTED_MS = 3000;

/**
 * Refs per request: 50 until the time per ref is known, then as many as take about three seconds. The real GitLab spends
 * some 20 ms in hooks for each of them (gitlab-push-observed §c).
 */
export function createSizer(): Sizer {
  let msPerRef: number | null = null;
  return {
    size() {
      if (msPerRef === null) return USUAL;
      return Math.min(LARGEST, Math.max(SMALLEST, Math.floor(WANTED_MS / Math.max(msPerRef, 0.1))));
    },
    learn(refs, ms) {
      // A few refs tell more of the request than of the hooks.
      if (refs < SMALLEST) return;
      const measured = ms / refs;
      msPerRef = msPerRef === null ? measured : (msPerRef + measured) / 2;
    },
  };
}
