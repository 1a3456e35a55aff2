import * as z from 'zod';
import type { PlannedProject } from '../../src/model/plan.ts';
import { steps } from '../../src/steps/index.ts';
import { proven, type AnyStep, type Step } from '../../src/steps/step.ts';
import type { TestServers } from '../helpers/servers.ts';

const Nothing = z.object({});

/** The steps of the program, with one in the stage in which trackers are filled, which says that it brings issues. */
export function withIssues(where: TestServers): AnyStep[] {
  const Part = z.object({ issues: z.literal(true) });
  const step: Step<z.infer<typeof Part>, z.infer<typeof Nothing>, PlannedProject> = {
    name: 'issues',
    title: 'Issues',
    of: 'project',
    stage: 'tracker',
    part: Part,
    data: Nothing,
    plan: () => ({ part: { issues: true }, changes: true, state: 'proven', counts: {}, notices: [] }),
    async run(_, { place }) {
      const project = where.gitlab.project(place?.fullPath ?? '');
      if (!project.tracker) where.gitlab.addIssue(project.fullPath, { iid: 5 });
      return Promise.resolve({ changed: true });
    },
    verify: () => Promise.resolve(proven(1)),
  };
  return [...steps, step];
}
