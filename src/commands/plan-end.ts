import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommonOptions, SelectionFlags } from '../environment.ts';
import { plannedStep, type Plan, type PlannedStep } from '../model/plan.ts';
import { countLines, verdictOfPlan, writesAnything } from '../report/plan-summary.ts';
import { shellWord } from '../text/format.ts';
import { hang } from '../text/lines.ts';
import { mirrorPath } from '../transfer/mirror.ts';
import { usualPushTime } from '../transfer/request-size.ts';
import { refsStep } from '../ui/messages.ts';
import * as messages from '../ui/plan-messages.ts';
import type { Palette } from '../ui/terminal.ts';
import type { Session } from './session.ts';

/** What `--deep` has fetched: objects of the selected repositories, and what all mirrors take on disk; or nothing. */
export type Measured = { bytes: number; disk: number } | null;

type View = { width: number; palette: Palette };

/** The verdict on a plan, its counts, and what carrying it out will roughly take. */
export function planEnd(plan: Plan, measured: Measured, session: Session): string[] {
  const { palette } = session.terminal;
  const width = session.terminal.columns();
  const { refs, pushes, wikis } = workOf(plan);
  const writes = writesAnything(plan);
  const lines = verdictLines(plan, { width, palette });
  const { request, perRef } = usualPushTime;
  const idleMs = ((pushes + wikis) * request + (refs + wikis) * perRef) / session.config.limits.transfers;
  const bytes = measured?.bytes ?? null;
  const time = pushes + wikis === 0 ? [] : [messages.timeLine({ pushes, refs, wikis, idleMs, bytes })];
  const disk = messages.diskLine(join(session.workDir, 'mirrors'), measured?.disk ?? null);
  for (const line of [...(writes ? time : []), ...(writes || measured !== null ? [disk] : [])])
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
  const [first = '', ...more] = hang('  ', `${title}.`, width);
  return [
    '',
    `${marks[tone]} ${palette.bold(first.slice(2))}`,
    ...more,
    ...countLines(plan).flatMap((line) => hang('  ', line, width)),
  ];
}

function workOf({ projects }: Plan): { pushes: number; refs: number; wikis: number } {
  let [pushes, refs, wikis] = [0, 0, 0];
  for (const project of projects) {
    if (project.blocked !== null) continue;
    wikis += writtenBy(plannedStep(project, 'wiki'));
    const sent = writtenBy(plannedStep(project, refsStep));
    const branches = plannedStep(project, 'submodules')?.changes === true ? 1 : 0;
    pushes += (sent > 0 ? 1 : 0) + branches;
    refs += sent + branches;
  }
  return { pushes, refs, wikis };
}

function writtenBy(step: PlannedStep | null): number {
  const { create = 0, update = 0, delete: gone = 0 } = step?.counts ?? {};
  return create + update + gone;
}

/** The command that carries the plan out, or that proves it when nothing is left to do. */
export function nextCommand(
  plan: Plan,
  options: CommonOptions & SelectionFlags & { prune?: boolean },
): string {
  const writes = writesAnything(plan);
  const { all, group, user, repo, exclude, waive, allowMissingLfs } = options;
  const { config, sameServers, prune, from, fixSubmodules, createUsers, hooks, tracker } = options;
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
    ...(createUsers ? ['--create-users'] : []),
    ...(hooks ? ['--hooks'] : []),
    ...named('--tracker', tracker === undefined ? [] : [tracker]),
    ...(sameServers ? ['--same-servers'] : []),
    ...named('--config', config === undefined ? [] : [config]),
    ...named('--work-dir', options.workDir === '.gb2gl' ? [] : [options.workDir]),
  ].join(' ');
}

function named(option: string, values: readonly string[] = []): string[] {
  return values.length === 0 ? [] : [option, ...values.map(shellWord)];
}

/** Both sizes, of what is in the folder of the mirrors; other runs may have left those of further repositories. */
export async function measure({ projects }: Plan, mirrors: string): Promise<NonNullable<Measured>> {
  let bytes = 0;
  for (const { id } of projects) bytes += await sizeBelow(join(mirrorPath(mirrors, id), 'objects'), isObject);
  return { bytes, disk: await sizeBelow(mirrors, null) };
}

/** Indexes of packs are not sent. */
function isObject(name: string): boolean {
  return /\.pack$|^[\da-f]{38}$/.test(name);
}

/** Bytes of the files of these names below a folder, or what everything in it takes on disk; 0 when there is none. */
async function sizeBelow(folder: string, wanted: ((name: string) => boolean) | null): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (wanted !== null && !wanted(entry.name)) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    if (found !== null) bytes += wanted === null ? onDisk(found) : found.size;
  }
  return bytes;
}

/** As `du` counts; some file systems tell no blocks. */
function onDisk({ blocks, size }: { blocks: number; size: number }): number {
  return blocks > 0 ? blocks * 512 : size;
}
