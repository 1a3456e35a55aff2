import type { Config } from '../config/schema.ts';
import type { History } from '../journal/history.ts';
import type { Project, RefListing, SourceInventory, Visibility } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { Account } from '../model/source.ts';
import type { Collaborator, Member, Told } from '../model/people.ts';
import type { LeftOut, PlannedPerson } from '../model/plan.ts';
import type { TargetIdentity } from '../model/target.ts';
import type { Placement } from './groups.ts';
import type { KnownObjects } from './known-refs.ts';
import type { PathAssignment } from './path-assignment.ts';

/** Where a repository goes. */
export type ProjectPath = PathAssignment & {
  fullPath: string;
  name: string;
  /** Why the display name is not the one on the source, when another project has that. */
  nameReason: string | null;
  existing: Project | null;
  /** True when a project that waits for its deletion still has the path. */
  pendingDeletion: boolean;
};

/** Who has to do with what is planned. Empty when nobody is migrated. */
export type KnownPeople = {
  /** Everybody, and which account is theirs. */
  planned: readonly PlannedPerson[];
  /** By the login of the group. */
  members: ReadonlyMap<string, Told<Member[]>>;
  /** By `owner/name`. */
  collaborators: ReadonlyMap<string, Told<Collaborator[]>>;
};

/** Everything that a plan is decided from. */
export type PlanInput = {
  config: Config;
  source: SourceInventory;
  /** Whose token reads the source. */
  reader: Account;
  /** True when names leave nothing open that the reader might not see. */
  onlyNames: boolean;
  waived: ReadonlySet<string>;
  target: {
    url: string;
    version: string;
    /** The branch name that the server sets for empty projects; null when none is known. */
    initialBranch: string | null;
    user: TargetIdentity['user'];
    /** Levels for administrators only; null when the token may not read them. */
    restricted: readonly Visibility[] | null;
    newGroupsTakeProjects: boolean;
    /** Archives of trackers; null without a limit, absent when none are loaded. */
    loadsPerMinute?: number | null;
  };
  people: KnownPeople;
  /** By owner's login. */
  placements: ReadonlyMap<string, Placement>;
  /** Owners whose group is made even when nothing of it is selected. */
  wholeOwners: ReadonlySet<string>;
  /** By `owner/name`. */
  paths: ReadonlyMap<string, ProjectPath>;
  /** By `owner/name`; absent when it could not be read. */
  sourceRefs: ReadonlyMap<string, RefListing>;
  /** By `owner/name`, for projects that exist. */
  targetRefs: ReadonlyMap<string, RefListing>;
  /** What the source said about objects of existing projects, by `owner/name`. */
  known: ReadonlyMap<string, KnownObjects>;
  /** What forks were forked from, by `owner/name`; null where that cannot be told. */
  parents?: ReadonlyMap<string, string | null>;
  /** What failed while the refs were listed. */
  problems: readonly Notice[];
  /** What somebody left out on purpose. */
  leftOut?: readonly LeftOut[];
  history: History;
  /** Group paths that look free, though a group that the token cannot see may have them. */
  uncheckedPaths?: readonly string[];
  /** True when the whole server was read. */
  all: boolean;
  prune: boolean;
};
