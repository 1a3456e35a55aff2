import type { Settings } from '../../sandbox/gitlab.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import { plannedStep, type Plan, type PlannedProject } from '../model/plan.ts';
import { tracker } from '../steps/tracker.ts';

/**
 * What an administrator set for trackers, as the plan found out: who may not read the settings has asked otherwise, and
 * the embedded server has to do as the real one.
 */
export function importSourcesIn({ projects }: Plan): Pick<Settings, 'importSources'> | null {
  const loads = projects.some((project) => plannedStep(project, tracker.name)?.changes === true);
  return loads ? { importSources: ['gitlab_project'] } : null;
}

/** A limit on the number of archives makes a migration slow, but refuses nothing. */
export function withoutLoadLimit(target: GitLabTarget): GitLabTarget {
  return { ...target, loadsPerMinute: () => Promise.resolve(null) };
}

/** The same of the number of comments by REST (GL-301); issues have no limit there unless somebody sets one. */
export function liftNotesLimit({ applicationLimits }: Settings): void {
  applicationLimits['notes_create'] = { threshold: 0, interval: 60 };
}

/** Trackers to which nothing is done are not read from the real server, so nothing can be said of them. */
export function withoutIdleTrackers(projects: readonly PlannedProject[]): PlannedProject[] {
  return projects.map((project) => ({
    ...project,
    steps: project.steps.filter(
      ({ step, changes, state }) => step !== tracker.name || changes || state !== 'proven',
    ),
  }));
}
