import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommonOptions, SelectionFlags } from '../environment.ts';
import { plannedStep, type Plan } from '../model/plan.ts';
import { ownersOf, planTotals, verdictOfPlan, writesAnything } from '../report/plan-summary.ts';
import { shellWord } from '../text/format.ts';
import { hang } from '../text/lines.ts';
import { usualPushTime } from '../transfer/request-size.ts';
import { refsStep } from '../ui/messages.ts';
import * as messages from '../ui/plan-messages.ts';
import type { Palette } from '../ui/terminal.ts';
import type { Session } from './session.ts';

/** What is known of the size: what `--deep` has fetched into the mirrors, or nothing. */
export type Measured = { bytes: number } | null;

type View = { width: number; palette: Palette };

/** The verdict on a plan, its counts, and what carrying it out will roughly take. */
export function planEnd(plan: Plan, measured: Measured, session: Session): string[] {
  const { palette } = session.terminal;
  const width = session.terminal.columns();
  const { refs, pushes } = workOf(plan);
  const writes = writesAnything(plan);
  const lines = verdictLines(plan, { width, palette });
  const { request, perRef } = usualPushTime;
  const idleMs = (pushes * request + refs * perRef) / session.config.limits.transfers;
  const bytes = measured?.bytes ?? null;
  const time = messages.timeLine({ pushes, refs, idleMs, bytes });
  const disk = messages.diskLine(join(session.workDir, 'mirrors'), bytes);
  for (const line of [...(writes ? [time] : []), ...(writes || bytes !== null ? [disk] : [])])
    lines.push(...hang('  ', line, width));
  return lines;
}

/** The verdict alone, and the counts. */
export function planVerdict(plan: Plan, { terminal }: Session): string[] {
  return verdictLines(plan, { width: terminal.columns(), palette: terminal.palette });
}

function verdictLines(plan: Plan, { width, palette }: View): string[] {
  const { tone, title } = verdictOfPlan(plan);
  const marks = { good: palette.green('✔'), warn: palette.yellow('!'), bad: palette.red('✖') };
  const totals = planTotals(ownersOf(plan));
  const counts = [
    messages.groupsLine(totals.groups),
    messages.projectsLine(totals.projects),
    ...totals.steps.map(messages.stepLine),
  ];
  const [first = '', ...more] = hang('  ', `${title}.`, width);
  return [
    '',
    `${marks[tone]} ${palette.bold(first.slice(2))}`,
    ...more,
    ...counts.flatMap((line) => hang('  ', line, width)),
  ];
}

function workOf({ projects }: Plan): { pushes: number; refs: number } {
  let [pushes, refs] = [0, 0];
  for (const project of projects) {
    const counts = plannedStep(project, refsStep)?.counts ?? {};
    const sent = (counts['create'] ?? 0) + (counts['update'] ?? 0) + (counts['delete'] ?? 0);
    if (project.blocked !== null || sent === 0) continue;
    pushes += 1;
    refs += sent;
  }
  return { pushes, refs };
}

/** The command that carries the plan out, or that proves it when nothing is left to do. */
export function nextCommand(
  plan: Plan,
  options: CommonOptions & SelectionFlags & { prune?: boolean },
): string {
  const writes = writesAnything(plan);
  const { all, group, user, repo, exclude, waive, allowMissingLfs } = options;
  const { config, sameServers, prune, from, fixSubmodules } = options;
  return [
    'gb2gl',
    writes ? 'migrate' : 'verify',
    ...named('--from', from === undefined ? [] : [from]),
    ...(all ? ['--all'] : []),
    ...named('--group', group),
    ...named('--user', user),
    ...named('--repo', repo),
    ...named('--exclude', exclude),
    ...named('--waive', waive),
    ...named('--allow-missing-lfs', allowMissingLfs),
    ...(prune && writes ? ['--prune'] : []),
    ...(fixSubmodules && writes ? ['--fix-submodules'] : []),
    ...(sameServers ? ['--same-servers'] : []),
    ...named('--config', config === undefined ? [] : [config]),
    ...named('--work-dir', options.workDir === '.gb2gl' ? [] : [options.workDir]),
  ].join(' ');
}

function named(option: string, values: readonly string[] = []): string[] {
  return values.length === 0 ? [] : [option, ...values.map(shellWord)];
}

/** Bytes of all files below a folder; 0 when there is none. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    bytes += found?.size ?? 0;
  }
  return bytes;
}
