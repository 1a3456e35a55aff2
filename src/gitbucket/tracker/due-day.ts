/** Of a time between two midnights, the hours from which on the later one is meant. */
const laterFrom = 10.5;

/**
 * The day that is meant by a due time: it is midnight of the server's zone, told in UTC (GB-192). East of Greenwich that is
 * the evening before, west of it the morning. Where both can be, at noon and just before, it is New Zealand.
 */
export function dueDay(utc: string): string {
  return new Date(Date.parse(utc) + (24 - laterFrom) * 3_600_000).toISOString().slice(0, 10);
}
