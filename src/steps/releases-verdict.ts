import type { TargetRelease } from '../model/target-tracker.ts';
import type { TrackerRelease } from '../model/tracker.ts';
import type { KnownRelease, ReleasesData } from './releases-part.ts';
import { digestOfRelease, digestOfSource } from './releases-texts.ts';

/**
 * What is to be said of a release. *ours*: it is there as it was made, or half made; *changed*: on the source alone; *touched*:
 * on the target alone; *both*; *removed* on the target; *taken*: somebody else made one of that tag.
 */
export type Verdict = 'missing' | 'ours' | 'changed' | 'touched' | 'both' | 'removed' | 'taken';

export function verdictOf(
  release: TrackerRelease,
  found: TargetRelease | undefined,
  data: ReleasesData | null,
): Verdict {
  const known = data?.releases?.[release.tag];
  if (found === undefined) return known?.sent === undefined ? 'missing' : 'removed';
  if (known === undefined || (known.sent === undefined && known.open === undefined)) return 'taken';
  // While it is written nobody knows which of the two is there.
  if (known.open === true) return known.sent === undefined ? 'ours' : 'changed';
  const changed = known.source !== digestOfSource(release);
  if (isTouched(found, known)) return changed ? 'both' : 'touched';
  return changed ? 'changed' : 'ours';
}

/** Killed before it was looked at, what was sent is all that is known of it; without a date that says nothing of the date. */
function isTouched(found: TargetRelease, { seen, sent }: KnownRelease): boolean {
  if (seen !== undefined) return digestOfRelease(found) !== seen;
  return digestOfRelease(found) !== sent && digestOfRelease({ ...found, releasedAt: null }) !== sent;
}
