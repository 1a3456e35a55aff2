import type { Settings } from '../../sandbox/gitlab.ts';
import type { GitLabTarget } from '../gitlab/target.ts';
import { plannedStep, type Plan, type PlannedProject } from '../model/plan.ts';
import { steps } from '../steps/index.ts';
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
export function liftNotesLimit(settings: Settings): void {
  const { applicationLimits: limits } = settings;
  settings.applicationLimits = { ...limits, notes_create: { threshold: 0, interval: 60 } };
}

const ofTrackers: ReadonlySet<string> = new Set(
  steps.filter(({ stage }) => stage === 'tracker').map(({ name }) => name),
);

/** Trackers to which nothing is done are not read from the real server, so nothing can be said of them. */
export function withoutIdleTrackers(projects: readonly PlannedProject[]): PlannedProject[] {
  return projects.map((project) => ({
    ...project,
    steps: project.steps.filter((step) => !ofTrackers.has(step.step) || isBusy(step)),
  }));
}

/** Is something of its tracker rehearsed? */
export function movesTracker({ steps: own }: PlannedProject): boolean {
  return own.some((step) => ofTrackers.has(step.step) && isBusy(step));
}

function isBusy({ changes, state }: PlannedProject['steps'][number]): boolean {
  return changes || state !== 'proven';
}
