import { resolve } from 'node:path';
import type { CommonOptions, World } from '../environment.ts';
import type { ItemHistory } from '../journal/history.ts';
import type { ExitCode } from '../model/result.ts';
import { formatCount } from '../text/format.ts';
import { openTerminal, readHistory } from './session.ts';

export type ItemStatus = {
  id: string;
  state: 'proven' | 'moved' | 'begun' | 'failed';
  target: string | null;
  at: string;
};

/** `gb2gl status`: what the journal says; asks no server. */
export async function statusCommand(options: CommonOptions, world: World): Promise<ExitCode> {
  const workDir = resolve(world.runtime.cwd, options.workDir);
  const history = await readHistory(workDir);
  const items = [...history.items]
    .map(([id, known]) => statusOf(id, known))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const counts = { groups: 0, proven: 0, moved: 0, begun: 0, failed: 0 };
  for (const item of items) {
    if (!item.id.includes('/')) counts.groups += 1;
    else counts[item.state] += 1;
  }
  if (options.json) {
    world.stdout.write(
      `${JSON.stringify({ version: 1, command: 'status', servers: history.servers, counts, items })}\n`,
    );
    return 0;
  }
  const terminal = await openTerminal(options, world, 1);
  if (history.servers === null) {
    terminal.write(`${statusNothing(workDir)}\n`);
    return 0;
  }
  terminal.write(`${statusHeading(history.servers)}\n`);
  for (const [name, count] of Object.entries(counts))
    terminal.write(`  ${name.padEnd(8)} ${formatCount(count)}\n`);
  if (!options.quiet) {
    for (const item of items.filter(({ id, state }) => id.includes('/') && state !== 'proven')) {
      terminal.write(`${statusLine(item)}\n`);
    }
  }
  return 0;
}

function statusOf(id: string, known: ItemHistory): ItemStatus {
  return { id, state: stateOf(known), target: known.target?.path ?? null, at: known.at };
}

function stateOf({ steps }: ItemHistory): ItemStatus['state'] {
  if (steps.get('code') === 'failed') return 'failed';
  if (steps.get('proof') === 'done') return 'proven';
  if (steps.get('code') === 'done') return 'moved';
  return 'begun';
}

/** Sentences of `gb2gl status`. */
export function statusNothing(workDir: string): string {
  return `No migration was begun in ${workDir}.`;
}

export function statusHeading({ source, target }: { source: string; target: string }): string {
  return `Migration from ${source} to ${target}, as the journal tells:`;
}

export function statusLine({ id, state, at }: { id: string; state: string; at: string }): string {
  return `  ${state.padEnd(7)} ${id} (${at})`;
}
