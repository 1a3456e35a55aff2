/** What turning the items of a tracker into lines of an archive is told about the rest of the world. */
import type { FileDiff as ChangedFile } from '../../model/target-tracker.ts';
import type { LineComment, Login, TrackerItem, TrackerPull } from '../../model/tracker.ts';
import type { LabelLine, MilestoneLine } from './words.ts';

export type Making = {
  /** `owner/name` on the source. */
  repository: string;
  people: People;
  texts: Texts;
  /** The label of that name; null when the project has none, or GitLab cannot have it. */
  label(name: string): LabelLine | null;
  /** What becomes of a priority: a label by its name, a line of the table of fields, or nothing. */
  priority(name: string): { label: string } | 'field' | null;
  /** The milestone of that title; null when there is none. */
  milestone(title: string): MilestoneLine | null;
  place(pull: TrackerPull): Place;
};

export type People = {
  /** The person's number in the archive, see `membersOf`; null without an account that the import maps. */
  number(login: Login): number | null;
  /** The display name, as Markdown without meaning: GitLab puts it below the notes of those whom it cannot map. */
  name(login: Login): string;
  /** The number by which the line names an assignee; null for somebody who cannot be one. */
  assignee(login: Login): number | null;
  /** How a text names the person: `@account`, or what is nobody's name on GitLab. */
  mention(login: Login): string;
};

export type Texts = {
  /**
   * A text for GitLab in pieces, in order: the first stands where the text stood, the others become notes after it. Nothing
   * for a blank one. Each piece leaves `spare` characters to its limit.
   */
  text(body: string, of: TrackerItem, kind: 'description' | 'note'): string[];
  /** The title that GitLab takes, which alone makes a draft (GL-435); `rest` is Markdown for the head of the description where something had to be cut. */
  title(title: string, of: TrackerItem): { title: string; rest: string | null };
  /** A line of Markdown that says who did it, and when; null for somebody whom the import maps. */
  attribution(act: 'opened', login: Login, at: string): string | null;
  /** Markdown before a comment whose line GitLab cannot show: commit, path, line and, where known, the line itself. */
  lostPlace(comment: LineComment, pull: TrackerPull): string;
};

/** Where a pull request stands in the repository on GitLab, which has all of these commits. */
export type Place = {
  /** Null when it is lost: then the request has no diff. */
  head: string | null;
  /**
   * Where the target branch stood: the first parent of the merge commit; for squash and rebase where the branch started; for
   * the others the merge base. Null where it is not known. A commit that contains the head gives an empty diff.
   */
  start: string | null;
  mergeCommit: string | null;
  squashCommit: string | null;
  /** The diff that this head was shown with, for comments on its lines; null when it is not known. */
  diff(head: string): PullDiff | null;
};

/** The three commits of a version of a merge request, and its files. */
export type PullDiff = { base: string; start: string; head: string; files: readonly FileDiff[] };

/** As GitLab's `compare` gives it. */
export type FileDiff = Pick<ChangedFile, 'oldPath' | 'newPath' | 'text'>;

/** Characters that every piece of a text leaves free: for what stands before it, and for what GitLab puts after it. */
export const spare = 4096;
