import type { NewGroup, NewProject } from '../../src/model/target.ts';
import type { PlannedGroup, PlannedProject } from '../../src/model/plan.ts';

/** The request by which a run would make the project. */
export function newProjectOf(item: PlannedProject, namespaceId: number): NewProject {
  const { path, fullPath, name, description, visibility, defaultBranch } = item;
  return {
    path,
    fullPath,
    name,
    description,
    visibility,
    defaultBranch,
    noise: {},
    namespaceId,
    userId: null,
  };
}

/** The request by which a run would make the group. */
export function newGroupOf(item: PlannedGroup, parentId: number | null): NewGroup {
  const { path, fullPath, name, description, visibility } = item;
  return { path, fullPath, name, description, visibility, parentId };
}
