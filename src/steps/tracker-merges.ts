import type { TrackerPull } from '../model/tracker.ts';
import type { Place, RunContext } from './step.ts';

/** The commits by which a pull request came into its branch; null where that is not certain. */
export type Merge = { mergeCommit: string | null; squashCommit: string | null };

export const noMerge: Merge = { mergeCommit: null, squashCommit: null };

/** GitBucket notes a merge when it has made the commit; one that was pushed is noted later. */
const beforeMs = 3_600_000;
const afterMs = 60_000;

/**
 * Finds the merge of a pull request in its branch on GitLab, as GitBucket makes it (GB-208): a merge has the head as its
 * second parent, what was squashed is one commit with the text of the merge. What was rebased has no commit of its own.
 */
export async function mergeOf(
  { state, mergedAt, base, events }: TrackerPull,
  head: string | null,
  place: Place,
  { target }: RunContext,
): Promise<Merge> {
  if (state !== 'merged' || mergedAt === null || head === null) return noMerge;
  const at = Date.parse(mergedAt);
  const [from, to] = [new Date(at - beforeMs), new Date(at + afterMs)];
  const commits = (await target.commitsBetween(place, base.branch, from, to)) ?? [];
  const mergeCommit = commits.find(({ parents }) => parents.length === 2 && parents[1] === head)?.id;
  if (mergeCommit !== undefined) return { ...noMerge, mergeCommit };
  const text = events?.findLast(({ kind }) => kind === 'merge');
  const said = text !== undefined && 'text' in text ? plain(text.text ?? '') : '';
  const squashed = commits.filter(
    ({ parents, message }) => parents.length === 1 && said !== '' && plain(message) === said,
  );
  return { ...noMerge, squashCommit: squashed.length === 1 ? (squashed[0]?.id ?? null) : null };
}

/** Forms send other line ends than git has. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}
