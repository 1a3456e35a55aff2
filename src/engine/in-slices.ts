import { setImmediate } from 'node:timers/promises';

const sliceMs = 20;

/** Collects what a long computation yields, and lets the display and the sockets have their turn in between. */
export async function inSlices<T>(values: Iterable<T>): Promise<T[]> {
  const collected: T[] = [];
  let began = performance.now();
  for (const value of values) {
    collected.push(value);
    if (performance.now() - began < sliceMs) continue;
    await setImmediate();
    began = performance.now();
  }
  return collected;
}
