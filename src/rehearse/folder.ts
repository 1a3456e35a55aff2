import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationError } from '../errors.ts';

const PREFIX = 'rehearsal.';

type Self = { pid: number; alive: (pid: number) => boolean };

/** Runs the job with a folder of its own below the work directory, which is gone afterwards, whatever happens. */
export async function withFolder<T>(
  workDir: string,
  self: Self,
  job: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await makeFolder(workDir, self);
  try {
    return await job(folder);
  } finally {
    await remove(folder);
  }
}

async function makeFolder(workDir: string, self: Self): Promise<string> {
  try {
    await mkdir(workDir, { recursive: true, mode: 0o700 });
    await removeLeftovers(workDir, self);
    return await mkdtemp(join(workDir, `${PREFIX}${self.pid}.`));
  } catch (error) {
    throw new MigrationError('work-dir', workDir, { detail: (error as Error).message }, error);
  }
}

/** A rehearsal that was killed outright could not clean up. */
async function removeLeftovers(workDir: string, { pid, alive }: Self): Promise<void> {
  for (const name of await readdir(workDir)) {
    const [, owner] = /^rehearsal\.(\d{1,10})\.\w+$/.exec(name) ?? [];
    // Our own number is that of a dead run: in a container every run may get the same one.
    if (owner && (Number(owner) === pid || !alive(Number(owner)))) await remove(join(workDir, name));
  }
}

/** A git that is being ended may still write while its folder is removed. */
function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
