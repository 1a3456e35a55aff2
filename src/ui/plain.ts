import type { RunEvent } from '../model/events.ts';
import type { ItemResult } from '../model/result.ts';
import { noticesOf, costOf, countAll } from '../report/result.ts';
import { formatCount } from '../text/format.ts';
import { clean } from '../text/width.ts';
import * as messages from './messages.ts';
import { createMeter } from './meter.ts';

export type PlainOptions = {
  write: (text: string) => void;
  now: () => number;
  /** Also tells retries, steps and phase progress. */
  verbose: boolean;
  /** Tells only what needs a human. */
  quiet: boolean;
};

const counterEveryMs = 10_000;

/** Terminal output for logs and pipes: one line with the time for each thing that is over. */
export function createPlain(options: PlainOptions): (event: RunEvent) => void {
  const { now, verbose, quiet } = options;
  const meter = createMeter(now);
  let countedAt = now();

  function line(text: string): void {
    options.write(`${new Date(now()).toISOString().slice(0, 19)}Z ${clean(text)}\n`);
  }

  function count(): void {
    if (quiet || now() - countedAt < counterEveryMs) return;
    countedAt = now();
    const progress = meter.progress();
    if (progress.total > 0) line(messages.counter(progress));
  }

  function finished(result: ItemResult): void {
    const notices = noticesOf(result);
    if (quiet && result.state === 'proven' && notices.length === 0) return;
    const { done, total } = meter.progress();
    const position = total > 0 ? `${done}/${total} ` : '';
    line(`${position}${result.id}: ${outcomeOf(result)}`);
    for (const { message } of notices) line(`${result.id}: ${messages.warned(message)}`);
    if (result.problem !== null) line(`${result.id}: ${messages.problem(result.problem)}`);
  }

  function tell(event: RunEvent): void {
    switch (event.type) {
      case 'phase':
        countedAt = now();
        if (!quiet) line(messages.phaseStarted(event.phase, event.total));
        return;
      case 'phase-done':
        if (!quiet) line(messages.phaseFinished(event.phase, event.summary));
        return;
      case 'phase-progress':
        if (verbose) line(messages.phaseProgress(event.phase, event.done, event.total, event.detail));
        return;
      case 'item-step':
        if (verbose) line(`${event.id}: ${messages.working(event.step)}`);
        return;
      case 'item-retry':
        if (verbose) line(`${event.id}: ${messages.retrying(event.reason, event.waitMs)}`);
        return;
      case 'item-finished':
        return finished(event.result);
      case 'pause':
        return line(messages.paused(event.server, event.reason, event.waitMs));
      case 'warning':
        return line(messages.warned(event.message));
      case 'item-started':
      case 'item-progress':
        return;
    }
  }

  return (event) => {
    meter.handle(event);
    tell(event);
    count();
  };
}

function outcomeOf(result: ItemResult): string {
  const { bytes, ms } = costOf(result);
  const counts = result.steps
    .map(({ title, counts: counted }) => ({ title, count: countAll(counted) }))
    .filter(({ count }) => count > 0)
    .map(({ title, count }) => `${formatCount(count)} ${title.toLowerCase()}`);
  return messages.itemFinished(result.state, result.changed, counts, bytes, ms);
}
