import * as z from 'zod';
import { plannedStep, type PlanItem } from '../model/plan.ts';
import { trackerRecords } from './tracker-part.ts';

/** Steps that give people roles. */
const mailingSteps = ['group-members', 'members'];

const SendsIssues = z.object({ rest: z.literal(true) });

/** Does a step do in it what GitLab tells people by mail: roles (GL-291), and issues that come by REST (GL-397)? */
export function mailsPeople(item: PlanItem): boolean {
  const changes = (step: string): boolean => plannedStep(item, step)?.changes === true;
  if (mailingSteps.some(changes)) return true;
  const { part } = plannedStep(item, trackerRecords.name) ?? {};
  return changes(trackerRecords.name) && SendsIssues.safeParse(part).success;
}
