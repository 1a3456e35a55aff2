import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepare, type Prepared } from '../engine/prepare.ts';
import type { CommonOptions, SelectionFlags, Environment } from '../environment.ts';
import { inspect } from '../inspect/inspect.ts';
import { lockWorkDir } from '../journal/lock.ts';
import type { ItemState, Plan } from '../model/plan.ts';
import type { ExitCode } from '../model/result.ts';
import type { Redactor } from '../net/redact.ts';
import type { PlanOrigin } from '../report/page-data.ts';
import { planMarkdown } from '../report/plan-markdown.ts';
import { renderPlanPage } from '../report/plan-page.ts';
import { planJson, waitsForDecision } from '../report/plan-summary.ts';
import { renderPlan } from '../report/plan-view.ts';
import { exitCodeOfStates } from '../report/result.ts';
import { makeRunFolder, pointLatest } from '../report/write.ts';
import { shellWord } from '../text/format.ts';
import {
  openSession,
  readHistory,
  selectionOf,
  shortPath,
  useReportDir,
  waivedBy,
  type Session,
} from './session.ts';
import { hang } from '../text/lines.ts';
import { mirrorOptions } from '../transfer/auto.ts';
import { planHeadings } from '../ui/plan-messages.ts';
import { bytesBelow, nextCommand, planEnd, planVerdict, type Measured } from './plan-end.ts';

export type PlanOptions = CommonOptions & SelectionFlags & { prune?: boolean; deep?: boolean };

/** `gb2gl plan` and `migrate --dry-run`: says what would happen, and writes nothing but its own files. */
export async function planCommand(options: PlanOptions, environment: Environment): Promise<ExitCode> {
  const session = await openSession(options, environment);
  const { config } = session;
  const selection = selectionOf(options, config);
  const waived = waivedBy(options);
  const history = await readHistory(
    session.workDir,
    { source: config.source.url, target: config.target.url },
    options.sameServers,
  );
  await useReportDir(session);
  // Looking into objects uses the mirrors: no migration may do so meanwhile.
  const lock = options.deep ? await lockWorkDir(session.workDir, session.runtime) : null;
  try {
    const prepared = await prepare({
      ...session,
      selection,
      history,
      prune: options.prune ?? false,
      waived,
    });
    const plan = options.deep ? await deepened(prepared, session) : prepared.plan;
    await session.terminal.stop();
    const measured = options.deep ? { bytes: await bytesBelow(mirrorsOf(session)) } : null;
    const { version, words } = environment;
    const origin = {
      at: session.startedAt.toISOString(),
      version,
      command: session.redactor.scrub(['gb2gl', ...words.map(shellWord)].join(' ')),
      targetUser: prepared.identity.user.username,
    };
    await present(plan, { measured, origin }, session, options, environment);
    return exitCodeOfPlan(plan);
  } finally {
    await session.close();
    await lock?.release();
  }
}

function mirrorsOf({ workDir, runtime }: Session): string {
  return mirrorOptions(workDir, runtime).directory;
}

function deepened({ plan, listings }: Prepared, session: Session): Promise<Plan> {
  session.begin();
  const mirrors = mirrorOptions(session.workDir, session.runtime);
  return inspect(plan, { ...session, mirrors, listings: listings.source });
}

async function present(
  plan: Plan,
  { measured, origin }: { measured: Measured; origin: PlanOrigin },
  session: Session,
  options: PlanOptions,
  environment: Environment,
): Promise<void> {
  const { terminal, redactor, say } = session;
  const safe = scrubbed(plan, redactor);
  const reportDir = await makeRunFolder(session.reportDir, 'plan', session.startedAt.toISOString());
  const [json, markdown] = [join(reportDir, 'plan.json'), join(reportDir, 'plan.md')];
  const html = join(reportDir, 'plan.html');
  await writeFile(json, planJson(safe), { mode: 0o600 });
  await writeFile(markdown, planMarkdown(safe), { mode: 0o600 });
  await writeFile(html, renderPlanPage(safe, origin), { mode: 0o600 });
  await pointLatest(reportDir);
  if (options.json) {
    // One document on one line: the pieces have no line breaks but those between them.
    for (const piece of planJson(safe)) environment.stdout.write(piece.replaceAll('\n', ''));
    environment.stdout.write('\n');
    return;
  }
  const { quiet = false } = options;
  const width = terminal.columns();
  const lines = renderPlan(safe, { width, palette: terminal.palette, quiet });
  if (quiet) lines.push(...planVerdict(safe, session));
  else {
    const shown = (path: string): string => shortPath(path, environment.runtime.cwd);
    const waits = [...safe.groups, ...safe.projects].some((item) => waitsForDecision(item));
    lines.push(
      ...planEnd(safe, measured, session),
      '',
      terminal.palette.bold(planHeadings.next),
      ...(waits ? hang('  ', planHeadings.fixFirst, width) : []),
      `  ${nextCommand(safe, options)}`,
      '',
      `Nothing was changed. The plan is in ${shown(json)}, ${shown(markdown)} and ${shown(html)}`,
    );
  }
  say(`${lines.join('\n').replace(/^\n/, '')}\n`);
}

/** Without secrets. The parts of the steps are most of a plan, and hold nothing but names and ids. */
function scrubbed(plan: Plan, redactor: Redactor): Plan {
  const projects = plan.projects.map(({ steps, ...project }) => ({
    ...redactor.scrubDeep(project),
    steps: steps.map(({ part, ...step }) => ({ ...redactor.scrubDeep(step), part })),
  }));
  return { ...redactor.scrubDeep({ ...plan, projects: [] }), projects };
}

/** 1: something cannot be read; 4: something waits for a decision; 0: everything can be done. */
export function exitCodeOfPlan(plan: Plan): ExitCode {
  const foreseen = [...plan.groups, ...plan.projects].flatMap(({ steps, blocked }): ItemState[] => [
    ...steps.map(({ state }) => state),
    ...(blocked === null ? [] : ['blocked' as const]),
  ]);
  const findings = plan.projects.flatMap((project) => project.findings.filter(({ refused }) => refused));
  return exitCodeOfStates([...foreseen, ...findings.map(() => 'refused' as const)], plan.problems);
}
