import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { kill, pid as self } from 'node:process';

type Running = { pid: number; parent: number; command: string };

/**
 * Ends the git processes below this one that work for one of the URLs. An abort reaches git alone, while its HTTP helper
 * keeps the connection, and our pipes, for as long as the server likes.
 */
export function endGit(urls: readonly string[]): void {
  for (const { pid, command } of below(self, running())) {
    if (!urls.some((url) => command.includes(url))) continue;
    try {
      kill(pid, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
  }
}

function below(root: number, all: readonly Running[]): Running[] {
  const children = all.filter(({ parent }) => parent === root);
  return children.flatMap((child) => [child, ...below(child.pid, all)]);
}

function running(): Running[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(fromProc);
  } catch {
    return fromPs();
  }
}

function fromProc(name: string): Running[] {
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
function fromPs(): Running[] {
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
