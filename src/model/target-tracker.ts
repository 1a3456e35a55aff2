import type { Readable } from 'node:stream';

type ProjectAt = { id: number; fullPath: string };

/** Where an administrator lets GitLab load archives. */
export const switchOnArchives =
  'Admin > Settings > General > Import and export settings > Import sources > GitLab export';

/** One archive has so many issues, or so many merge requests. */
export const itemsPerArchive = 200;

/** What one archive can be loaded for. */
export type Relation = 'milestones' | 'issues' | 'merge_requests';

/** One loading of an archive; `finished` says nothing of what has arrived (GL-423). */
export type RelationLoad = {
  id: number;
  relation: string;
  state: 'waiting' | 'running' | 'finished' | 'failed';
};

/** An issue or merge request as a list of the project shows it. Times are as the server writes them. */
export type TargetItem = {
  id: number;
  number: number;
  title: string;
  text: string;
  state: 'opened' | 'closed' | 'merged' | 'locked';
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  mergedAt: string | null;
  /** Names. */
  labels: string[];
  /** Title. */
  milestone: string | null;
  /** Comments of people, without what the server notes itself. */
  comments: number;
  /** Came by an archive; null where the server does not tell. */
  imported: boolean | null;
  /** Of a merge request: its head; null without one. */
  head: string | null;
  authorId: number | null;
  /** Of a merge request within the project: its branch; null otherwise. */
  branch: string | null;
  /** Of a merge request: where it leads, and who merged it; null otherwise. */
  base: string | null;
  mergedById: number | null;
  assigneeIds: number[];
};

export type TargetComment = {
  id: number;
  text: string;
  createdAt: string;
  system: boolean;
  authorId: number | null;
};

/** An issue as it is made: open, and without comments. */
export type NewIssue = {
  number: number;
  title: string;
  text: string;
  createdAt: string;
  /** Names; a server makes those that it does not have. */
  labels: readonly string[];
  milestoneId: number | null;
  assigneeIds: readonly number[];
};

export type TargetLabel = { id: number; name: string; color: string; ofGroup: boolean };

export type TargetMilestone = {
  id: number;
  number: number;
  title: string;
  closed: boolean;
  ofGroup: boolean;
};

/** What changed in one file between two commits; `text` begins with its first hunk. */
export type FileDiff = { oldPath: string; newPath: string; text: string; added: boolean; removed: boolean };

export type TargetRelease = {
  tag: string;
  name: string;
  text: string;
  releasedAt: string | null;
  links: { name: string; url: string }[];
};

/** A comment on a commit; those of one thread share its id. */
export type TargetCommitNote = {
  id: number;
  thread: string;
  text: string;
  authorId: number | null;
  createdAt: string;
  /** It stands on a line of the commit's diff. */
  onLine: boolean;
};

export type TargetCommit = { id: string; parents: string[]; message: string };

/** A line of the diff that a commit makes: an added one has no old number, a removed one no new one. */
export type CommitLine = {
  /** Its first parent; null for one that begins a history. */
  parent: string | null;
  oldPath: string;
  newPath: string;
  oldLine: number | null;
  newLine: number | null;
};

/** A package of files. */
export type Package = { name: string; version: string };

/** A file of a package; `sha256` is null where the server does not tell it. */
export type PackageFile = { name: string; url: string; size: number; sha256: string | null };

/** A file that texts of the project can name. `url` begins with `/uploads/`; `fullPath` with the path of the project. */
export type Upload = { url: string; fullPath: string };

/** The part of a `Target` that takes trackers. */
export type TargetTracker = {
  /** May archives be loaded? Asking costs one of the few loads of a minute, unless an administrator asks. Asks only once. */
  takesArchives(): Promise<boolean>;
  /** How many archives a user may have loaded in a minute; null without a limit, 6 where it is not told. */
  loadsPerMinute(): Promise<number | null>;
  /**
   * Sends an archive, of which the server reads one relation in a job of its own; gives the id of the loading. What is
   * there already under its number is skipped.
   * @throws target-forbidden, target-refused (409 while another one runs, 422), rate-limited
   */
  loadArchive(project: ProjectAt, relation: Relation, archive: Uint8Array): Promise<number>;
  /** All loadings of the project. */
  relationLoads(project: ProjectAt): Promise<RelationLoad[]>;
  /** All of them; null when the token may not read them, or the tracker is off. */
  issues(project: ProjectAt): Promise<TargetItem[] | null>;
  mergeRequests(project: ProjectAt): Promise<TargetItem[] | null>;
  /** Those of these numbers that are there. */
  itemsOf(project: ProjectAt, kind: 'issue' | 'pull', numbers: readonly number[]): Promise<TargetItem[]>;
  /** Those of one item, in order of their ids. */
  comments(project: ProjectAt, kind: 'issue' | 'pull', number: number): Promise<TargetComment[]>;
  /** One of them; null when there is none of that number. */
  issue(project: ProjectAt, number: number): Promise<TargetItem | null>;
  /**
   * Number and date are kept from Owners and administrators only, and dropped in silence from anybody else (GL-383).
   * @throws target-refused (409) when the number is taken
   */
  addIssue(project: ProjectAt, issue: NewIssue): Promise<void>;
  /** Adds a comment to an issue; its date is kept as that of an issue is. */
  addComment(project: ProjectAt, number: number, comment: { text: string; createdAt: string }): Promise<void>;
  /** Closes an issue as of that moment (GL-384). */
  closeIssue(project: ProjectAt, number: number, at: string): Promise<void>;
  /** With those of the groups above. */
  labels(project: ProjectAt): Promise<TargetLabel[]>;
  /** @throws target-refused (409) when there is one of the name */
  addLabel(project: ProjectAt, label: { name: string; color: string }): Promise<void>;
  /** With those of the groups above. */
  milestones(project: ProjectAt): Promise<TargetMilestone[]>;
  /** @throws target-refused (400) when there is one of the title */
  addMilestone(
    project: ProjectAt,
    milestone: { title: string; description: string; dueOn: string | null },
  ): Promise<TargetMilestone>;
  moveMilestone(
    project: ProjectAt,
    milestone: { id: number; title: string },
    to: 'closed' | 'active',
  ): Promise<void>;
  /** Removes one for good; one that is not there is left so. @throws target-forbidden for all but Owners */
  removeItem(project: ProjectAt, kind: 'issue' | 'pull', number: number): Promise<void>;
  /** Does a merge request show a diff? Null when it has no version at all. */
  hasDiff(project: ProjectAt, number: number): Promise<boolean | null>;
  /** What changed from where the two met to the second; null when a commit is not there. */
  diff(project: ProjectAt, from: string, to: string): Promise<FileDiff[] | null>;
  /** @throws target-refused when it is too large, upload-failed */
  upload(
    project: ProjectAt,
    file: { name: string; size: number; open: () => Promise<Readable> },
  ): Promise<Upload>;
  /** The files of a package, none where there is no such package, or none that may be seen. */
  packageFiles(project: ProjectAt, wanted: Package): Promise<PackageFile[]>;
  /**
   * Puts a file into a package, which is made for it, and gives its address. A second file of one name hides the first.
   * @throws target-refused when it is too large, target-forbidden where the project takes none
   */
  addPackageFile(
    project: ProjectAt,
    wanted: Package,
    file: { name: string; size: number; open: () => Promise<Readable> },
  ): Promise<string>;
  /** The bytes of an upload or package file of the project, by its address; null where the server does not give them by REST (GL-454). */
  uploaded(project: ProjectAt, url: string): Promise<Readable | null>;
  /** What people have written of a commit; null when the project has no such commit. */
  commitNotes(project: ProjectAt, commit: string): Promise<TargetCommitNote[] | null>;
  /** What a commit changes in its first parent; null when the project has no such commit. */
  commitDiff(
    project: ProjectAt,
    commit: string,
  ): Promise<{ parent: string | null; files: FileDiff[] } | null>;
  /** What came to a branch between two moments; null when the project has no such branch. */
  commitsBetween(project: ProjectAt, branch: string, from: Date, to: Date): Promise<TargetCommit[] | null>;
  /**
   * Writes a comment, into a thread or as the first of one. The date counts for an Owner or administrator only.
   * @throws target-refused (400) when the line is not in the diff
   */
  addCommitNote(
    project: ProjectAt,
    commit: string,
    note: { text: string; createdAt: string; thread: string | null; line: CommitLine | null },
  ): Promise<TargetCommitNote>;
  changeCommitNote(
    project: ProjectAt,
    commit: string,
    note: { id: number; thread: string; text: string },
  ): Promise<TargetCommitNote>;
  releases(project: ProjectAt): Promise<TargetRelease[]>;
  /** @throws target-refused (409) when the tag has one, (422) when there is no such tag */
  addRelease(project: ProjectAt, release: TargetRelease): Promise<void>;
  /** Name, text and date of the release of that tag. */
  changeRelease(project: ProjectAt, release: Omit<TargetRelease, 'links'>): Promise<void>;
  /** @throws target-refused when name or address is taken */
  addReleaseLink(project: ProjectAt, tag: string, link: { name: string; url: string }): Promise<void>;
  /** Takes back a role that an account has of its own in the project. */
  removeMember(project: ProjectAt, accountId: number): Promise<void>;
};
