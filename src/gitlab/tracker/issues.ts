import * as z from 'zod';
import type { TargetTracker } from '../../model/target-tracker.ts';
import type { GitLabClient } from '../client.ts';
import { unlessAbsent } from '../errors.ts';
import { Item, itemOf } from './items.ts';

/** Of a note of commands alone there is none, which is 202 with another body (GL-385). */
const Note = z.object({ id: z.int() });

/** Issues one by one (GL-383, GL-384, GL-386). */
export function createIssueVerbs(
  gitlab: GitLabClient,
): Pick<TargetTracker, 'issue' | 'addIssue' | 'addComment' | 'closeIssue'> {
  return {
    async issue({ id, fullPath }, number) {
      const found = await unlessAbsent(
        gitlab.request(`${fullPath}#${number}`, Item, (api) => api.Issues.show(number, { projectId: id })),
      );
      return found === null ? null : itemOf(found);
    },
    async addIssue({ id, fullPath }, { number, title, text, createdAt, labels, milestoneId, assigneeIds }) {
      await gitlab.request(`${fullPath}#${number}`, z.unknown(), (api) =>
        api.Issues.create(id, title, {
          iid: number,
          createdAt,
          description: text,
          ...(labels.length > 0 && { labels: labels.join(',') }),
          ...(milestoneId !== null && { milestoneId }),
          ...(assigneeIds.length > 0 && { assigneeIds: [...assigneeIds] }),
        }),
      );
    },
    async addComment({ id, fullPath }, number, { text, createdAt }) {
      await gitlab.request(`${fullPath}#${number}`, Note, (api) =>
        api.IssueNotes.create(id, number, text, { createdAt }),
      );
    },
    async closeIssue({ id, fullPath }, number, at) {
      await gitlab.request(`${fullPath}#${number}`, z.unknown(), (api) =>
        api.Issues.edit(id, number, { stateEvent: 'close', updatedAt: at }),
      );
    },
  };
}
