import type { ProjectOptions } from './forge.ts';

type ProjectAt = { id: number; fullPath: string };

/** The part of a `Target` that sets projects, groups and accounts up. */
export type TargetSettings = {
  /** Sets these and gives them as they are then: what is not taken is not there. */
  setOptions(project: ProjectAt, options: ProjectOptions): Promise<ProjectOptions>;
  /** Protects a branch by its name, at these levels and against rewriting. @throws target-refused (409) when it is protected */
  protectBranch(project: ProjectAt, rule: { name: string; push: number; merge: number }): Promise<void>;
  /** One that is not protected is left so. */
  unprotectBranch(project: ProjectAt, name: string): Promise<void>;
};
