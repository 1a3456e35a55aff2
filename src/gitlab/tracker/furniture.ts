import * as z from 'zod';
import type { TargetMilestone, TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { unlessHidden } from '../errors.ts';

const Label = z.object({
  id: z.int(),
  name: z.string(),
  color: z.string(),
  is_project_label: z.boolean().default(true),
});

const Milestone = z.object({
  id: z.int(),
  iid: z.int(),
  title: z.string(),
  state: z.string(),
  group_id: z.int().nullish(),
});

/** Labels and milestones (GL-380, GL-381). */
export function createFurnitureVerbs(
  gitlab: GitLabClient,
): Pick<TargetTracker, 'labels' | 'addLabel' | 'milestones' | 'addMilestone' | 'moveMilestone'> {
  return {
    async labels({ id, fullPath }) {
      const path = `/projects/${id}/labels`;
      const labels = await unlessHidden(gitlab.list({ path, type: Label, object: fullPath }));
      return (labels ?? []).map((label) => ({
        id: label.id,
        name: label.name,
        color: label.color,
        ofGroup: !label.is_project_label,
      }));
    },
    async addLabel({ id, fullPath }, { name, color }) {
      await gitlab.request(`label ${name} of ${fullPath}`, z.unknown(), (api) =>
        api.ProjectLabels.create(id, name, color),
      );
    },
    async milestones({ id, fullPath }) {
      const path = `/projects/${id}/milestones?include_ancestors=true`;
      const milestones = await unlessHidden(gitlab.list({ path, type: Milestone, object: fullPath }));
      return (milestones ?? []).map((milestone) => milestoneOf(milestone));
    },
    async addMilestone({ id, fullPath }, { title, description, dueOn }) {
      const made = await gitlab.request(`milestone ${title} of ${fullPath}`, Milestone, (api) =>
        api.ProjectMilestones.create(id, title, {
          description,
          ...(dueOn === null ? {} : { dueDate: dueOn }),
        }),
      );
      return milestoneOf(made);
    },
    async moveMilestone({ id, fullPath }, { id: milestoneId, title }, to) {
      await gitlab.request(`milestone ${title} of ${fullPath}`, z.unknown(), (api) =>
        api.ProjectMilestones.edit(id, milestoneId, { stateEvent: to === 'closed' ? 'close' : 'activate' }),
      );
    },
  };
}

function milestoneOf({
  id,
  iid,
  title,
  state,
  group_id: groupId,
}: z.infer<typeof Milestone>): TargetMilestone {
  const ofGroup = groupId !== null && groupId !== undefined;
  return { id, number: iid, title, closed: state === 'closed', ofGroup };
}
