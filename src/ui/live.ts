import type { Phase, RunEvent } from '../model/events.ts';
import { clean } from '../text/format.ts';
import { truncate } from '../text/lines.ts';
import * as messages from './messages.ts';
import { counter, createMeter, stopping } from './meter.ts';
import { createGate, type Gate, runPainted, type Task, type Wrapper } from './painter.ts';
import { createSlots } from './slots.ts';
import type { Palette } from './terminal.ts';

export type LiveOptions = {
  stdout: NodeJS.WriteStream;
  /** Kept quiet while the picture is painted, so that stray lines do not tear it. */
  stderr: NodeJS.WriteStream;
  columns: () => number;
  now: () => number;
  /** Lines for items at work. */
  slots: number;
  palette: Palette;
  phases?: readonly Phase[];
};

export type Live = {
  handle(event: RunEvent): void;
  /** Ends the painting and leaves the last picture on the screen; safe to call twice. */
  stop(): Promise<void>;
};

type Row = { phase: Phase; started: Gate; finished: Gate; state: 'waiting' | 'open' | 'over'; title: string };

const allPhases = [
  'connect',
  'discover',
  'plan',
  'inspect',
  'export',
  'stage',
  'people',
  'groups',
  'repositories',
  'tracker',
  'finish',
  'report',
] as const;
/** Only some runs have these: they are not painted before they begin. */
const optionalPhases: ReadonlySet<Phase> = new Set([
  'inspect',
  'export',
  'stage',
  'people',
  'tracker',
  'finish',
]);

/** Icon, space, indentation of a slot, and the two columns that the painter itself leaves free. */
const margin = 8;
const narrowest = 20;

/** Terminal output for people: phases, a fixed number of slots, one counter. */
export function createLive(options: LiveOptions): Live {
  const meter = createMeter(options.now);
  const slots = createSlots(options.slots);
  const rows = (options.phases ?? allPhases).map(rowOf);
  const wrappers = new Map<Row, Wrapper>();
  const slotWrappers: Wrapper[] = [];
  let noted = '';
  let stopped: { finishing: boolean } | null = null;

  function paint(): void {
    if (noted !== '') showNote(clean(noted));
    const width = Math.max(narrowest, options.columns() - margin);
    for (const [row, wrapper] of wrappers) setTitle(wrapper, truncate(titleOf(row), width));
    const lines = slots.lines(width);
    for (const [index, wrapper] of slotWrappers.entries()) setTitle(wrapper, lines[index] ?? '');
  }

  /** Under the phase at work; kept until there is one. */
  function showNote(text: string): void {
    const open = rows.find(({ state }) => state === 'open');
    const wrapper = open && wrappers.get(open);
    if (wrapper === undefined) return;
    wrapper.output = text;
    noted = '';
  }

  function titleOf(row: Row): string {
    if (row.state !== 'open') return row.title;
    if (stopped === null) return progressOf(row);
    // In front: what a narrow terminal cuts off is the end.
    return `${stopping(stopped.finishing, meter.progress().underWay)} · ${progressOf(row)}`;
  }

  function progressOf({ phase, title }: Row): string {
    return isCounted(phase) ? `${title}  ${counter(meter.progress())}` : title;
  }

  function taskOf(row: Row): Task {
    return {
      title: row.title,
      task: async (_context, wrapper) => {
        wrappers.set(row, wrapper);
        await row.started.opened;
        setTitle(wrapper, row.title);
        if (row.phase !== 'repositories' || row.state === 'over') return row.finished.opened;
        return wrapper.newListr(slotTasks(row), { concurrent: true, exitOnError: false });
      },
    };
  }

  function slotTasks(row: Row): Task[] {
    return Array.from({ length: options.slots }, () => ({
      title: messages.idle,
      task: (_context, wrapper) => {
        slotWrappers.push(wrapper);
        return row.finished.opened;
      },
    }));
  }

  /** The picture appears with the first event: a command that only writes text shows none. */
  let running: Promise<void> | null = null;

  function handle(event: RunEvent): void {
    if (event.type === 'stopping' && running === null) return;
    const row = 'phase' in event ? rows.find(({ phase }) => phase === event.phase) : undefined;
    if (row !== undefined && event.type === 'phase') passOver(row);
    running ??= runPainted(rows.map(taskOf), options, paint);
    meter.handle(event);
    slots.handle(event);
    if (row === undefined) return note(event);
    if (event.type === 'phase') {
      row.state = 'open';
      row.title = messages.phaseTitles[event.phase];
      row.started.open();
    }
    if (event.type === 'phase-progress' && !isCounted(event.phase)) {
      row.title = clean(messages.phaseProgress(event.phase, event.done, event.total, event.detail));
    }
    if (event.type !== 'phase-done') return;
    if (event.interrupted === true) breakOff(row);
    else close(row, clean(messages.phaseFinished(event.phase, event.summary)));
  }

  /** The list goes on only when every row before is over: what begins tells which phases do not take place, or did in an earlier picture. */
  function passOver(begun: Row): void {
    for (const row of rows.slice(0, rows.indexOf(begun))) if (row.state === 'waiting') close(row, '');
  }

  function close(row: Row, title: string): void {
    row.title = title;
    row.state = 'over';
    if (row.phase === 'repositories') for (const wrapper of slotWrappers.splice(0)) setTitle(wrapper, '');
    paint();
    row.started.open();
    row.finished.open();
  }

  /** Leaves how far it came, without the tick of what was finished. */
  function breakOff(row: Row): void {
    row.finished.break(new Error(messages.interrupted));
    close(row, `${progressOf(row)} · ${messages.interrupted}`);
  }

  function note(event: RunEvent): void {
    if (event.type === 'pause') noted = messages.paused(event.server, event.reason, event.waitMs);
    if (event.type === 'warning') noted = messages.warned(event.message);
    if (event.type !== 'stopping') return;
    stopped = event;
    paint();
  }

  async function stop(): Promise<void> {
    if (running === null) return;
    for (const row of rows) {
      // A phase that never began is no news: it gets no title.
      if (row.state === 'open') breakOff(row);
      if (row.state === 'waiting') close(row, '');
    }
    await running;
  }

  return { handle, stop };
}

/** Their items are counted, which tells more than the phase's own progress. */
function isCounted(phase: Phase): boolean {
  return phase === 'people' || phase === 'groups' || phase === 'repositories';
}

/** A row without a title is not painted. Without an event: every event paints the whole picture at once, the spinner does it ten times a second. */
function setTitle(wrapper: Wrapper, title: string): void {
  (wrapper.task as { title: string }).title = title;
}

function rowOf(phase: Phase): Row {
  return {
    phase,
    started: createGate(),
    finished: createGate(),
    state: 'waiting',
    title: optionalPhases.has(phase) ? '' : messages.phaseTitles[phase],
  };
}
