import { join } from 'node:path';
import type { Runtime } from '../environment.ts';
import { lockWorkDir, type Held } from '../journal/lock.ts';
import { createLfsFinder, type LfsFinder } from '../lfs/finder.ts';
import { mirrorOptions } from '../transfer/auto.ts';

/** The repositories in the work directory, and the right to use them. */
export type Mirrors = {
  /** Looks into the objects of the source; locks the work directory before it does, for its mirrors are there. */
  finder: LfsFinder;
  /** Takes the lock of the work directory, once. @throws work-dir-locked */
  lock: () => Promise<Held>;
  /** Gives it back, if it was taken. */
  unlock: () => Promise<void>;
};

/** Some commands need the mirrors only when something speaks for looking into objects: they take the lock then. */
export function mirrorsOf(workDir: string, runtime: Runtime, atOnce: number): Mirrors {
  let held: Promise<Held> | null = null;
  const lock = (): Promise<Held> => (held ??= lockWorkDir(workDir, runtime));
  return {
    lock,
    unlock: async () => (await held?.catch(() => null))?.release(),
    finder: createLfsFinder({
      mirrors: mirrorOptions(workDir, runtime),
      directory: join(workDir, 'lfs'),
      atOnce,
      stopping: runtime.stopping,
      claim: async () => void (await lock()),
    }),
  };
}
