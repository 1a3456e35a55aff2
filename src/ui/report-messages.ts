import type { Result } from '../model/result.ts';
import type { TroubleState } from './messages.ts';

/** Words of the reports that the terminal does not have. */

export const reportHeadings = {
  decide: 'Needs your decision',
  unfinished: 'Not finished',
  tracker: 'Issues and merge requests',
  stays: 'Stays on GitBucket',
  run: 'This run',
  plan: 'This plan',
  owners: 'Owners',
  addresses: 'Old and new addresses',
} as const;

export const trackerColumns = ['Repository', 'Issues', 'Merge requests', 'Comments', 'State'] as const;

export const trackerProven =
  'Proven means here: each was compared by number, state, dates, title, text, labels, milestone and number of comments.';

/** Above what was not moved, or looks otherwise. */
export const trackerOtherwise = 'Otherwise than on GitBucket';

type Need = { heading: string; tone: 'bad' | 'warn'; states: readonly TroubleState[] };

/** What needs a human one by one, the most pressing first. */
export const needs: readonly Need[] = [
  { heading: 'Failed', tone: 'bad', states: ['failed'] },
  { heading: reportHeadings.decide, tone: 'warn', states: ['blocked', 'drifted', 'diverged', 'refused'] },
];

const both =
  "every ref was compared by its object id. The SHA-256 over the sorted ids and refs (GitLab's names where renamed), shown for each repository, is the same on both sides; anyone can compute it again from a clone.";

/** What the word means, in one sentence for those who have to rely on it. */
export const provenMeans = {
  migrate: `Proven means: after the transfer both servers were read afresh, and ${both}`,
  verify: `Proven means: both servers were read afresh for this report, and ${both}`,
  rehearse: `Proven means here: GitBucket and the embedded GitLab of the rehearsal were read afresh after the transfer, and ${both}`,
} as const satisfies Record<Result['command'], string>;

export const planNext =
  'gb2gl migrate --plan plan.json (of an export: gb2gl import DIRECTORY --plan plan.json) carries out exactly this plan; whatever has changed by then is left alone and listed.';

export const actionNotes = {
  blocked: 'Waits for your decision; nothing would be written.',
  create: 'Does not exist on GitLab yet.',
  update: 'Exists on GitLab and gets what has changed.',
  unchanged: 'Is on GitLab already.',
} as const;
