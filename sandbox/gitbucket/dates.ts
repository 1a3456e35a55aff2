/** GitBucket's date format: UTC, whole seconds. */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** What the clocks in a time zone show, to the second: `2026-11-23 20:32:44`. */
export function wallClock(date: Date, timeZone: string): string {
  if (timeZone === 'UTC') return date.toISOString().slice(0, 19).replace('T', ' ');
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return format.format(date);
}
