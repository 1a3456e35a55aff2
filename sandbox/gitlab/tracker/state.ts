/** The tracker of one project, as plain JSON; kept in the server's state. Times are ISO 8601 in UTC with milliseconds. */

export type LabelState = {
  id: number;
  name: string;
  /** `#` and six hex digits. */
  color: string;
  description?: string | null;
  priority?: number | null;
};

export type MilestoneState = {
  id: number;
  iid: number;
  title: string;
  description: string | null;
  state: 'active' | 'closed';
  startDate: string | null;
  dueDate: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A reaction; `thumbsup` and `thumbsdown` are counted as votes. */
export type AwardState = { id: number; name: string; userId: number; createdAt: string };

/** `author_id` is always somebody: whom an import cannot map becomes the importer. */
export type NoteState = {
  id: number;
  type: 'DiscussionNote' | 'DiffNote' | null;
  /** 40 hex digits, the same for all notes of a thread. */
  discussionId: string;
  body: string;
  authorId: number;
  system: boolean;
  createdAt: string;
  updatedAt: string;
  imported: boolean;
  position?: Record<string, unknown> | null;
  lineCode?: string | null;
  resolvedAt?: string | null;
  resolvedById?: number | null;
  /** Shown to members of the project only. */
  internal?: boolean;
  awards?: AwardState[];
};

/** State, label and milestone events of an item. */
export type EventState = {
  id: number;
  kind: 'state' | 'label' | 'milestone';
  /** State, or `add` and `remove`. */
  action: string;
  /** Name of the label, or title of the milestone. */
  subject: string | null;
  userId: number;
  createdAt: string;
  /** The commit whose message closed the item. */
  sourceCommit?: string | null;
};

type ItemState = {
  id: number;
  iid: number;
  title: string;
  description: string | null;
  authorId: number;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedById: number | null;
  /** Ids. */
  labels: number[];
  /** Id. */
  milestone: number | null;
  assignees: number[];
  locked: boolean;
  imported: boolean;
  notes: NoteState[];
  events: EventState[];
  awards?: AwardState[];
  /** `2026-01-31`. */
  dueDate?: string | null;
};

export type IssueState = ItemState & {
  state: 'opened' | 'closed';
  confidential: boolean;
};

export type MergeRequestState = ItemState & {
  state: 'opened' | 'closed' | 'merged' | 'locked';
  sourceBranch: string;
  targetBranch: string;
  sourceProjectId: number;
  /** As it was given or found; shown as `sha`. */
  headSha: string | null;
  /** Null: an empty diff for ever. */
  diff: { baseSha: string; startSha: string; headSha: string; createdAt: string } | null;
  /** Every diff that was taken, the oldest first; `diff` is the newest one unless that is empty. */
  versions?: VersionState[];
  approvals?: { userId: number; createdAt: string }[];
  /** When the job after opening it was over. */
  preparedAt?: string | null;
  mergeCommitSha: string | null;
  squashCommitSha: string | null;
  mergedAt: string | null;
  mergedById: number | null;
  reviewers: number[];
};

export type ReleaseLinkState = {
  id: number;
  name: string;
  url: string;
  linkType: string;
  /** Below the release's own address, with a leading slash. */
  directAssetPath?: string | null;
};

/** One diff of a merge request. */
export type VersionState = {
  id: number;
  state: 'collected' | 'empty';
  baseSha: string | null;
  startSha: string | null;
  headSha: string | null;
  createdAt: string;
  /** How many. */
  files: number;
  /** The files themselves where an import brought them, by the API's own names. */
  shipped?: Record<string, unknown>[];
};

export type ReleaseState = {
  tag: string;
  name: string;
  description: string;
  authorId: number;
  createdAt: string;
  releasedAt: string;
  /** Titles. */
  milestones: string[];
  links: ReleaseLinkState[];
};

export type CommitNoteState = NoteState & { commitId: string };

export type UploadState = {
  /** 32 hex digits. */
  secret: string;
  name: string;
  size: number;
  id?: number;
  userId?: number;
  createdAt?: string;
};

/** A generic package: what was put under one name and version. */
export type PackageState = {
  id: number;
  name: string;
  version: string;
  createdAt: string;
  files: { id: number; name: string; size: number; sha256: string; createdAt: string }[];
};

/** Two issues of any projects, by project and number. */
export type IssueLinkState = { id: number; issues: [IssueName, IssueName] };

type IssueName = { projectId: number; iid: number };

/** One call of `import-relation`. */
export type RelationImportState = {
  id: number;
  relation: string;
  status: 'created' | 'started' | 'finished' | 'failed';
  userId: number;
  createdAt: string;
  updatedAt: string;
};

/** A line of the project's activity. */
export type ActivityState = {
  id: number;
  /** As the API spells it: `opened`, `closed`, `accepted`, `commented on`, … */
  action: string;
  target: { type: 'Issue' | 'MergeRequest'; id: number; iid: number };
  authorId: number;
  createdAt: string;
  imported: boolean;
};

/** What hangs on a project beside git. The labels are the project's own, see `Project.labels`. */
export type TrackerState = {
  milestones: MilestoneState[];
  issues: IssueState[];
  mergeRequests: MergeRequestState[];
  releases: ReleaseState[];
  commitNotes: CommitNoteState[];
  uploads: UploadState[];
  relationImports: RelationImportState[];
  packages?: PackageState[];
  issueLinks?: IssueLinkState[];
  activity?: ActivityState[];
  /** Highest numbers ever given: a number is not given twice. */
  lastIid: { issue: number; mergeRequest: number; milestone: number };
};

export function emptyTracker(): TrackerState {
  return {
    milestones: [],
    issues: [],
    mergeRequests: [],
    releases: [],
    commitNotes: [],
    uploads: [],
    relationImports: [],
    lastIid: { issue: 0, mergeRequest: 0, milestone: 0 },
  };
}
