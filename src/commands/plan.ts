import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepare, type Prepared } from '../engine/prepare.ts';
import type { CommonOptions, SelectionFlags, Environment } from '../environment.ts';
import { Failure } from '../failures/failure.ts';
import { reportDirUnusable } from '../failures/usage.ts';
import { inspect } from '../inspect/inspect.ts';
import type { History } from '../journal/history.ts';
import { itemsOf, type ItemState, type Plan } from '../model/plan.ts';
import type { ExitCode } from '../model/result.ts';
import type { Redactor } from '../net/redact.ts';
import { movedEarlier } from '../plan/old-addresses.ts';
import type { PlanOrigin } from '../report/page-data.ts';
import { planMarkdown } from '../report/plan-markdown.ts';
import { renderPlanPage } from '../report/plan-page.ts';
import { planJson, waitsForDecision } from '../report/plan-summary.ts';
import { renderPlan } from '../report/plan-view.ts';
import { exitCodeOfStates } from '../report/result.ts';
import { makeRunFolder, pointLatest, writeSkipList } from '../report/write.ts';
import { writePeopleFile } from './people-file.ts';
import {
  openSession,
  readHistory,
  selectionOf,
  shortPath,
  typedCommand,
  useReportDir,
  waivedBy,
  type Session,
} from './session.ts';
import { hang } from '../text/lines.ts';
import { mirrorOptions } from '../transfer/auto.ts';
import { planHeadings } from '../ui/plan-messages.ts';
import { errorText } from './failure.ts';
import { measure, nextCommand, planEnd, planVerdict, type Measured } from './plan-end.ts';

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
  // A plan is worth reading where nothing can be written.
  const unwritable = await useReportDir(session).then(
    () => null,
    (error: Failure) => error,
  );
  // Looking into objects uses the mirrors: no migration may do so meanwhile.
  if (options.deep) await session.lock();
  try {
    // A mirror that is being fetched is brought to its end.
    if (options.deep) session.begin();
    const prepared = await prepare({
      ...session,
      selection,
      history,
      prune: options.prune ?? false,
      waived,
      deep: options.deep ?? false,
    });
    const plan = options.deep ? await deepened(prepared, history, session) : prepared.plan;
    await session.terminal.stop();
    const measured = options.deep ? await measure(plan, mirrorsOf(session)) : null;
    const { version, words } = environment;
    const origin = {
      at: session.startedAt.toISOString(),
      version,
      command: session.redactor.scrub(typedCommand(words)),
      targetUser: prepared.identity.user.username,
    };
    const safe = scrubbed(plan, session.redactor);
    const written = unwritable ?? (await writePlan(safe, origin, session));
    const files = written instanceof Failure ? written : await withPeopleFile(written, safe, session);
    await present(safe, measured, files, session, options, environment);
    const code = exitCodeOfPlan(plan);
    if (!(files instanceof Failure)) return code;
    const { stderr, redactor } = environment;
    stderr.write(redactor.scrub(errorText(files.notice, stderr)));
    return code === 0 ? 1 : code;
  } finally {
    await session.close();
    await session.unlock();
  }
}

function mirrorsOf({ workDir, runtime }: Session): string {
  return mirrorOptions(workDir, runtime).directory;
}

function deepened({ plan, listings }: Prepared, history: History, session: Session): Promise<Plan> {
  const mirrors = mirrorOptions(session.workDir, session.runtime);
  return inspect(plan, {
    ...session,
    mirrors,
    listings: listings.source,
    moved: movedEarlier(history),
  });
}

async function present(
  safe: Plan,
  measured: Measured,
  files: string[] | Failure,
  session: Session,
  options: PlanOptions,
  environment: Environment,
): Promise<void> {
  const { terminal, say } = session;
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
      ...(files instanceof Failure
        ? ['Nothing was changed.']
        : ['Nothing was changed. The plan is in', ...files.map((file) => `  ${shown(file)}`)]),
    );
  }
  say(`${lines.join('\n').replace(/^\n/, '')}\n`);
}

/** The files of the plan, or why they could not be written. */
async function writePlan(
  safe: Plan,
  origin: PlanOrigin,
  { reportDir, startedAt }: Session,
): Promise<string[] | Failure> {
  try {
    const folder = await makeRunFolder(reportDir, 'plan', startedAt.toISOString());
    const [json, markdown, html] = [
      join(folder, 'plan.json'),
      join(folder, 'plan.md'),
      join(folder, 'plan.html'),
    ];
    await writeFile(json, planJson(safe), { mode: 0o600 });
    await writeFile(markdown, planMarkdown(safe), { mode: 0o600 });
    await writeFile(html, renderPlanPage(safe, origin), { mode: 0o600 });
    await writeSkipList(folder, safe);
    await pointLatest(folder);
    return [json, markdown, html];
  } catch (error) {
    return reportDirUnusable(reportDir, { detail: (error as Error).message }, error);
  }
}

/** The files, with that of people where there are some, or why that could not be written. */
async function withPeopleFile(
  files: string[],
  { people }: Plan,
  { peopleFile }: { peopleFile: string },
): Promise<string[] | Failure> {
  try {
    await writePeopleFile(peopleFile, people);
    return people.length === 0 ? files : [...files, peopleFile];
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
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
  const foreseen = itemsOf(plan).flatMap(({ steps, blocked }): ItemState[] => [
    ...steps.map(({ state }) => state),
    ...(blocked === null ? [] : ['blocked' as const]),
  ]);
  const findings = plan.projects.flatMap((project) => project.findings.filter(({ refused }) => refused));
  return exitCodeOfStates([...foreseen, ...findings.map(() => 'refused' as const)], plan.problems);
}
