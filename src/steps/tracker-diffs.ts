import type { TrackerPull } from '../model/tracker.ts';
import type { PullDiff } from '../tracker/archive/making.ts';
import type { Place, RunContext } from './step.ts';

/** The diffs that line comments were written on, by the commit that was shown. */
export async function diffsOf(
  { base, lineComments }: TrackerPull,
  place: Place,
  { target }: RunContext,
): Promise<Map<string, PullDiff>> {
  const diffs = new Map<string, PullDiff>();
  if (base.commit === null) return diffs;
  for (const head of new Set((lineComments ?? []).map(({ commit }) => commit))) {
    const files = await target.diff(place, base.commit, head);
    if (files === null) continue;
    const shown = files.map(({ oldPath, newPath, text }) => ({ oldPath, newPath, diff: text }));
    diffs.set(head, { base: base.commit, start: base.commit, head, files: shown });
  }
  return diffs;
}
