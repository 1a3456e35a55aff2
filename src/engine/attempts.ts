import { interruption } from '../failures/usage.ts';
import type { Runtime } from '../environment.ts';
import { isRetryable } from '../failures/index.ts';
import type { Emit } from '../model/events.ts';

const tries = 3;
const firstPauseMs = 2000;

/**
 * Runs the job up to three times while its failure may pass by itself. The job is told which try it is: from the second
 * one on it must look before it acts.
 */
export async function withAttempts<T>(
  id: string,
  { runtime, emit }: { runtime: Runtime; emit: Emit },
  job: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await job(attempt);
    } catch (error) {
      if (runtime.aborting.aborted) throw interruption(id);
      if (attempt === tries || !isRetryable(error) || runtime.stopping.aborted) throw error;
      const waitMs = firstPauseMs * 2 ** (attempt - 1);
      emit({
        type: 'item-retry',
        id,
        reason: error instanceof Error ? error.message : String(error),
        waitMs,
      });
      await runtime.sleep(waitMs, runtime.aborting);
    }
  }
}
