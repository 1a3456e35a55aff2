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

/** False when there is no such process or group any more. */
function terminated(pid: number, kill: Runtime['kill']): boolean {
  try {
    kill(pid, 'SIGTERM');
    return true;
  } catch {
    return false;
  }
}

type Process = { pid: number; parent: number; command: string };

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
    // `pid (name) state parent …`; the name may hold spaces and parentheses.
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [{ pid: Number(name), parent, command }];
  } catch {
    return [];
  }
}

/** For systems without /proc. */
function fromPs(): Process[] {
  try {
    const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'ppid=', '-o', 'args='], {
      encoding: 'utf8',
    });
    return [...table.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, pid, parent, command = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      command,
    }));
  } catch {
    return [];
  }
}
