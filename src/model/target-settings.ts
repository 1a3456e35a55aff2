import type { ProjectOptions } from './forge.ts';

type ProjectAt = { id: number; fullPath: string };

/** The part of a `Target` that sets projects, groups and accounts up. */
export type TargetSettings = {
  /** Sets these and gives them as they are then: what is not taken is not there. */
  setOptions(project: ProjectAt, options: ProjectOptions): Promise<ProjectOptions>;
};
