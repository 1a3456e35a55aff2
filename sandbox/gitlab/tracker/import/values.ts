import type { Line } from './archive.ts';

/** A text, or a number as text; null for everything else. */
export function textOf(line: Line, key: string): string | null {
  const value = line[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}

/** A title as models keep it: without blanks, line ends and NULs of ASCII at both ends (app/models/concerns/strip_attribute.rb). */
export function titleOf(line: Line): string {
  // oxlint-disable-next-line no-control-regex -- Ruby's `strip` takes a NUL for a blank
  return (textOf(line, 'title') ?? '').replaceAll(/^[\0\t-\r ]+|[\0\t-\r ]+$/g, '');
}

/** As Rails makes a number of what is given: a text that is none is 0; null where there is nothing. */
export function integerOf(line: Line, key: string): number | null {
  const value = line[key];
  if (typeof value === 'number') return Math.trunc(value);
  return typeof value === 'string' && value !== '' ? Number.parseInt(value, 10) || 0 : null;
}

/** A time in UTC with milliseconds; null for what is no date. */
export function timeOf(line: Line, key: string): string | null {
  const value = line[key];
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** `2026-01-31`; null for what is no day. */
export function dayOf(line: Line, key: string): string | null {
  return timeOf(line, key)?.slice(0, 10) ?? null;
}

export function objectOf(line: Line, key: string): Line | null {
  const value = line[key];
  return isObject(value) ? value : null;
}

export function objectsOf(line: Line, key: string): Line[] {
  const value = line[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A 40-digit id. */
export function shaOf(line: Line, key: string): string | null {
  const value = line[key];
  return typeof value === 'string' && /^[0-9a-f]{40}$/.test(value) ? value : null;
}

/** PostgreSQL takes neither a NUL nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

function isObject(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
