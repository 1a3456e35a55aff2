import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import { plannedStep, type Plan } from '../model/plan.ts';
import { itemsPerArchive } from '../model/target-tracker.ts';
import { authorsLine, closedLine, loadingLine, sendingLine, stayLine } from '../ui/tracker-messages.ts';

const count = z.int().nonnegative();
/** What of the step's own part is told of all repositories together. */
const Part = z.object({
  count: z.object({ issues: count, pulls: count }),
  rest: z.boolean().default(false),
  stay: count.default(0),
  add: count,
  change: count,
  closed: Notice.nullable(),
  unread: Notice.nullable(),
});

const trackerStep = 'tracker';

/** What the plan says of all issues and pull requests: how many, how long, by whom, or why they stay. */
export function trackerLines(plan: Plan): string[] {
  const due = { issues: 0, pulls: 0 };
  const closed = { issues: 0, pulls: 0 };
  let [archives, repositories, sent, stay] = [0, 0, 0, 0];
  let why = { rest: false, fix: '' };
  for (const project of plan.projects) {
    if (project.blocked !== null) continue;
    const part = Part.safeParse(plannedStep(project, trackerStep)?.part).data;
    if (part === undefined || part.unread !== null) continue;
    const { rest } = part;
    const { issues, pulls } = openIn(part);
    stay += part.stay;
    if (part.closed !== null) {
      closed.issues += issues;
      closed.pulls += pulls;
      repositories += 1;
      why = { rest, fix: part.closed.fix };
    } else if (rest) sent += issues;
    else {
      due.issues += issues;
      due.pulls += pulls;
      archives += archivesFor(issues) + archivesFor(pulls);
    }
  }
  return [
    ...(archives === 0 ? [] : loading(due, archives, plan)),
    ...(sent === 0 ? [] : [sendingLine(sent)]),
    ...(repositories === 0 ? [] : [closedLine(closed, repositories, why)]),
    ...(stay === 0 ? [] : [stayLine(stay)]),
  ];
}

/** Of a later run the part knows only the sum: pull requests are mostly the fewer. */
function openIn({ count, add, change, rest }: z.infer<typeof Part>): { issues: number; pulls: number } {
  const open = add + change;
  if (rest) return { issues: open, pulls: 0 };
  const pulls = open === count.issues + count.pulls ? count.pulls : Math.min(count.pulls, open);
  return { issues: open - pulls, pulls };
}

function loading(due: { issues: number; pulls: number }, archives: number, plan: Plan): string[] {
  const { loadsPerMinute: perMinute = null, administrator = false } = plan.target;
  const known = plan.people.filter(
    ({ action, blocked }) => blocked === null && (action === 'use' || action === 'create'),
  );
  return [
    loadingLine(due, { archives, perMinute }),
    authorsLine({ all: plan.people.length, known: known.length }, { administrator }),
  ];
}

function archivesFor(items: number): number {
  return Math.ceil(items / itemsPerArchive);
}
