import * as z from 'zod';
import { historyAt } from '../journal/history.ts';
import type { Notice } from '../model/notice.ts';
import type { PlannedGroup } from '../model/plan.ts';
import { isTouched } from './code.ts';
import { losesIssues, switchOff } from './quiet.ts';
import { proven, type Step } from './step.ts';

const Part = z.object({
  projects: z.array(z.string()).describe('Ids of the items whose open issues a pushed commit could close'),
});
const Nothing = z.object({});

/**
 * Keeps open what is open in the projects of an owner that earlier runs made: a commit that "fixes other/repo#5" closes issue
 * 5 of another project too (GL-363), so this comes before the first push of the run. `quiet` restores it after the last.
 */
export const keepOpen: Step<z.infer<typeof Part>, z.infer<typeof Nothing>, PlannedGroup> = {
  name: 'keep-open',
  title: 'Issues kept open',
  of: 'group',
  stage: 'content',
  part: Part,
  data: Nothing,
  plan({ item, input }) {
    const own = [...input.paths].filter(([id]) => id.startsWith(`${item.id}/`));
    const projects = own.filter(([id, { existing }]) =>
      losesIssues(existing, historyAt(input.history.items.get(id), existing?.id ?? null)),
    );
    if (projects.length === 0) return null;
    const part = { projects: projects.map(([id]) => id) };
    return { part, changes: false, state: 'proven', counts: {}, notices: [] };
  },
  async run({ projects: ids }, work) {
    const { projects } = work.context.plan;
    // Nothing is pushed for an item that waits for somebody's decision.
    if (!projects.some((item) => item.blocked === null && isTouched(item))) return { changed: false };
    const notices: Notice[] = [];
    for (const item of projects) {
      if (item.existing === null || !ids.includes(item.id)) continue;
      const { id, fullPath } = item.existing;
      const place = { id, fullPath, url: null };
      if (!(await switchOff({ ...work, item, place }, 'autoclose', 'on'))) notices.push(mayClose(item.id));
    }
    return { changed: false, notices };
  },
  async verify({ projects }) {
    return Promise.resolve(proven(projects.length));
  },
};

function mayClose(id: string): Notice {
  return {
    code: 'issues-may-close',
    object: id,
    message: 'GitLab did not let commits be kept from closing its issues',
    fix: 'look whether issues were closed by this run, and open them again',
  };
}
