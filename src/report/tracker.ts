import type { ItemResult, Result, StepResult } from '../model/result.ts';
import { noticesOf } from './result.ts';

/** Issues and merge requests of one project, as the proof found them on GitLab. */
export type TrackerRow = {
  item: ItemResult;
  state: StepResult['state'];
  issues: number;
  requests: number;
  comments: number;
};

/** What is the same of many: a sentence, and where it is so. */
export type TrackerRemark = { head: string; places: { id: string; detail: string }[] };

const trackerStep = 'tracker';

/** The projects that have a tracker, in the order of the result. */
export function trackerRows({ items }: Pick<Result, 'items'>): TrackerRow[] {
  return items.flatMap((item) => {
    const step = item.steps.find((each) => each.step === trackerStep);
    // Labels and milestones alone are no tracker that anybody looks for.
    if (step === undefined || (step.state === 'proven' && step.check?.contents === undefined)) return [];
    const { issues = 0, requests = 0, comments = 0 } = step.check?.contents ?? {};
    return [{ item, state: step.state, issues, requests, comments }];
  });
}

/** What did not move, or looks otherwise on GitLab: each kind once, with all places. */
export function trackerRemarks({ items }: Pick<Result, 'items'>): TrackerRemark[] {
  const found = new Map<string, TrackerRemark>();
  for (const item of items) {
    for (const { code, message } of noticesOf({ ...item, steps: trackerSteps(item) })) {
      const { head, detail } = parted(message);
      const known = found.get(`${code} ${head}`) ?? { head, places: [] };
      found.set(`${code} ${head}`, known);
      known.places.push({ id: item.id, detail });
    }
  }
  return [...found.values()];
}

/** The item without its tracker, of which the reports tell by themselves. */
export function withoutTracker(item: ItemResult): ItemResult {
  return { ...item, steps: item.steps.filter(({ step }) => step !== trackerStep) };
}

function trackerSteps({ steps }: ItemResult): StepResult[] {
  return steps.filter(({ step }) => step === trackerStep);
}

/** `#7 was removed`, `issue #7: was removed` and `was removed: #7` are the same thing, of #7. */
function parted(message: string): { head: string; detail: string } {
  const [, number, rest] = /^((?:[a-z-]+ )?[#!]\d+):? (.*)$/s.exec(message) ?? [];
  if (number !== undefined && rest !== undefined) return { head: rest, detail: number };
  const colon = message.indexOf(': ');
  if (colon < 0) return { head: message, detail: '' };
  return { head: message.slice(0, colon), detail: message.slice(colon + 2) };
}
