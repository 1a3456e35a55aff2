import { plannedStep, type PlanItem } from '../model/plan.ts';

/** Steps that give people roles. */
const mailingSteps = ['group-members', 'members'];

/** Are people going to get roles in it, of which GitLab tells each by mail (GL-291)? */
export function mailsMembers(item: PlanItem): boolean {
  return mailingSteps.some((step) => plannedStep(item, step)?.changes === true);
}
