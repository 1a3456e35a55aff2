import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, timed, type Cost } from './run.ts';

/** `cpu` is the whole machine's work: client, both servers and their git; `client` the client's with its children. */
export type ClientCost = Cost & { client: number };

/** Runs a command to its end and takes the CPU time of it and of all its children from the shell's `times`. */
export async function clientCost(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<ClientCost> {
  const file = join(options.cwd, 'client-times');
  const script = '"$@"; code=$?; times > "$0"; exit $code';
  const cost = await costOf(() => timed('bash', ['-c', script, file, command, ...args], options));
  return { ...cost, client: secondsIn(readFileSync(file, 'utf8')) };
}

/** The second line is that of the children: `0m1.234s 0m0.056s`. */
function secondsIn(text: string): number {
  const children = text.trim().split('\n').at(-1) ?? '';
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Bytes of all files below a folder; 0 when there is none. */
export function bytesBelow(folder: string): number {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return 0;
  }
  return names.reduce((sum, name) => {
    const path = join(folder, name);
    const entry = statSync(path);
    return sum + (entry.isDirectory() ? bytesBelow(path) : entry.size);
  }, 0);
}
