import type { Settings } from '../settings.ts';
import { ApiError } from './errors.ts';

/** Gitlab::ApplicationRateLimiter: fixed windows by the clock (GL-300). */
export type ApplicationLimiter = {
  /** Counts the request and refuses it when the window is full; refused ones count as well. */
  check(key: string, scope: string | number, options?: { retryAfter: boolean }): void;
};

type Window = { number: number; count: number };

export function createApplicationLimiter(settings: Settings): ApplicationLimiter {
  const windows = new Map<string, Window>();
  return {
    check(key, scope, { retryAfter } = { retryAfter: true }) {
      const limit = settings.applicationLimits[key];
      if (!limit || limit.threshold === 0 || limit.interval === 0) return;
      const number = Math.floor(Date.now() / 1000 / limit.interval);
      const id = `${key} ${scope}`;
      const known = windows.get(id);
      const window = known?.number === number ? known : { number, count: 0 };
      window.count += 1;
      windows.set(id, window);
      if (window.count <= limit.threshold) return;
      const error = 'This endpoint has been requested too many times. Try again later.';
      // What a service refuses says neither when to come again nor what it is (GL-301).
      const headers = retryAfter ? { 'retry-after': String(limit.interval) } : { 'content-type': '' };
      throw new ApiError(429, { message: { error } }, headers);
    },
  };
}
