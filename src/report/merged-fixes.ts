import type { Plan } from '../model/plan.ts';

type Json = { [key: string]: Json | string };

/**
 * Every fix of the plan that is a piece of the config, put together as one object: pasted one by one they would repeat
 * each other's keys. Null when there is none. Where two want the same key, the first one stays.
 */
export function mergedFixes(plan: Plan): Json | null {
  const merged: Json = {};
  for (const fix of fixesIn(plan)) {
    const piece = parsed(fix);
    if (piece !== null) mergeInto(merged, piece);
  }
  return Object.keys(merged).length === 0 ? null : merged;
}

function* fixesIn({ groups, projects }: Plan): Generator<string> {
  for (const { blocked } of groups) if (blocked !== null) yield blocked.fix;
  for (const { blocked, steps, findings } of projects) {
    if (blocked !== null) yield blocked.fix;
    for (const { fix } of findings) yield fix;
    for (const { notices } of steps) for (const { fix } of notices) yield fix;
  }
}

/** Null for a fix that is something to do, not something to paste. */
function parsed(fix: string): Json | null {
  if (!fix.startsWith('"') || fix.includes('…')) return null;
  try {
    return JSON.parse(`{${fix}}`) as Json;
  } catch {
    return null;
  }
}

function mergeInto(merged: Json, piece: Json): void {
  for (const [key, value] of Object.entries(piece)) {
    if (typeof value === 'object' && Object.keys(value).length === 0) continue;
    const known = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (typeof known === 'object' && typeof value === 'object') mergeInto(known, value);
    // A key may come from a ref's name.
    else if (known === undefined) {
      Object.defineProperty(merged, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }
}
