import { interruption, standstill } from '../failures/usage.ts';
import type { Runtime } from '../environment.ts';
import type { Failure } from '../failures/failure.ts';
import { asFailure, closedBy, isRetryable } from '../failures/index.ts';
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
      return await unlessStranded(job(attempt), id, runtime);
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

/** What failures have closed to all that is not done yet. */
export type Halts = {
  note(error: unknown): void;
  /** The failure that leaves nothing to be done at this place of the target; null while there is none. */
  over(fullPath: string): Failure | null;
};

export function createHalts(): Halts {
  const closed = new Map<string, Failure>();
  return {
    note(error) {
      const place = closedBy(error)?.toLowerCase() ?? null;
      if (place !== null && !closed.has(place)) closed.set(place, asFailure(error, place));
    },
    over: (fullPath) => closed.get('') ?? closed.get(fullPath.toLowerCase().split('/', 1)[0] ?? '') ?? null,
  };
}

/** The outcome of the work; standstill when nothing is under way any more that could bring it. */
function unlessStranded<T>(work: Promise<T>, id: string, { waiting }: Runtime): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (): void => reject(standstill(id, {}));
    waiting.add(end);
    void work.then(resolve, reject).finally(() => waiting.delete(end));
  });
}
