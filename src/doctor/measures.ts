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
  const amount = Math.abs(days) === 1 ? '1 day' : `${Math.abs(days)} days`;
  return days > 0 ? `in ${amount}` : `${amount} ago`;
}

/** `45 s`, `3 min`, `2 h`: a rough difference of clocks. */
export function roughly(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** `740 MB`, `12.3 GB`; powers of 1000. */
export function formatSize(bytes: number): string {
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
