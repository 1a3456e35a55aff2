import type { Plan } from '../model/plan.ts';
import type { Result } from '../model/result.ts';

export type Json = { [key: string]: Json | string };

/**
 * Every fix that is a piece of the config, put together as one object: pasted one by one they would repeat each other's
 * keys. Null when there is none. Where two want the same key, or the same new name, the first one stays: the next plan
 * has another for the second.
 */
export function mergedFixes(document: Plan | Result): Json | null {
  const merged: Json = {};
  for (const fix of 'items' in document ? fixesOfResult(document) : fixesOfPlan(document)) {
    const piece = pieceOf(fix);
    if (piece !== null) mergeInto(merged, piece);
  }
  return Object.keys(merged).length === 0 ? null : merged;
}

/** The lines of such an object as they stand in a config file. */
export function pasteable(fixes: Json): string[] {
  return JSON.stringify(fixes, null, 2).split('\n').slice(1, -1);
}

function* fixesOfPlan({ people, groups, projects }: Plan): Generator<string> {
  for (const { blocked } of [...people, ...groups]) if (blocked !== null) yield blocked.fix;
  for (const { blocked, steps, findings } of projects) {
    if (blocked !== null) yield blocked.fix;
    for (const { fix } of findings) yield fix;
    for (const { notices } of steps) for (const { fix } of notices) yield fix;
  }
}

function* fixesOfResult({ items }: Result): Generator<string> {
  for (const { problem, steps, state } of items) {
    if (state === 'proven') continue;
    if (problem !== null) yield problem.fix;
    for (const { check } of steps) for (const { fix } of check?.differences ?? []) yield fix;
  }
}

/** True for a fix that is nothing but a piece of the config. */
export function isPiece(fix: string): boolean {
  return fix.startsWith('"') && pieceOf(fix) !== null;
}

/** The piece of the config in a fix, which may stand in a sentence; null for one that is only something to do. */
function pieceOf(fix: string): Json | null {
  const start = fix.search(/"map": ?\{/);
  if (start < 0) return null;
  // What stands behind it may have braces of its own.
  for (let end = fix.indexOf('}', start); end >= 0; end = fix.indexOf('}', end + 1)) {
    const piece = parsed(`{${fix.slice(start, end + 1)}}`);
    if (piece !== null) return piece;
  }
  return null;
}

function parsed(text: string): Json | null {
  try {
    return JSON.parse(text) as Json;
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
    else if (known === undefined && !isGiven(value, merged)) {
      Object.defineProperty(merged, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }
}

/** Paths differ by more than letter case (GL-76), refs do not. */
function isGiven(value: Json | string, names: Json): boolean {
  if (typeof value !== 'string') return false;
  const wanted = asCompared(value);
  return Object.values(names).some((name) => typeof name === 'string' && asCompared(name) === wanted);
}

function asCompared(name: string): string {
  return name.startsWith('refs/') ? name : name.toLowerCase();
}
