/** What hangs on one repository beside git, as plain JSON; kept in the server's state. Times are milliseconds since the epoch. */

export type IssueState = {
  number: number;
  title: string;
  body: string | null;
  /** Login of the opener. */
  author: string;
  closed: boolean;
  createdAt: number;
  updatedAt: number;
  assignees: string[];
  /** Names of labels. */
  labels: string[];
  /** Id of the milestone. */
  milestone: number | null;
  /** Name of the priority; no API shows it. */
  priority: string | null;
  /** Values of custom fields, which only the database has, too. */
  fields?: { name: string; value: string }[];
  /** Present when the number is a pull request; `orphan` = flagged, but without its own row (GB-194). */
  pull: PullState | 'orphan' | null;
};

export type PullState = {
  baseBranch: string;
  /** Merge base recorded when the request was made or its branch was pushed. */
  baseSha: string;
  headOwner: string;
  headName: string;
  headBranch: string;
  headSha: string;
  draft: boolean;
};

/** `comment`, `close_comment` and `reopen_comment` are the only actions that the API shows. */
export type CommentAction =
  | 'comment'
  | 'close_comment'
  | 'reopen_comment'
  | 'close'
  | 'reopen'
  | 'merge'
  | 'commit'
  | 'refer'
  | 'refer_global'
  | 'assign'
  | 'delete_assign'
  | 'add_label'
  | 'delete_label'
  | 'add_assignee'
  | 'delete_assignee'
  | 'change_title'
  | 'change_milestone'
  | 'change_priority'
  | 'change_base_branch'
  | 'delete_branch'
  | 'delete_comment';

export type CommentState = {
  /** Counts over the whole server, as do the other ids here. */
  id: number;
  issue: number;
  action: CommentAction;
  author: string;
  body: string;
  createdAt: number;
  updatedAt: number;
};

/** A remark on a commit or on a line of a pull request; only the database has it. */
export type CommitCommentState = {
  id: number;
  sha: string;
  /** The pull request in which it was written. */
  issue: number | null;
  author: string;
  body: string;
  file: string | null;
  oldLine: number | null;
  newLine: number | null;
  /** Where it was written, when commits that came since have moved it. */
  original?: { sha: string; oldLine: number | null; newLine: number | null };
  createdAt: number;
  updatedAt: number;
};

export type LabelState = { name: string; color: string };

export type MilestoneState = {
  id: number;
  title: string;
  description: string | null;
  dueAt: number | null;
  closedAt: number | null;
};

export type AssetState = {
  fileId: string;
  name: string;
  /** What the uploader announced, not what was stored (GB-214). */
  size: number;
  uploader: string;
  createdAt: number;
};

export type ReleaseState = {
  tag: string;
  name: string;
  body: string | null;
  author: string;
  createdAt: number;
  updatedAt: number;
  assets: AssetState[];
};

export type HookState = {
  id: number;
  url: string;
  contentType: 'form' | 'json';
  events: string[];
  secret: string | null;
};

export type StatusValue = 'pending' | 'success' | 'error' | 'failure';

export type StatusState = {
  id: number;
  sha: string;
  context: string;
  state: StatusValue;
  targetUrl: string | null;
  description: string | null;
  creator: string;
  createdAt: number;
  updatedAt: number;
};

export type DeployKeyState = { id: number; title: string; publicKey: string; allowWrite: boolean };

export type TrackerState = {
  /** Highest number given to an issue or pull request; one sequence for both. */
  lastNumber: number;
  issues: IssueState[];
  comments: CommentState[];
  commitComments: CommitCommentState[];
  labels: LabelState[];
  milestones: MilestoneState[];
  releases: ReleaseState[];
  hooks: HookState[];
  statuses: StatusState[];
  deployKeys: DeployKeyState[];
  /** Names of the custom fields. */
  customFields?: string[];
};

/** What a new repository has: nothing but the six labels that GitBucket gives to each. */
export function emptyTracker(): TrackerState {
  return {
    lastNumber: 0,
    issues: [],
    comments: [],
    commitComments: [],
    labels: [
      { name: 'bug', color: 'fc2929' },
      { name: 'duplicate', color: 'cccccc' },
      { name: 'enhancement', color: '84b6eb' },
      { name: 'invalid', color: 'e6e6e6' },
      { name: 'question', color: 'cc317c' },
      { name: 'wontfix', color: 'ffffff' },
    ],
    milestones: [],
    releases: [],
    hooks: [],
    statuses: [],
    deployKeys: [],
  };
}
