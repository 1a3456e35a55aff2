import { isPassing, retryAfterMs, type HttpAnswer } from './answers.ts';
import type { HttpOptions } from './http.ts';

/** Holds back everything for a server that asks for it, or that shows that it cannot keep up. */
export function heedOverload(
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  options: Pick<HttpOptions, 'server' | 'limiter' | 'now' | 'emit'>,
): void {
  if (status !== 429 && !isPassing(status)) return;
  const { server, limiter, now, emit } = options;
  limiter.note('overloaded');
  const waitMs = retryAfterMs(status, headers['retry-after'], now());
  if (waitMs === null) return;
  limiter.pause(waitMs);
  emit({ type: 'pause', server: server.side, reason: `${status}`, waitMs });
}
