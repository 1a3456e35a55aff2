import { addLabel, availableLabels, labelErrors } from '../labels.ts';
import { addMilestone, availableMilestones, ownMilestones } from '../milestones.ts';
import { trackerOf } from '../../state.ts';
import type { LabelState, MilestoneState } from '../state.ts';
import type { Line } from './archive.ts';
import type { Importing } from './importing.ts';
import { dayOf, integerOf, isStorable, textOf, timeOf, titleOf } from './values.ts';

const USUAL_COLOR = '#6699cc';

/** The label of that title, of the project or a group above, or a new one; null when there can be none (GL-443). */
export function labelFor({ context, project }: Importing, line: Line): LabelState | null {
  const name = titleOf(line);
  const found = availableLabels(context, project).find((label) => label.name === name);
  if (found) return found;
  const description = textOf(line, 'description');
  const fields = { name, color: textOf(line, 'color') ?? USUAL_COLOR, description };
  if (Object.keys(labelErrors(fields)).length > 0 || !isStorable(name + (description ?? ''))) return null;
  return addLabel(context, project, fields);
}

/** The milestone of that title, of the project or a group above, or a new one; null when there can be none (GL-432). */
export function milestoneFor({ context, project, now }: Importing, line: Line): MilestoneState | null {
  const title = titleOf(line);
  const found = availableMilestones(context, project).find(({ milestone }) => milestone.title === title);
  if (found) return found.milestone;
  const state = textOf(line, 'state') ?? 'active';
  const description = textOf(line, 'description');
  if (title === '' || (state !== 'active' && state !== 'closed')) return null;
  if (!isStorable(title + (description ?? ''))) return null;
  const iid = integerOf(line, 'iid') ?? nextMilestone(project);
  const rival = ownMilestones(project).find((milestone) => milestone.iid === iid);
  if (rival) rival.iid = Math.max(iid, nextMilestone(project) - 1) + 1;
  return addMilestone(context, project, {
    title,
    iid,
    state,
    description: description ?? '',
    startDate: dayOf(line, 'start_date'),
    dueDate: dayOf(line, 'due_date'),
    createdAt: timeOf(line, 'created_at') ?? now,
    updatedAt: timeOf(line, 'updated_at') ?? now,
  });
}

function nextMilestone(project: Importing['project']): number {
  return Math.max(0, ...trackerOf(project).milestones.map(({ iid }) => iid)) + 1;
}
