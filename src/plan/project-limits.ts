import type { PlannedProject } from '../model.ts';
import { foreseen } from './blocked.ts';
import type { Placement } from './owners.ts';

/**
 * Blocks the projects for which a personal namespace has no room left, the last ones in order of name: GitLab counts all
 * that is in it, also what waits for its deletion (gitlab-contract §3.1).
 */
export function withinLimits(
  projects: readonly PlannedProject[],
  placements: ReadonlyMap<string, Placement>,
): PlannedProject[] {
  const room = new Map<number, number>();
  return projects.map((project) => {
    const namespace = placements.get(project.repository.owner)?.namespace;
    const limit = namespace?.projectsLimit ?? null;
    if (!namespace || limit === null || project.existing !== null || project.blocked !== null) return project;
    const left = room.get(namespace.id) ?? limit - namespace.projects.length - leavingIn(namespace);
    room.set(namespace.id, left - 1);
    if (left > 0) return project;
    const context = { user: namespace.fullPath, detail: `its limit is ${limit}` };
    return { ...project, blocked: foreseen('project-limit', project.fullPath, context) };
  });
}

function leavingIn({ occupants }: NonNullable<Placement['namespace']>): number {
  return occupants.filter(({ kind }) => kind === 'leaving').length;
}
