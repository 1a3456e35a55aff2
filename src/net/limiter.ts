import pLimit from 'p-limit';

export type Limiter = {
  /** Runs the job when a place is free and no pause is on. */
  run<T>(job: () => Promise<T>): Promise<T>;
  /** Holds back everything that has not started yet, for this server only. */
  pause(ms: number): void;
  /** Tells how an answer went, so that the number of places follows what the server can do. */
  note(outcome: 'good' | 'overloaded'): void;
  places(): number;
};

const goodAnswersPerStep = 20;

/**
 * At most `ceiling` jobs at once for one server: halved when the server shows overload, one more after a run of good
 * answers (additive increase, multiplicative decrease).
 */
export function createLimiter(
  ceiling: number,
  clock: { now(): number; sleep(ms: number): Promise<void> },
): Limiter {
  const limit = pLimit(ceiling);
  let pausedUntil = 0;
  let good = 0;

  async function waitOut(): Promise<void> {
    for (let left = pausedUntil - clock.now(); left > 0; left = pausedUntil - clock.now())
      await clock.sleep(left);
  }

  return {
    run: (job) =>
      limit(async () => {
        await waitOut();
        return job();
      }),
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms);
    },
    note(outcome) {
      if (outcome === 'overloaded') {
        good = 0;
        limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
        return;
      }
      good += 1;
      if (good < goodAnswersPerStep || limit.concurrency >= ceiling) return;
      good = 0;
      limit.concurrency += 1;
    },
    places: () => limit.concurrency,
  };
}
