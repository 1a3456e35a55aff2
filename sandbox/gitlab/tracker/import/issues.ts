import { trackerOf } from '../../state.ts';
import type { IssueState } from '../state.ts';
import type { Line } from './archive.ts';
import { addActivity } from './events.ts';
import type { Importing } from './importing.ts';
import { freeIid, itemOf } from './items.ts';
import { notesOf } from './notes.ts';
import { textOf } from './values.ts';

/** Makes one issue, or nothing at all; its notes come a moment later (GL-441). */
export async function importIssue(importing: Importing, line: Line): Promise<void> {
  const { issues } = trackerOf(importing.project);
  const iid = freeIid(issues, line);
  const state = textOf(line, 'state') ?? 'opened';
  if (iid === null || (state !== 'opened' && state !== 'closed')) return;
  const item = itemOf(importing, line, iid);
  if (item === null) return;
  const issue: IssueState = { ...item, state, confidential: line['confidential'] === true };
  issues.push(issue);
  addActivity(importing, line, { type: 'Issue', id: issue.id, iid });
  await importing.pause();
  issue.notes.push(...(await notesOf(importing, line, null)));
}
