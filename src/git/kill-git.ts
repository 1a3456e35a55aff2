import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Runtime } from '../environment.ts';

/**
 * Ends a git with everything that it started: its HTTP helper would keep the connection, and our pipes, for as long as
 * the server likes.
 */
export function killGit(pid: number, { kill }: Pick<Runtime, 'kill'>): void {
  if (terminated(-pid, kill)) return;
  // Without setsid it leads no process group of its own.
  for (const id of [pid, ...below(pid, processes())]) terminated(id, kill);
}

/** Ends the gits that this process started for one of the URLs: of those that simple-git runs nobody knows the id. */
export function killGitsFor(urls: readonly string[], runtime: Pick<Runtime, 'pid' | 'kill'>): void {
  for (const { pid, parent, command } of processes()) {
    if (parent === runtime.pid && urls.some((url) => command.includes(url))) killGit(pid, runtime);
  }
}

/** What the gits for some URLs have done so far; `exact`: whatever they do changes it, were it a look at the clock. */
export type Doings = { done: string; exact: boolean };

/** To be compared with what it is later. Null when one of them is at work right now, or when there is none. */
export function doingsOf(urls: readonly string[], { pid: own }: Pick<Runtime, 'pid'>): Doings | null {
  const all = processes();
  const first = all.filter(
    ({ parent, command }) => parent === own && urls.some((url) => command.includes(url)),
  );
  const ids = new Set(first.flatMap(({ pid }) => [pid, ...below(pid, all)]));
  const gits = all.filter(({ pid }) => ids.has(pid));
  if (gits.length === 0 || gits.some(({ state }) => !/^[SIZ]/.test(state))) return null;
  const wakings = gits.map(({ pid }) => wakingsOf(pid));
  const done = gits.map(({ pid, time }, index) => `${pid} ${time} ${wakings[index] ?? ''}`).join('\n');
  return { done, exact: !wakings.includes(null) };
}

/** How often it went to sleep and was woken; null where the system does not tell. */
function wakingsOf(pid: number): string | null {
  try {
    const counts = readFileSync(`/proc/${pid}/status`, 'latin1').match(/ctxt_switches:\s*\d+/g);
    return counts === null ? null : counts.join(' ');
  } catch {
    return null;
  }
}

/** False when there is no such process or group any more. */
function terminated(pid: number, kill: Runtime['kill']): boolean {
  try {
    kill(pid, 'SIGTERM');
    return true;
  } catch {
    return false;
  }
}

/** `state` as ps names it, and the `time` of a processor that it has had. */
type Process = { pid: number; parent: number; command: string; state: string; time: string };

function below(root: number, all: readonly Process[]): number[] {
  const children = all.filter(({ parent }) => parent === root);
  return children.flatMap(({ pid }) => [pid, ...below(pid, all)]);
}

function processes(): Process[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(fromProc);
  } catch {
    return fromPs();
  }
}

function fromProc(name: string): Process[] {
  try {
    // `pid (name) state parent …` (proc(5)); the name may hold spaces and parentheses.
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    const [state = '', parent, ...more] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const time = more.slice(9, 11).join(' ');
    return [{ pid: Number(name), parent: Number(parent), command, state, time }];
  } catch {
    return [];
  }
}

/** For systems without /proc. */
function fromPs(): Process[] {
  try {
    const table = execFileSync(
      'ps',
      ['-A', '-ww', '-o', 'pid=', '-o', 'ppid=', '-o', 'stat=', '-o', 'time=', '-o', 'args='],
      {
        encoding: 'utf8',
      },
    );
    const lines = table.matchAll(/^ *(\d+) +(\d+) +(\S+) +(\S+) (.*)$/gm);
    return [...lines].map(([, pid, parent, state = '', time = '', command = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      command,
      state,
      time,
    }));
  } catch {
    return [];
  }
}
