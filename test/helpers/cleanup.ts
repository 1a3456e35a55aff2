import { afterAll, beforeAll, onTestFinished } from 'vitest';

type Cleanup = () => unknown;

/** What the shared set-up under way has to clean up; null outside of one. */
let shared: Cleanup[] | null = null;

/** Cleans up when the test is over or, in a shared set-up, when all tests that share it are. */
export function atEnd(cleanup: Cleanup): void {
  if (shared) shared.unshift(cleanup);
  else onTestFinished(async () => void (await cleanup()));
}

/** Makes something once for all tests of a file or a `describe`, with the helpers that a test uses; gives access to it. */
export function sharedByAll<T>(make: () => Promise<T>): () => T {
  const cleanups: Cleanup[] = [];
  let made: { value: T } | null = null;
  beforeAll(async () => {
    shared = cleanups;
    try {
      made = { value: await make() };
    } finally {
      shared = null;
    }
  });
  afterAll(async () => {
    for (const cleanup of cleanups) await cleanup();
  });
  return () => {
    if (made === null) throw new Error('asked for before it was made');
    return made.value;
  };
}
