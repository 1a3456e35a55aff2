import type { Phase } from '../model/events.ts';
import type { Notice } from '../model/notice.ts';
import type { ItemState } from '../model/result.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatEstimate,
  formatRate,
  plural,
} from '../text/format.ts';
import type { Progress } from './meter.ts';

/** Every sentence that the terminal shows and that is not an error; errors have their own catalogue. */

export const phaseTitles = {
  connect: 'Connect to both servers',
  discover: 'Read GitBucket',
  plan: 'Plan',
  inspect: 'Inspect objects',
  stage: 'Set up the rehearsal',
  groups: 'Groups',
  repositories: 'Repositories',
  tracker: 'Issues and merge requests',
  finish: 'Finish',
  report: 'Report',
} as const satisfies Record<Phase, string>;

const stateTitles = {
  proven: 'proven',
  refused: 'refused',
  diverged: 'diverged',
  blocked: 'blocked',
  drifted: 'drifted',
  failed: 'failed',
  interrupted: 'interrupted',
} as const satisfies Record<ItemState, string>;

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

/** The counter: `12/340 · 1.2 GB · 30 MB/s · about 3 min left · 2 failed`. */
export function counter(progress: Progress): string {
  const parts = [`${formatCount(progress.done)}/${formatCount(progress.total)}`];
  if (progress.bytes > 0) parts.push(formatBytes(progress.bytes));
  if (progress.rate > 0) parts.push(formatRate(progress.rate));
  if (progress.leftMs !== null && progress.done < progress.total) {
    parts.push(`${formatEstimate(progress.leftMs)} left`);
  }
  const trouble = Object.entries(progress.trouble).map(([state, count]) => `${formatCount(count)} ${state}`);
  return [...parts, ...trouble].join(' · ');
}

export function moreAtWork(count: number): string {
  return `and ${plural(count, 'more item')} in progress`;
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
  const parts: string[] = [stateTitles[state]];
  parts.push(...counts);
  if (bytes > 0) parts.push(formatBytes(bytes));
  parts.push(formatDuration(ms));
  return parts.join(', ');
}

export function phaseProgress(phase: Phase, done: number, total: number, detail: string | undefined): string {
  const text = `${phaseTitles[phase]} ${formatCount(done)}/${formatCount(total)}`;
  return detail === undefined ? text : `${text}: ${detail}`;
}
