/** What hangs on a repository beside git: issues, pull requests and all that belongs to them. Times are ISO 8601 in UTC. */
import type { Readable } from 'node:stream';
import type { RepositoryName } from './source.ts';

/** Names may differ in letter case only. */
export type TrackerLabel = { name: string; /** Six hex digits. */ color: string };

export type TrackerMilestone = {
  title: string;
  description: string;
  closed: boolean;
  closedAt: string | null;
  /** `2026-01-31` as its author meant it; null without one. */
  dueOn: string | null;
  /** Grows with every milestone of the server. */
  id: number;
};

/** Somebody of the source, by the login under which the source names them. */
export type Login = string;

export type TrackerComment = {
  /** Grows over the whole server. */
  id: number;
  author: Login;
  body: string;
  createdAt: string;
  updatedAt: string;
};

/** On a line, a file or the whole of a commit; in a pull request, or outside of any. */
export type LineComment = TrackerComment & {
  /** The commit that was shown when it was written. */
  commit: string;
  path: string | null;
  oldLine: number | null;
  newLine: number | null;
  /** Id of the comment that began the thread; null when it is alone or begins it. */
  replyTo: number | null;
  /** Where the source shows it now, when commits have come since; absent where that is the same place. */
  now?: { commit: string; oldLine: number | null; newLine: number | null };
};

/** What happened to an item, as far as the source keeps it. */
export type TrackerEvent = { id: number; author: Login; at: string } &
  /** `text`: what was written when it was merged. */
  (
    | { kind: 'close' | 'reopen' | 'merge'; text?: string }
    | { kind: 'label' | 'assignee'; added: boolean; name: string }
    /** `from` and `to` are empty when there was nothing. */
    | { kind: 'title' | 'milestone' | 'priority' | 'base'; from: string; to: string }
    /** A commit (its id), an issue of this repository (`#7`) or of another one (`owner/name#7`) mentions the item. */
    | { kind: 'mention'; of: string; text: string }
    | { kind: 'branch-deleted'; name: string }
  );

type Item = {
  /** Issues and pull requests of a repository share one sequence. */
  number: number;
  title: string;
  body: string;
  author: Login;
  createdAt: string;
  updatedAt: string;
  /** Names. */
  labels: string[];
  /** Title. */
  milestone: string | null;
  assignees: Login[];
  /** Null where there is none, and where the source does not tell. */
  priority: string | null;
  /** Custom fields, by their names. */
  fields: { name: string; value: string }[];
  /** By their ids. */
  comments: TrackerComment[];
  /** By their ids; null where the source does not tell. */
  events: TrackerEvent[] | null;
  /** Null while it is open, and where the source does not tell. */
  closedAt: string | null;
  closedBy: Login | null;
};

export type TrackerIssue = Item & { kind: 'issue'; state: 'open' | 'closed' };

export type TrackerPull = Item & {
  kind: 'pull';
  state: 'open' | 'closed' | 'merged';
  draft: boolean;
  /** `repository` is `owner/name`; null when that is gone, or not known. `commit` is null when the source has lost it. */
  head: { repository: string | null; branch: string; commit: string | null };
  /** `commit` is where the two met when the request was made, or its branch pushed. */
  base: { branch: string; commit: string | null };
  mergedAt: string | null;
  mergedBy: Login | null;
  /** By their ids; null where the source does not tell. */
  lineComments: LineComment[] | null;
};

export type TrackerItem = TrackerIssue | TrackerPull;

export type TrackerAsset = { id: string; name: string; /** As it was announced, in bytes. */ size: number };

export type TrackerRelease = {
  tag: string;
  name: string;
  body: string;
  author: Login | null;
  /** Null where the source does not tell. */
  createdAt: string | null;
  assets: TrackerAsset[];
};

/** Something that is there and could not be read; `count` is null when nobody can tell how many. */
export type TrackerGap = {
  what:
    | 'issue'
    | 'pull-request'
    | 'comments'
    | 'history'
    | 'line-comments'
    | 'commit-comments'
    | 'priorities'
    | 'custom-fields'
    | 'milestones'
    | 'releases'
    | 'attachment';
  count: number | null;
  /** `#7`, or a file; empty for the repository as a whole. */
  of: string;
  detail: string;
};

/** The tracker of one repository. Nothing is read before it is asked for, and nothing is kept but what is asked often. */
export type TrackerReader = {
  labels(): Promise<TrackerLabel[]>;
  /** Has it labels that somebody chose, or milestones? Few questions tell it of all repositories. */
  furnished(): Promise<boolean>;
  /** Open and closed ones; null where the source has no list of them. */
  milestones(): Promise<TrackerMilestone[] | null>;
  /** Numbers with what they are and when each was touched last: all of them, by number. */
  numbers(): Promise<{ number: number; kind: TrackerItem['kind']; updatedAt: string; open: boolean }[]>;
  /** The items of these numbers, whole, in that order; one that cannot be read is a gap and left out. */
  items(numbers: readonly number[]): AsyncIterable<TrackerItem>;
  /** Comments on commits outside of pull requests; null where the source does not tell. */
  commitComments(): Promise<LineComment[] | null>;
  /** Null where the list cannot be read. */
  releases(): Promise<TrackerRelease[] | null>;
  /** The bytes of an asset; null when the source does not give them. */
  asset(release: { tag: string }, asset: TrackerAsset): Promise<TrackerFile | null>;
  /** A file that a text embeds, by its id; null when the source does not give it. */
  attachment(id: string): Promise<TrackerFile | null>;
  /** What could not be read so far. */
  gaps(): TrackerGap[];
};

export type TrackerFile = { size: number | null; type: string; open: () => Promise<Readable> };

/** The part of a `Source` that reads trackers. */
export type TrackerVerbs = {
  /** One reader for each repository: asked again, it is the same. */
  tracker(repository: RepositoryName): TrackerReader;
};
