const LONGEST_MS = 3_600_000;
/** GitLab's own limiter counts in whole minutes and may send no header (gitlab-contract §10.1). */
const MINUTE_MS = 60_000;

/**
 * How long a 429 or 503 asks to wait, in ms: `Retry-After` as seconds or as an HTTP date; without the header until the
 * next full minute plus one second for a 429, null for other statuses.
 */
export function retryAfterMs(status: number, header: string | undefined, now: number): number | null {
  if (header !== undefined && /^\d+$/.test(header.trim())) return Math.min(Number(header) * 1000, LONGEST_MS);
  const date = header === undefined ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(date)) return Math.min(Math.max(date - now, 0), LONGEST_MS);
  return status === 429 ? MINUTE_MS - (now % MINUTE_MS) + 1000 : null;
}
