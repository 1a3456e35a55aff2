import { workDirUnusable, workDirLocked } from '../failures/usage.ts';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failures/failure.ts';

/** Gives the work directory back. */
export type Release = () => Promise<void>;

type Self = { pid: number; now(): number; sleep(ms: number): Promise<void>; alive(pid: number): boolean };
type Holder = { pid: number; since: string };

const prefix = 'run.lock';

/**
 * Makes the work directory (mode 0700) and takes its lock: one run at a time. Each run puts down a file with a name of
 * its own, and only then looks for others: of two that come at once at least the later one sees the other. Nobody ever
 * removes the file of a run that is alive, and those of dead ones are in nobody's way.
 * @throws work-dir-locked, work-dir
 */
export async function lockWorkDir(directory: string, self: Self): Promise<Release> {
  const mine = `${prefix}.${self.pid}.${self.now()}`;
  const file = join(directory, mine);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (let attempt = 1; ; attempt += 1) {
      const holder = await otherRun(directory, mine, self);
      if (holder) throw workDirLocked(directory, holder);
      await writeFile(file, '', { mode: 0o600 });
      if ((await otherRun(directory, mine, self)) === null) return () => rm(file, { force: true });
      // Two came at once: both step back, and come again after times that differ.
      await rm(file, { force: true });
      await self.sleep(((self.pid % 50) + 1) * attempt);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw workDirUnusable(directory, { detail: (error as Error).message }, error);
  }
}

/** The run that is using the work directory; null when there is none. Only looks. */
export async function runIn(directory: string, self: Pick<Self, 'pid' | 'alive'>): Promise<Holder | null> {
  const names = await readdir(directory);
  return names.map((name) => holderOf(name)).find((holder) => isOther(holder, self)) ?? null;
}

/** A run that is alive and has put down its file; what dead ones left is removed. */
async function otherRun(directory: string, mine: string, self: Self): Promise<Holder | null> {
  for (const name of await readdir(directory)) {
    if (name === mine || !name.startsWith(prefix)) continue;
    const holder = holderOf(name);
    if (isOther(holder, self)) return holder;
    await rm(join(directory, name), { force: true });
  }
  return null;
}

/** Our own number is that of a dead run: in a container every run may get the same one. */
function isOther(holder: Holder | null, self: Pick<Self, 'pid' | 'alive'>): holder is Holder {
  return holder !== null && holder.pid !== self.pid && self.alive(holder.pid);
}

function holderOf(name: string): Holder | null {
  const [, pid, since] = /^run\.lock\.(\d{1,10})\.(\d{1,15})$/.exec(name) ?? [];
  return pid && since ? { pid: Number(pid), since: new Date(Number(since)).toISOString() } : null;
}
