import type { ErrorCode } from '../errors.ts';
import type { Owner, Problem, Project, Repository, Visibility } from './forge.ts';

/** What is decided before anything is done. */

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

/** True for a change that is written to the target; the others leave it as it is. */
export function isWrite({ outcome }: RefChange): boolean {
  return outcome === 'create' || outcome === 'update' || outcome === 'delete';
}

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
