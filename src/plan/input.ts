import type { Config } from '../config/schema.ts';
import type { History } from '../journal/replay.ts';
import type { Namespace, Problem, Project, RefListing, SourceInventory } from '../model.ts';
import type { Placement } from './owners.ts';
import type { PathAssignment } from './path-assignment.ts';

/** Where a repository goes. */
export type ProjectPath = PathAssignment & { fullPath: string; name: string; existing: Project | null };

/** Everything that a plan is decided from. */
export type PlanInput = {
  config: Config;
  source: SourceInventory;
  target: {
    url: string;
    version: string;
    preference: string;
    canCreateGroup: boolean;
    parentGroup: Namespace | null;
  };
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
  /** What failed while the refs were listed. */
  problems: readonly Problem[];
  history: History;
  /** True when the whole server was read. */
  all: boolean;
  prune: boolean;
};
