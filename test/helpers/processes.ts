import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Shorter than the time limit of a test, so that its failure tells what it waited for. */
const PATIENCE_MS = 240_000;

export type SeenProcess = { pid: number; command: string };
type Entry = { pid: number; parent: number; state: string };

/** Ids of all processes below one, from /proc; must be asked before it ends, for its children get another parent then. */
export function descendants(root: number): number[] {
  const entries = everybody()
    .map(entryOf)
    .filter((entry) => entry !== null);
  const found: number[] = [];
  const queue = [root];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const entry of entries) {
      if (entry.parent !== parent) continue;
      found.push(entry.pid);
      queue.push(entry.pid);
    }
  }
  return found;
}

/** Processes that work in this folder or below it, with their command line: a run and its git children. */
export function processesIn(folder: string): SeenProcess[] {
  const seen: SeenProcess[] = [];
  for (const name of everybody()) {
    try {
      if (!`${readlinkSync(`/proc/${name}/cwd`)}/`.startsWith(`${folder}/`)) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      seen.push({ pid: Number(name), command });
    } catch {
      // It ended meanwhile.
    }
  }
  return seen;
}

/** Waits until it holds, for as long as a busy machine may need. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(10);
  }
}

/** Waits until none of them runs any more. */
export function ended(pids: readonly number[]): Promise<void> {
  return until(() => !pids.some(isRunning), `the end of ${pids.join(', ')}`);
}

export function isRunning(pid: number): boolean {
  const entry = entryOf(String(pid));
  return entry !== null && entry.state !== 'Z';
}

function everybody(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function entryOf(name: string): Entry | null {
  try {
    // `pid (command) state parent …`; the command may hold spaces and parentheses.
    const text = readFileSync(`/proc/${name}/stat`, 'latin1');
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid: Number(name), parent: Number(parent), state };
  } catch {
    return null;
  }
}

/** Kills at once whatever of them still runs. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}
