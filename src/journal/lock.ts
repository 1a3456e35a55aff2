import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationError } from '../errors.ts';

/** Gives the work directory back. */
export type Release = () => Promise<void>;

type Owner = { pid: number; since: string };

/**
 * Makes the work directory (mode 0700) and takes its lock: one run at a time. A lock whose process is gone is taken over.
 * @throws work-dir-locked, work-dir
 */
export async function lockWorkDir(
  directory: string,
  self: { pid: number; now(): number; alive(pid: number): boolean },
): Promise<Release> {
  const file = join(directory, 'run.lock');
  const mine = join(directory, `run.lock.${self.pid}`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(
      mine,
      JSON.stringify({ pid: self.pid, since: new Date(self.now()).toISOString() } satisfies Owner),
      {
        mode: 0o600,
      },
    );
  } catch (error) {
    throw failure(directory, error);
  }
  try {
    // A hard link appears with its content at once, and only for one of several contenders.
    while (!(await linked(mine, file))) {
      const owner = await ownerOf(file);
      if (owner && self.alive(owner.pid)) {
        throw new MigrationError('work-dir-locked', directory, { pid: owner.pid, since: owner.since });
      }
      await takeAway(file, `${mine}.stale`, owner, self.alive);
    }
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(file, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw failure(to, error);
  }
}

/** Moves a stale lock aside; puts it back when another contender's fresh lock was caught instead. */
async function takeAway(
  file: string,
  aside: string,
  stale: Owner | null,
  alive: (pid: number) => boolean,
): Promise<void> {
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw failure(file, error);
  }
  const caught = await ownerOf(aside);
  if (caught && caught.pid !== stale?.pid && alive(caught.pid)) await linked(aside, file);
  await rm(aside, { force: true });
}

async function ownerOf(file: string): Promise<Owner | null> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Owner> | null;
    return typeof value?.pid === 'number' ? { pid: value.pid, since: String(value.since) } : null;
  } catch {
    return null;
  }
}

function failure(object: string, error: unknown): MigrationError {
  return new MigrationError('work-dir', object, { detail: (error as Error).message }, error);
}
