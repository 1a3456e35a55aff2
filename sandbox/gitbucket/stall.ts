import type { MiddlewareHandler } from 'hono';
import type { GitBucketEnv } from './context.ts';

export type StallOptions = {
  /** From this many authenticated API calls at once, further ones find no database connection. */
  above: number;
  /** How long such a call hangs before it is answered 500; 30 s in reality. */
  ms: number;
};

/** Each authenticated call holds a connection for a moment. */
const HOLD_MS = 10;

/** Plays the exhausted connection pool of a real server (GB-23). */
export function stalling(options: StallOptions): MiddlewareHandler<GitBucketEnv> {
  let running = 0;
  return async (c, next) => {
    if (!c.get('viewer')) return next();
    if (running >= options.above) {
      await pause(options.ms);
      return c.json({ message: 'Internal Server Error' }, 500);
    }
    running += 1;
    try {
      await pause(HOLD_MS);
      await next();
    } finally {
      running -= 1;
    }
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
