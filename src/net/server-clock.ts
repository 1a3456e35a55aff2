/** What the answers of a server tell besides what was asked; kept by its HTTP policy. */
export type Observed = {
  /** The server's clock minus ours, in ms; null before an answer with a date has come. */
  clockMs: number | null;
  /** State of GitLab's throttle, which 18.0 and later tell with every answer (GL-305). */
  throttle: Throttle | null;
};

type Throttle = { name: string; perMinute: number; remaining: number };

/** Before the first answer. */
export function nothingObserved(): Observed {
  return { clockMs: null, throttle: null };
}

/** Takes note of the headers of one answer. */
export function observe(
  observed: Observed,
  headers: Readonly<Record<string, string>>,
  times: { sentAt: number; receivedAt: number },
): void {
  const date = Date.parse(headers['date'] ?? '');
  // The header has whole seconds, cut off: half a second later is right on average.
  if (!Number.isNaN(date)) observed.clockMs = date + 500 - (times.sentAt + times.receivedAt) / 2;
  const perMinute = Number(headers['ratelimit-limit']);
  if (!Number.isFinite(perMinute) || headers['ratelimit-limit'] === '') return;
  observed.throttle = {
    name: headers['ratelimit-name'] ?? '',
    perMinute,
    remaining: Number(headers['ratelimit-remaining'] ?? perMinute),
  };
}
