import { resolve } from 'node:path';
import type { CommonOptions, Environment } from '../environment.ts';
import type { ItemHistory, StepHistory } from '../journal/history.ts';
import type { ItemState } from '../model/plan.ts';
import type { ExitCode } from '../model/result.ts';
import { worstOf } from '../steps/step.ts';
import { formatCount } from '../text/format.ts';
import { openTerminal, readHistory } from './session.ts';

export type ItemStatus = {
  id: string;
  state: ItemState | 'begun';
  target: string | null;
  at: string;
  /** What each step came to when it was last proven; `begun` or `failed` since then. */
  steps: Record<string, ItemState | 'begun'>;
};

/** `gb2gl status`: what the journal says; asks no server. */
export async function statusCommand(options: CommonOptions, environment: Environment): Promise<ExitCode> {
  const workDir = resolve(environment.runtime.cwd, options.workDir);
  const history = await readHistory(workDir);
  const items = [...history.items]
    .map(([id, known]) => statusOf(id, known))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const counts: Record<string, number> = { groups: 0, proven: 0, begun: 0, failed: 0 };
  for (const item of items) {
    const key = item.id.includes('/') ? item.state : 'groups';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  if (options.json) {
    environment.stdout.write(
      `${JSON.stringify({ version: 1, command: 'status', servers: history.servers, counts, items })}\n`,
    );
    return 0;
  }
  const terminal = await openTerminal(options, environment, 1);
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
  const steps = Object.fromEntries([...known.steps].map(([name, step]) => [name, stateOfStep(step)]));
  return { id, state: stateOf(known), target: known.target?.path ?? null, at: known.at, steps };
}

/** The worst that its steps came to; one that was begun since its last proof is not finished. */
function stateOf({ steps }: ItemHistory): ItemStatus['state'] {
  const states = [...steps.values()].map(stateOfStep);
  if (states.includes('failed')) return 'failed';
  const proven = states.filter((state) => state !== 'begun');
  return proven.length === 0 || proven.length < states.length ? 'begun' : worstOf(proven);
}

function stateOfStep({ status, check }: StepHistory): ItemState | 'begun' {
  if (status === 'failed') return 'failed';
  return status === 'started' || check === null ? 'begun' : check.state;
}

/** Sentences of `gb2gl status`. */
export function statusNothing(workDir: string): string {
  return `No migration has been started in ${workDir}.`;
}

export function statusHeading({ source, target }: { source: string; target: string }): string {
  return `Migration from ${source} to ${target}, according to the journal:`;
}

export function statusLine({ id, state, at, steps }: ItemStatus): string {
  const open = Object.entries(steps).filter(([, step]) => step !== 'proven');
  const parts = open.map(([name, step]) => `${name} ${step}`).join(', ');
  return `  ${state.padEnd(7)} ${id}${parts === '' ? '' : `: ${parts}`} (${at})`;
}
