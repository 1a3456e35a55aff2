import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

type Entry = { pid: number; parent: number; state: string };

/** Ids of all processes below one, from /proc; must be asked before it ends, for its children get another parent then. */
export function descendants(root: number): number[] {
  const entries = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
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

/** Waits until none of them runs any more. */
export async function ended(pids: readonly number[], withinMs = 20_000): Promise<void> {
  const until = Date.now() + withinMs;
  while (pids.some(isRunning)) {
    if (Date.now() > until) throw new Error(`still running: ${pids.filter(isRunning).join(', ')}`);
    await delay(20);
  }
}

function isRunning(pid: number): boolean {
  const entry = entryOf(String(pid));
  return entry !== null && entry.state !== 'Z';
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
