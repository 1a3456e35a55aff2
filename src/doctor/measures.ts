import { plural } from '../text/format.ts';

const DAY_MS = 86_400_000;

/** What ends before that is told. */
export const SOON_MS = 14 * DAY_MS;

/** More than this between two clocks is told. */
export const CLOCK_MS = 60_000;

/** `2026-03-01` */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** `today`, `in 1 day`, `in 5 days`, `2 days ago`. */
export function daysLeft(time: number, now: number): string {
  const days = Math.floor((time - now) / DAY_MS);
  if (days === 0) return 'today';
  const amount = plural(Math.abs(days), 'day');
  return days > 0 ? `in ${amount}` : `${amount} ago`;
}

/** Compares versions number by number; what is no number counts as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(least)];
  for (const [index, wanted] of want.entries()) {
    const difference = (have[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return version.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
}
