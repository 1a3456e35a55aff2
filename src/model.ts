/** The neutral words that all rooms share; see docs/design.md §2. Nothing here does anything. */
import type { ErrorCode } from './errors.ts';

export type Visibility = 'private' | 'internal' | 'public';

/** A GitBucket account (group or user) that owns, or could own, repositories. */
export type Owner = {
  login: string;
  kind: 'group' | 'user';
  description: string;
  /** Empty when unknown; groups have a synthetic one that is not kept. */
  email: string;
  /** When it was made on GitBucket; absent when unknown. Decides who keeps a name that several have. */
  createdAt?: string | undefined;
};

export type Repository = {
  owner: string;
  name: string;
  description: string;
  private: boolean;
  /** What GitBucket's database says; the branch may not exist (gitbucket-contract T27). */
  defaultBranch: string;
  /** Grows with every repository that is made; absent before 4.47 (gitbucket-contract §1.1). */
  id?: number | undefined;
};

/** Full ref name (`refs/heads/main`) to unpeeled object id (40 hex digits). */
export type RefMap = ReadonlyMap<string, string>;

/** What a server advertises for one repository. */
export type RefListing = {
  refs: RefMap;
  /** Full name of the branch that HEAD points to; null when it does not resolve or there is none. */
  head: string | null;
  /** What a reader should know about names that were to be changed. */
  warnings?: readonly string[];
};

/** Something that could not be read or done, in the form people see. */
export type Problem = {
  code: ErrorCode;
  /** `owner`, `owner/name` or a server's URL. */
  object: string;
  message: string;
  hint: string;
};

/** What the source holds, as far as the token may see it. */
export type SourceInventory = {
  url: string;
  /** False when the server demands a login for everything: its public repositories are then internal. */
  anonymousAccess: boolean;
  owners: Owner[];
  repositories: Repository[];
  problems: Problem[];
  /** What an administrator should know though nothing failed. */
  warnings: string[];
};

export type Project = {
  id: number;
  /** Full path with the server's letter case. */
  fullPath: string;
  name: string;
  visibility: Visibility;
  description: string;
  /** Null while the repository is empty: the API then shows only a preference (gitlab-contract T37). */
  defaultBranch: string | null;
  /** The branch name that GitLab presumes while the project is empty, where it tells. */
  presumedBranch?: string | null | undefined;
  empty: boolean;
  archived: boolean;
  creatorId: number | null;
  webUrl: string;
};

/** Something in a namespace that has a path and a name there but is no target: a subgroup, or a project that waits for its deletion. */
export type Occupant = { kind: 'subgroup' | 'leaving'; path: string; name: string };

/** A group or personal namespace that exists on the target. */
export type Namespace = {
  id: number;
  kind: 'group' | 'user';
  fullPath: string;
  visibility: Visibility;
  /** May the token's user create projects in it, and push to their protected branches? */
  usable: boolean;
  /** May the token's user create groups in it? */
  takesGroups: boolean;
  /** Why the token's user, who has a sufficient role in it otherwise, can make nothing there: the rules of the group, … */
  closed: 'rules' | 'archived' | 'leaving' | 'inactive' | null;
  /** Restricted visibility levels do not concern whoever makes projects here: an administrator. */
  exempt: boolean;
  /** Id of the user to whom a personal namespace belongs, when it is not the token's own user. */
  userId: number | null;
  /** How many projects it may hold; null for groups, which have no limit, and where it is not known. */
  projectsLimit: number | null;
  projects: Project[];
  occupants: Occupant[];
  /** The branch name that the group presumes for its empty projects; absent or null when the server's own counts. */
  presumedBranch?: string | null | undefined;
};

export type TargetUser = { id: number; username: string; email: string };

/** What the target holds at the paths that the plan may need. */
export type TargetInventory = {
  url: string;
  version: string;
  /** The token's user. */
  user: TargetUser & {
    admin: boolean;
    canCreateGroup: boolean;
    namespaceId: number | null;
    /** Of the personal namespace; null when GitLab does not tell. */
    projectsLimit: number | null;
  };
  parentGroup: Namespace | null;
  /** Keyed by lower-case full path. */
  namespaces: ReadonlyMap<string, Namespace>;
  /** Accounts found by user name, keyed by lower-case name: their paths are taken. */
  users: ReadonlyMap<string, TargetUser>;
};

export type RefOutcome = 'create' | 'update' | 'delete' | 'unchanged' | 'kept' | 'refused' | 'diverged';

/** What is decided for one ref. `kept`: on the target only, left alone. */
export type RefChange = {
  ref: string;
  outcome: RefOutcome;
  /** Id on the target before; null when the ref is absent there. */
  old: string | null;
  /** Id on the source; null when the ref is absent there. */
  new: string | null;
  /** True when the target still holds exactly what we wrote, so that history may be rewritten. */
  force: boolean;
  /** True when the ref must travel in a later request than the branches (a tag named like the preferred default branch). */
  late: boolean;
  reason?: string;
  fix?: string;
};

export type StepName = 'group' | 'project' | 'code' | 'settings' | 'proof';

export type PlannedGroup = {
  kind: 'group';
  /** Key of the item: the owner's login. */
  id: string;
  owner: Owner;
  path: string;
  fullPath: string;
  name: string;
  description: string;
  visibility: Visibility;
  /** Id of the namespace that exists already and is adopted. */
  existing: number | null;
  /** Personal namespaces are never created. */
  namespaceKind: 'group' | 'user';
  /** The user in whose personal namespace projects are made, when it is not the token's own. */
  userId: number | null;
  reasons: string[];
  blocked: Blocked | null;
};

export type PlannedProject = {
  kind: 'project';
  /** Key of the item: `owner/name` on the source. */
  id: string;
  repository: Repository;
  path: string;
  fullPath: string;
  name: string;
  description: string;
  visibility: Visibility;
  existing: Project | null;
  /** Short name of the branch that becomes the default; null when the source has no branch. */
  defaultBranch: string | null;
  /** Decided from both listings; decided afresh by the code step when the source has moved since. */
  refs: RefChange[];
  /**
   * Ids on the target that neither the source's listing nor the journal knows: nothing is written before they are
   * found in the source's history, else the project is somebody else's.
   */
  mustKnow: string[];
  /** What the repository has on GitBucket and this run does not move. */
  losses: Loss[];
  /** What a look into the objects found (`--deep`). */
  findings: Finding[];
  reasons: string[];
  warnings: string[];
  blocked: Blocked | null;
};

export type LossKind =
  | 'pull-requests'
  | 'issues'
  | 'labels'
  | 'milestones'
  | 'releases'
  | 'wiki-pages'
  | 'lfs-objects'
  | 'collaborators'
  | 'webhooks'
  | 'protected-branches'
  | 'other-refs';

/** `count` is null when there are some but the source does not tell how many. */
export type Loss = { kind: LossKind; count: number | null };

/** Something inside a repository that GitLab refuses, or that will not work there as it did. */
export type Finding = {
  kind: 'bad-object' | 'large-file' | 'missing-lfs-object' | 'old-server-url';
  /** True when GitLab refuses the push for it. */
  refused: boolean;
  /** The object id, file path or ref that it is about. */
  object: string;
  reason: string;
  fix: string;
};

/** Why an item waits for a human, and what can be pasted into the config. */
export type Blocked = { code: ErrorCode; reason: string; fix: string };

export type PlanItem = PlannedGroup | PlannedProject;

/** What the plan was decided with, besides the two servers; `migrate --plan` decides with the same. */
export type PlanSettings = {
  parentGroup: string | null;
  map: {
    owners: Record<string, string>;
    repositories: Record<string, string>;
    users: Record<string, string>;
    refs: Record<string, Record<string, string>>;
  };
  visibility: { public: 'auto' | Visibility; private: 'private' | 'internal' };
  userRepositories: 'auto' | 'group' | 'personal';
  notes: boolean;
  prune: boolean;
};

export type Plan = {
  version: 1;
  settings: PlanSettings;
  source: { url: string };
  target: { url: string; version: string };
  groups: PlannedGroup[];
  projects: PlannedProject[];
  /** What could not be read on the source; these are errors of the run, never silence. */
  problems: Problem[];
  /** Kinds of losses that nobody counted: `--deep` asks the source for them. */
  uncounted: LossKind[];
  warnings: string[];
};

/** `drifted`: the source or the target is no longer as the plan file says. */
export type ItemState = 'proven' | 'refused' | 'diverged' | 'blocked' | 'drifted' | 'failed' | 'interrupted';

export type StepResult = {
  step: StepName;
  outcome: 'done' | 'unchanged' | 'refused' | 'failed';
  ms: number;
  bytes: number;
};

export type ItemResult = {
  kind: 'group' | 'project';
  id: string;
  target: { path: string; id: number | null; url: string | null };
  state: ItemState;
  /** True when this run wrote something on the target. */
  changed: boolean;
  steps: StepResult[];
  /** Number of refs by outcome. */
  refs: Record<RefOutcome, number>;
  /** Only the refs that need a human's eye: refused and diverged ones, and those that differ in the proof. */
  attention: RefChange[];
  reasons: string[];
  warnings: string[];
  proof: Proof | null;
  problem: Problem | null;
};

/** Comparison of the ids on both sides, read through the fetch advertisement. */
export type Proof = {
  equal: boolean;
  /** Refs compared. */
  refs: number;
  /** SHA-256 over the sorted `id ref` lines, each ended by a newline. */
  sourceHash: string;
  targetHash: string;
  head: { source: string | null; target: string | null };
  differences: RefDifference[];
};

export type RefDifference = { ref: string; source: string | null; target: string | null; reason: string };

export type Totals = {
  groups: number;
  projects: number;
  states: Record<ItemState, number>;
  refs: Record<RefOutcome, number>;
  bytes: number;
  ms: number;
};

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/** The one document that every report is rendered from. */
export type Result = {
  version: 1;
  command: 'migrate' | 'verify' | 'rehearse';
  startedAt: string;
  finishedAt: string;
  source: { url: string };
  target: { url: string; version: string };
  totals: Totals;
  items: ItemResult[];
  problems: Problem[];
  warnings: string[];
  exitCode: ExitCode;
};

export type Phase =
  | 'connect'
  | 'discover'
  | 'plan'
  | 'inspect'
  | 'stage'
  | 'groups'
  | 'repositories'
  | 'report';

/** Everything the engine tells; terminal, log and reports subscribe. */
export type RunEvent =
  | { type: 'phase'; phase: Phase; total: number }
  | { type: 'phase-progress'; phase: Phase; done: number; total: number; detail?: string }
  | { type: 'phase-done'; phase: Phase; summary: string }
  | { type: 'item-started'; id: string }
  | { type: 'item-step'; id: string; step: StepName }
  | { type: 'item-progress'; id: string; stage: string; percent: number | null; bytes: number }
  | { type: 'item-retry'; id: string; reason: string; waitMs: number }
  | { type: 'item-finished'; result: ItemResult }
  | { type: 'pause'; server: 'source' | 'target'; reason: string; waitMs: number }
  | { type: 'warning'; message: string };

export type Emit = (event: RunEvent) => void;
