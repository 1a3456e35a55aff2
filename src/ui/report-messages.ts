import type { ItemState, Result } from '../model/result.ts';
import { formatBytes, formatCount, formatDuration, plural } from '../text/format.ts';

/** Every sentence of the summary and of the reports. */

/** States that need a human, the most pressing first. */
export const troubleStates = ['failed', 'blocked', 'drifted', 'diverged', 'refused', 'interrupted'] as const;
export type TroubleState = (typeof troubleStates)[number];

export type Verdict = { tone: 'good' | 'warn' | 'bad'; title: string; detail: string };

/** The whole run in one sentence, and what it amounts to in a second one. */
export function verdictOf(result: Result): Verdict {
  const { states } = result.totals;
  const detail = detailOf(result);
  if (result.exitCode === 130) {
    return { tone: 'warn', title: 'Interrupted. Run the same command again to go on', detail };
  }
  const bad: string[] = [];
  if (states.failed > 0) bad.push(`${plural(states.failed, 'item')} failed`);
  if (result.problems.length > 0) bad.push(`${plural(result.problems.length, 'object')} could not be read`);
  const waiting = states.blocked + states.drifted + states.diverged + states.refused;
  const verb = waiting === 1 ? 'needs' : 'need';
  const open =
    waiting > 0
      ? [`${bad.length > 0 ? formatCount(waiting) : plural(waiting, 'item')} ${verb} your decision`]
      : [];
  if (bad.length > 0) return { tone: 'bad', title: [...bad, ...open].join(', '), detail };
  if (open.length > 0) return { tone: 'warn', title: open.join(''), detail };
  return { tone: 'good', title: calmTitle(result), detail };
}

function calmTitle(result: Result): string {
  if (result.items.length === 0) return 'There was nothing to do';
  if (result.command === 'verify') return 'Both sides are equal';
  if (result.command === 'rehearse') return 'GitLab would take everything';
  const wrote = result.items.some(({ changed }) => changed);
  return wrote ? 'Everything is on GitLab, and proven' : 'Everything was on GitLab already, and is proven';
}

function detailOf({ totals }: Result): string {
  const parts = [
    plural(totals.projects, 'repository', 'repositories'),
    plural(totals.groups, 'group'),
    ...totals.steps.map(({ title, counts }) => {
      const sum = Object.values(counts).reduce((total, count) => total + count, 0);
      return `${formatCount(sum)} ${title.toLowerCase()}`;
    }),
  ];
  if (totals.bytes > 0) parts.push(`${formatBytes(totals.bytes)} moved`);
  return `${parts.join(', ')} in ${formatDuration(totals.ms)}`;
}

const advice = {
  failed:
    'Failed: mend what each one names, then run the same command again. What is finished is not done twice.',
  blocked: 'Blocked: paste the fix of each one into migrate.config.json, then run the same command again.',
  drifted:
    'Drifted: one of the servers moved since the plan was made. Make a new plan, look at it, and run that.',
  diverged:
    'Diverged: somebody changed the target. Compare both ids and keep one: push it to GitBucket, or delete the ref on GitLab, then run again.',
  refused:
    'Refused: GitLab will not take these as they are. Apply the fix of each one, or accept that they stay behind.',
  interrupted: 'Interrupted: run the same command again; it goes on where it stopped.',
} as const satisfies Record<TroubleState, string>;

/** What to do next, one sentence per kind of trouble that is there. */
export function nextSteps(result: Result): string[] {
  const steps = troubleStates
    .filter(
      (state) => result.totals.states[state] > 0 || (state === 'interrupted' && result.exitCode === 130),
    )
    .map((state): string => advice[state]);
  if (result.problems.length > 0) {
    steps.unshift(
      'Not read: until these can be read, nobody knows what is missing. Mend them, then run again.',
    );
  }
  if (steps.length === 0 && result.command === 'migrate' && result.items.length > 0) {
    steps.push(
      'Nothing is left to do. Run it again whenever GitBucket has changed; only the difference moves.',
    );
  }
  return steps;
}

/** `336 proven, 2 refused`; states that nothing is in are left out. */
export function statesLine(states: Record<ItemState, number>): string {
  const parts = Object.entries(states).filter(([, count]) => count > 0);
  return parts.map(([state, count]) => `${formatCount(count)} ${state}`).join(', ');
}

export const headings = {
  title: 'Migration from GitBucket to GitLab',
  needsYou: 'What needs you',
  notRead: 'What could not be read',
  warnings: 'Warnings',
  next: 'What to do next',
  everything: 'Everything',
  reports: 'Reports',
} as const;

export function moreInReport(count: number): string {
  return `and ${formatCount(count)} more in the report`;
}

export const stateNotes = {
  proven: 'Everything selected has the same ids on both sides.',
  failed: 'Could not be finished.',
  blocked: 'Waits for your decision; nothing was written.',
  drifted: 'Not as the plan says any more; nothing was written.',
  diverged: 'The target was changed by somebody else; nothing of that was touched.',
  refused: 'GitLab does not take some of it.',
  interrupted: 'The run was stopped before it was finished.',
} as const satisfies Record<ItemState, string>;
