import type { RunEvent } from '../model/events.ts';
import { clean, plural } from '../text/format.ts';
import { displayWidth, truncate } from '../text/lines.ts';
import * as messages from './messages.ts';

export type Slots = {
  handle(event: RunEvent): void;
  /** One text per slot, no wider than asked. */
  lines(width: number): string[];
};

type Work = { id: string; text: string };

/** A fixed number of lines for the items at work, so that the cost of painting does not grow with their number. */
export function createSlots(count: number): Slots {
  const slots: (Work | null)[] = Array.from({ length: count }, () => null);
  const waiting = new Map<string, Work>();
  const where = new Map<string, number>();

  function start(id: string): void {
    if (where.has(id) || waiting.has(id)) return;
    const work = { id, text: messages.working(null) };
    const free = slots.indexOf(null);
    if (free === -1) {
      waiting.set(id, work);
      return;
    }
    place(free, work);
  }

  function place(index: number, work: Work): void {
    slots[index] = work;
    where.set(work.id, index);
  }

  function finish(id: string): void {
    waiting.delete(id);
    const index = where.get(id);
    if (index === undefined) return;
    where.delete(id);
    slots[index] = null;
    const [next] = waiting.values();
    if (next === undefined) return;
    waiting.delete(next.id);
    place(index, next);
  }

  function say(id: string, text: string): void {
    const index = where.get(id);
    const work = index === undefined ? waiting.get(id) : slots[index];
    if (work) work.text = text;
  }

  function handle(event: RunEvent): void {
    if (event.type === 'item-started') start(event.id);
    if (event.type === 'item-step') say(event.id, messages.working(event.step));
    if (event.type === 'item-progress')
      say(event.id, messages.progressed(event.stage, event.percent, event.bytes));
    if (event.type === 'item-retry') say(event.id, messages.retrying(event.reason, event.waitMs));
    if (event.type === 'item-finished') finish(event.result.id);
  }

  function lines(width: number): string[] {
    const list = slots.map((work) => (work === null ? messages.idle : lineOf(work, width)));
    if (waiting.size > 0 && list.length > 0) {
      list[list.length - 1] = truncate(moreAtWork(waiting.size + 1), width);
    }
    return list;
  }

  return { handle, lines };
}

function lineOf(work: Work, width: number): string {
  const text = clean(work.text);
  const id = clean(work.id);
  // What happens is worth more than the end of a long name, but half of the line stays for the name.
  const room = Math.max(Math.floor(width / 2), width - displayWidth(text) - 2);
  return truncate(`${truncate(id, room)}  ${text}`, width);
}

function moreAtWork(count: number): string {
  return `and ${plural(count, 'more item')} in progress`;
}
