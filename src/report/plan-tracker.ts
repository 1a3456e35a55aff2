import * as z from 'zod';
import { Notice } from '../model/notice.ts';
import { plannedStep, type Plan } from '../model/plan.ts';
import { itemsPerArchive } from '../model/target-tracker.ts';
import { authorsLine, closedLine, loadingLine } from '../ui/tracker-messages.ts';

const count = z.int().nonnegative();
/** What of the step's own part is told of all repositories together. */
const Part = z.object({
  count: z.object({ issues: count, pulls: count }),
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
  let [archives, repositories, fix] = [0, 0, ''];
  for (const project of plan.projects) {
    if (project.blocked !== null) continue;
    const part = Part.safeParse(plannedStep(project, trackerStep)?.part).data;
    if (part === undefined || part.unread !== null) continue;
    const { issues, pulls } = part.count;
    const open = part.add + part.change;
    // Of a later run the part knows only the sum: pull requests are mostly the fewer.
    const requests = open === issues + pulls ? pulls : Math.min(pulls, open);
    const sum = part.closed === null ? due : closed;
    sum.pulls += requests;
    sum.issues += open - requests;
    if (part.closed === null) archives += archivesFor(open - requests) + archivesFor(requests);
    else {
      repositories += 1;
      ({ fix } = part.closed);
    }
  }
  return [
    ...(archives === 0 ? [] : loading(due, archives, plan)),
    ...(repositories === 0 ? [] : [closedLine(closed, repositories, fix)]),
  ];
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
