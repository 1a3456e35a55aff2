import type { TrackerIssue } from '../../model/tracker.ts';
import { assigneesOf, closedAtOf, labelsOf, milestoneOf, orNobody, partsOfItem } from './item-line.ts';
import type { Making } from './making.ts';
import { deskOf } from './notes.ts';
import type { Problems } from './problems.ts';
import type { IssueLine } from './schema.ts';

/** The line of an issue, unchecked. */
export function issueLine(issue: TrackerIssue, making: Making, problems: Problems): IssueLine {
  const desk = deskOf(issue, making, problems);
  const { title, rest } = making.texts.title(issue.title, issue);
  const { head, tail } = partsOfItem(desk, title, rest, []);
  const closedAt = closedAtOf(issue);
  const closed = issue.state === 'closed';
  if (closed && closedAt === null) desk.say('end-undated');
  const end = { closed_at: closedAt ?? '', closed_by_id: orNobody(desk, issue.closedBy) };
  return {
    ...head,
    state: closed ? 'closed' : 'opened',
    ...(closed && closedAt !== null && end),
    issue_type: 'issue',
    confidential: false,
    ...milestoneOf(desk),
    label_links: labelsOf(desk).map((label) => ({ target_type: 'Issue', label })),
    issue_assignees: assigneesOf(desk).map((user_id) => ({ user_id })),
    ...tail,
  };
}
