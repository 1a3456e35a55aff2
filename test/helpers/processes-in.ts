import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type SeenProcess = { pid: number; command: string };

/** Processes that work in this folder or below it, with their command line: a run and its git children. */
export function processesIn(folder: string): SeenProcess[] {
  const seen: SeenProcess[] = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
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
