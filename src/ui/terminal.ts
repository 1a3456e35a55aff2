import colors from 'picocolors';
import type { RunEvent } from '../model/events.ts';
import type { ItemResult } from '../model/result.ts';
import { noticesOf, costOf, countAll } from '../report/result.ts';
import { clean, countOf } from '../text/format.ts';
import { usualColumns } from '../text/lines.ts';
import * as messages from './messages.ts';
import { counter, createMeter, stopping } from './meter.ts';

export type TerminalOptions = {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Readonly<Record<string, string | undefined>>;
  now: () => number;
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  /** False after `--no-color`. */
  color: boolean;
  slots: number;
};

export type Terminal = {
  kind: 'live' | 'plain';
  palette: Palette;
  columns(): number;
  /** Writes a text for people; with `--json` stdout stays free for the document. */
  write(text: string): void;
  handle(event: RunEvent): void;
  stop(): Promise<void>;
};

/** Picks the way of telling people what happens, from what the terminal can do and what was asked for. */
export async function chooseTerminal(options: TerminalOptions): Promise<Terminal> {
  const stream = options.json ? options.stderr : options.stdout;
  const columns = (): number => (stream.isTTY ? stream.columns : usualColumns) || usualColumns;
  const palette = createPalette(wantsColor(options, stream));
  const common = { palette, columns, write: (text: string) => void stream.write(text) };
  if (!wantsLive(options)) {
    const { now, verbose, quiet } = options;
    const alarm = (text: string): void => void options.stderr.write(`\ngb2gl: ${text}\n`);
    const handle = createPlain({ write: common.write, alarm, now, verbose, quiet });
    return { ...common, kind: 'plain', handle, stop: () => Promise.resolve() };
  }
  // Loaded only when it is used: it is the largest module of the terminal.
  const { createLive } = await import('./live.ts');
  const { stdout, stderr, now, slots } = options;
  return { ...common, kind: 'live', ...createLive({ stdout, stderr, columns, now, slots, palette }) };
}

/** A picture that moves needs a real terminal with a person in front of it. */
function wantsLive(options: Pick<TerminalOptions, 'stdout' | 'env' | 'json' | 'quiet' | 'verbose'>): boolean {
  const { stdout, env, json, quiet, verbose } = options;
  if (json || quiet || verbose) return false;
  return stdout.isTTY && !isSet(env['CI']) && env['TERM'] !== 'dumb';
}

/** See https://no-color.org: any value that is not empty switches colours off. */
function wantsColor(options: Pick<TerminalOptions, 'env' | 'color'>, stream: { isTTY?: boolean }): boolean {
  const { env, color } = options;
  if (!color || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

export type Palette = ReturnType<typeof colors.createColors>;

/** Colours, or the same functions doing nothing. */
export function createPalette(enabled: boolean): Palette {
  return colors.createColors(enabled);
}

export type PlainOptions = {
  write: (text: string) => void;
  /** Tells at once what the person at the keyboard has to know. */
  alarm: (text: string) => void;
  now: () => number;
  /** Also tells retries, steps and phase progress. */
  verbose: boolean;
  /** Tells nothing while the run goes on: what needs a human is said at its end. */
  quiet: boolean;
};

const counterEveryMs = 10_000;

/** Terminal output for logs and pipes: one line with the time for each thing that is over. */
export function createPlain(options: PlainOptions): (event: RunEvent) => void {
  const { now, verbose, quiet } = options;
  const meter = createMeter(now);
  let countedAt = now();
  const told = new Set<string>();

  function line(text: string): void {
    options.write(`${new Date(now()).toISOString().slice(0, 19)}Z ${clean(text)}\n`);
  }

  function count(): void {
    if (quiet || now() - countedAt < counterEveryMs) return;
    countedAt = now();
    const progress = meter.progress();
    if (progress.total > 0) line(counter(progress));
  }

  function finished(result: ItemResult): void {
    const notices = noticesOf(result);
    // What was not begun is told once, at the end.
    if (result.state === 'interrupted' && !verbose) return;
    const { done, total } = meter.progress();
    const position = total > 0 ? `${done}/${total} ` : '';
    line(`${position}${result.id}: ${outcomeOf(result)}`);
    // What an earlier run has told is no news.
    if (result.changed || verbose)
      for (const { message } of notices) {
        const news = `${result.id}: ${message}`;
        // A project with a tracker is finished twice.
        if (!told.has(news)) line(news);
        told.add(news);
      }
    // What concerns the whole server is the same for every item.
    if (result.problem === null || told.has(result.problem.message)) return;
    told.add(result.problem.message);
    line(`${result.id}: ${messages.problem(result.problem)}`);
  }

  function tell(event: RunEvent): void {
    if (quiet && event.type !== 'stopping') return;
    switch (event.type) {
      case 'phase':
        countedAt = now();
        line(messages.phaseStarted(event.phase, event.total));
        return;
      case 'phase-done':
        line(messages.phaseFinished(event.phase, event.summary));
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
      case 'stopping':
        return options.alarm(stopping(event.finishing, meter.progress().underWay));
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
    .map(({ title, counts: counted }) => ({ title, count: countAll(messages.ofMoved(counted)) }))
    .filter(({ count }) => count > 0)
    .map(({ title, count }) => countOf(count, title));
  return messages.itemFinished(result.state, result.changed, counts, bytes, ms);
}
