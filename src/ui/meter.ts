import type { Phase, RunEvent } from '../model/events.ts';
import type { ItemState } from '../model/result.ts';
import { formatBytes, formatCount, formatEstimate, formatRate } from '../text/format.ts';

/** How far the run is, for one line of text. */
export type Progress = {
  done: number;
  total: number;
  /** Begun and not finished. */
  underWay: number;
  bytes: number;
  /** Bytes per second over the last seconds. */
  rate: number;
  /** Null while there is too little to judge by. */
  leftMs: number | null;
  /** Finished items that are not proven, by state. */
  trouble: Partial<Record<ItemState, number>>;
};

export type Meter = { handle(event: RunEvent): void; progress(): Progress };

/** The phases that take items one by one. */
const counted: ReadonlySet<Phase> = new Set(['people', 'groups', 'repositories', 'tracker']);

const windowMs = 10_000;
const sampleMs = 500;

/** Counts items and bytes of the phase that moves the data; time comes in from outside. */
export function createMeter(now: () => number): Meter {
  let total = 0;
  let done = 0;
  let counts = true;
  let startedAt = 0;
  let finishedBytes = 0;
  let movingBytes = 0;
  const moving = new Map<string, number>();
  const underWay = new Set<string>();
  const trouble: Partial<Record<ItemState, number>> = {};
  const samples: { at: number; bytes: number }[] = [];

  function begin(count: number): void {
    total = count;
    done = 0;
    startedAt = now();
    samples.length = 0;
  }

  function move(id: string, bytes: number): void {
    movingBytes += bytes - (moving.get(id) ?? 0);
    moving.set(id, bytes);
  }

  function finish(id: string, state: ItemState, bytes: number): void {
    move(id, 0);
    moving.delete(id);
    underWay.delete(id);
    finishedBytes += bytes;
    if (counts && state !== 'interrupted') done += 1;
    if (state !== 'proven') trouble[state] = (trouble[state] ?? 0) + 1;
  }

  function handle(event: RunEvent): void {
    if (event.type === 'phase') {
      counts = counted.has(event.phase);
      if (counts) begin(event.total);
    }
    if (event.type === 'item-started') underWay.add(event.id);
    if (event.type === 'item-progress') move(event.id, event.bytes);
    if (event.type === 'item-finished')
      finish(event.result.id, event.result.state, bytesOf(event.result.steps));
  }

  function rate(bytes: number): number {
    const at = now();
    const last = samples.at(-1);
    if (last === undefined || at - last.at >= sampleMs) samples.push({ at, bytes });
    while (samples.length > 1 && at - (samples[0]?.at ?? at) > windowMs) samples.shift();
    const first = samples[0];
    if (first === undefined || at === first.at) return 0;
    return Math.max(0, ((bytes - first.bytes) * 1000) / (at - first.at));
  }

  function left(): number | null {
    const elapsed = now() - startedAt;
    if (done < 3 || elapsed < 3000) return null;
    return (elapsed / done) * Math.max(0, total - done);
  }

  function progress(): Progress {
    const bytes = finishedBytes + movingBytes;
    return {
      done,
      total,
      underWay: underWay.size,
      bytes,
      rate: rate(bytes),
      leftMs: left(),
      trouble: { ...trouble },
    };
  }

  return { handle, progress };
}

function bytesOf(steps: readonly { bytes: number }[]): number {
  let sum = 0;
  for (const step of steps) sum += step.bytes;
  return sum;
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

/** After Ctrl-C: what is still waited for, and how not to. */
export function stopping(finishing: boolean, underWay: number): string {
  if (!finishing) return 'stopping at once';
  if (underWay === 0) return 'stopping';
  return `stopping, ${formatCount(underWay)} under way; press Ctrl-C again to abandon them`;
}
