import type { Phase } from '../model/events.ts';
import type { Notice } from '../model/notice.ts';
import type { Counts } from '../model/plan.ts';
import type { ItemState, Result } from '../model/result.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLocalTime,
  formatZone,
  listed,
  plural,
} from '../text/format.ts';
import { peopleLeft } from './people-messages.ts';
import { leftOutLines, lossParts, uncountedLine } from './loss-messages.ts';

/** Every sentence of the terminal and the reports that no decision brings with it; failures have their own. */

export const phaseTitles = {
  connect: 'Connect to both servers',
  discover: 'Read GitBucket',
  plan: 'Plan',
  inspect: 'Inspect objects',
  export: 'Export',
  stage: 'Set up the rehearsal',
  people: 'People',
  groups: 'Groups',
  repositories: 'Repositories',
  tracker: 'Issues and merge requests',
  finish: 'Finish',
  report: 'Report',
} as const satisfies Record<Phase, string>;

export const idle = 'idle';
export const interrupted = 'interrupted';

export function working(step: string | null): string {
  return step === null ? 'starting' : step.toLowerCase();
}

export function progressed(stage: string, percent: number | null, bytes: number): string {
  const parts = [stage];
  if (percent !== null) parts.push(`${Math.floor(percent)} %`);
  if (bytes > 0) parts.push(formatBytes(bytes));
  return parts.join(' ');
}

export function retrying(reason: string, waitMs: number): string {
  return `retrying in ${formatDuration(waitMs)}: ${reason}`;
}

export function paused(server: 'source' | 'target', reason: string, waitMs: number): string {
  return `pausing requests to ${server === 'source' ? 'GitBucket' : 'GitLab'} for ${formatDuration(waitMs)}: ${reason}`;
}

/** What happened and what to do about it, in one line. */
export function problem({ message, fix }: Pick<Notice, 'message' | 'fix'>): string {
  if (fix === '') return message;
  return /[.!?:;]$/.test(message) ? `${message} ${fix}` : `${message}; ${fix}`;
}

export function warned(message: string): string {
  return `warning: ${message}`;
}

export function phaseStarted(phase: Phase, total: number): string {
  return total > 0 ? `${phaseTitles[phase]} (${formatCount(total)})` : phaseTitles[phase];
}

export function phaseFinished(phase: Phase, summary: string): string {
  return summary === '' ? phaseTitles[phase] : `${phaseTitles[phase]}: ${summary}`;
}

export function itemFinished(
  state: ItemState,
  changed: boolean,
  counts: readonly string[],
  bytes: number,
  ms: number,
): string {
  if (state === 'proven' && !changed) return `proven, nothing to do, ${formatDuration(ms)}`;
  const parts: string[] = [state];
  parts.push(...counts);
  if (bytes > 0) parts.push(formatBytes(bytes));
  parts.push(formatDuration(ms));
  return parts.join(', ');
}

export function phaseProgress(phase: Phase, done: number, total: number, detail: string | undefined): string {
  const text = `${phaseTitles[phase]} ${formatCount(done)}/${formatCount(total)}`;
  return detail === undefined ? text : `${text}: ${detail}`;
}

/** States that need a human, the most pressing first. */
export const troubleStates = ['failed', 'blocked', 'drifted', 'diverged', 'refused', 'interrupted'] as const;
export type TroubleState = (typeof troubleStates)[number];

export type Verdict = { tone: 'good' | 'warn' | 'bad'; title: string; detail: string };

/** What the steps counted that is no ref: those are told as a share. */
export function besideRefs({ steps }: Result['totals']): Result['totals']['steps'] {
  return steps.flatMap((each) => {
    const counts = ofMoved(each.counts);
    return untold.has(each.step) || Object.keys(counts).length === 0 ? [] : [{ ...each, counts }];
  });
}

/** Of what a step counts, that which is moved, or is there already. */
export function ofMoved(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([what]) => !nothingMoved.has(what)));
}

/** What steps count that is not moved: there is nothing to move, or it cannot be. */
const absent = ['empty', 'untouched', 'lost', 'sample', 'elsewhere'];
const untaken = ['refused', 'diverged', 'held back', 'without an account'];
const nothingMoved: ReadonlySet<string> = new Set([...absent, ...untaken]);

/** Name of the step that counts refs. */
export const refsStep = 'code';
/** Steps whose counts are not told of a run: refs have their share, and a restored setting is as it was before. */
const untold: ReadonlySet<string> = new Set([refsStep, 'quiet']);

/** What the run was not about, so that nobody takes it for the whole server. Who counts anything counts issues. */
export function scopeOf({ selected, stays, uncounted, leftOut }: Result): string[] {
  const kinds = [
    ...(uncounted.includes('wiki-pages') ? ['Wikis', 'issues'] : ['Issues']),
    'releases',
    ...(uncounted.includes('lfs-objects') ? ['LFS objects'] : []),
  ];
  const rest = uncounted.includes('issues')
    ? `${listed(kinds)} stay on GitBucket; gb2gl plan --deep counts them.`
    : `Not counted: ${uncountedLine(uncounted, true)}.`;
  const named = `Selected: ${selected.join(', ')}. Whatever else is on GitBucket was left out.`;
  return [
    ...(selected.join() === '--all' ? [] : [named]),
    ...(leftOut.length === 0 ? [] : leftOutLines(leftOut)),
    ...(stays.length === 0 ? [] : [`Stays on GitBucket: ${lossParts(stays)}.`]),
    ...(uncounted.length === 0 ? [] : [rest]),
  ];
}

export const advice = {
  failed:
    'Failed: fix the problem that each one reports, then run the same command again. Finished work is not repeated.',
  blocked: 'Blocked: apply the fix for each one, then run the same command again.',
  drifted:
    'Drifted: one of the servers changed after the plan was created. Create a new plan, review it, and run that one.',
  diverged:
    'Diverged: someone changed the target. Apply the fix for each one, mostly: compare both ids and keep one; then run again.',
  refused:
    'Refused: these cannot go to GitLab as they are. Apply the fix for each one, or leave them as they are.',
  interrupted: 'Interrupted: run the same command again; it resumes where it stopped.',
} as const satisfies Record<TroubleState, string>;

const notRead = 'Not read: until these can be read, it is unknown what is missing. Fix them, then run again.';

/** What to do next, one sentence per kind of trouble that is there. */
export function nextSteps(result: Result, fixable = false): string[] {
  const steps = troubleStates
    .filter(
      (state) => result.totals.states[state] > 0 || (state === 'interrupted' && result.exitCode === 130),
    )
    .map((state): string => advice[state]);
  if (result.problems.length > 0) steps.unshift(notRead);
  if (fixable) steps.push('gb2gl fix writes the suggested fixes into the config, after showing the change.');
  const calm = steps.length === 0;
  steps.push(...peopleLeft(result.people));
  if (forgetsAllowance(result)) steps.push(remember);
  if (calm && result.command === 'migrate' && result.items.length > 0) {
    steps.push('Run this again whenever GitBucket has changed; only the differences are transferred.');
  }
  return steps;
}

const remember =
  'Write the LFS objects that you allow to be missing into "migrate": { "allowMissingLfs": [ … ] } in the config: without that every later run, plan and verify waits for your decision again, and ends with 4.';

/** Did this run go on without objects because its own options said so? The next one has others. */
function forgetsAllowance({ items, gb2gl }: Result): boolean {
  if (!/ --(?:allow-missing-lfs|plan)\b/.test(gb2gl.command)) return false;
  const found = items.flatMap(({ steps }) => steps.flatMap(({ check }) => check?.differences ?? []));
  return found.some(({ code }) => code === 'lfs-missing');
}

/** `336 proven, 2 refused`; states that nothing is in are left out. */
export function statesLine(states: Readonly<Record<string, number>>): string {
  const parts = Object.entries(states).filter(([, count]) => count > 0);
  return parts.map(([state, count]) => `${formatCount(count)} ${state}`).join(', ');
}

export const headings = {
  title: 'Migration from GitBucket to GitLab',
  needsYou: 'Needs your attention',
  notRead: 'Could not be read',
  warnings: 'Warnings',
  notes: 'Good to know',
  scope: 'Not moved',
  next: 'Next steps',
  everything: 'Everything',
  reports: 'Reports',
} as const;

/** When the source was read for what was compared: `2026-03-01 06:38:40 to 06:38:47 UTC+01:00`; empty when nothing was. */
export function asOfIn({ items }: Pick<Result, 'items'>): string {
  const times = items.flatMap(({ steps }) => steps.flatMap(({ check }) => check?.asOf ?? [])).sort();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return '';
  const [from, to] = [formatLocalTime(first), formatLocalTime(last)];
  const end = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to;
  return `${from}${from === to ? '' : ` to ${end}`} ${formatZone(last)}`;
}

/** With whose eyes the source was read. */
export function readAs({ view, user }: Result['source']): string {
  return view === 'administrator'
    ? `read as administrator ${user}`
    : `read as ${user}, who is not an administrator`;
}

/** Further things of the same kind, after the first one. */
export function andMore(others: readonly unknown[]): string {
  return others.length === 0 ? '' : ` and ${formatCount(others.length)} more`;
}

/** In place of a list of what a run that was stopped left. */
export function notFinished(count: number): string {
  return `${plural(count, 'item')} ${count === 1 ? 'was' : 'were'} not begun or not finished.`;
}

export function moreInReport(count: number): string {
  return `and ${formatCount(count)} more in the report`;
}

export const fixesInReport = 'all of them are in the report; gb2gl fix shows them too';

export const stateNotes = {
  proven: 'Everything selected has the same ids on both sides.',
  failed: 'Could not be completed.',
  blocked: 'Waiting for your decision; nothing was written.',
  drifted: 'No longer matches the plan; nothing was written.',
  diverged: 'Someone else changed the target; those changes were left untouched.',
  refused: 'Some of it cannot go to GitLab as it is.',
  interrupted: 'The run stopped before this was finished.',
} as const satisfies Record<ItemState, string>;
