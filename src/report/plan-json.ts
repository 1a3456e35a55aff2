import type { Plan } from '../model.ts';
import { ownersOf, planTotals } from './plan-summary.ts';

/**
 * `plan.json` piece by piece, one project a line: as one text the plan of a big server would need more memory than all
 * the rest of the run. The totals are there for readers; a run does not look at them.
 */
export function* planJson(plan: Plan): Generator<string> {
  const { version, projects, ...rest } = plan;
  const head = JSON.stringify({ version, totals: planTotals(ownersOf(plan)), ...rest });
  yield `${head.slice(0, -1)},"projects":[`;
  for (const [index, project] of projects.entries()) {
    yield `${index === 0 ? '' : ','}\n${JSON.stringify(project)}`;
  }
  yield '\n]}\n';
}
