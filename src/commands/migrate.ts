import { copyFile, readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { everyRepository, type Config } from '../config/schema.ts';
import { preflight } from '../doctor/preflight.ts';
import { followPlan } from '../engine/follow-plan.ts';
import { migrate } from '../engine/migrate.ts';
import { peopleResults } from '../engine/people-results.ts';
import { prepare, type PrepareOptions, type Prepared } from '../engine/prepare.ts';
import type { CommonOptions, SelectionFlags, Environment } from '../environment.ts';
import { wrongUsage, planOfOthers, planUnreadable } from '../failures/usage.ts';
import { areSame, openJournal, type Journal } from '../journal/journal.ts';
import { summedLosses } from '../model/losses.ts';
import { type Plan } from '../model/plan.ts';
import type { ExitCode, ItemResult, Result } from '../model/result.ts';
import { withSettings } from '../plan/build.ts';
import { plannedSelection, type Selection } from '../plan/selection.ts';
import { buildResult } from '../report/result.ts';
import { parsePlan } from '../report/schema.ts';
import { renderSummary } from '../report/summary.ts';
import { writeReports, type ReportPaths } from '../report/write.ts';
import { steps } from '../steps/index.ts';
import { chooseTransport, type TransportName } from '../transfer/auto.ts';
import { askConsent, demandConsent } from './confirm.ts';
import { writePeopleFile } from './people-file.ts';
import { planCommand } from './plan.ts';
import {
  openSession,
  openTerminal,
  selectionOf,
  type Session,
  shortPath,
  typedCommand,
  useReportDir,
  waivedBy,
} from './session.ts';

export type MigrateOptions = CommonOptions &
  SelectionFlags & {
    dryRun?: boolean;
    deep?: boolean;
    plan?: string;
    prune?: boolean;
    yes?: boolean;
    transport?: TransportName;
  };

export async function migrateCommand(options: MigrateOptions, environment: Environment): Promise<ExitCode> {
  if (options.dryRun && options.plan !== undefined) {
    throw wrongUsage('', {
      detail: '--dry-run creates a plan and --plan executes one: use only one of them',
    });
  }
  if (options.dryRun) return planCommand(options, environment);
  const waived = waivedBy(options);
  if (options.deep) throw wrongUsage('', { detail: '--deep requires --dry-run or gb2gl plan' });
  const session = await openSession(options, environment);
  const { runtime } = session;
  const { config, selection, prune, earlier, followed } = await resolveRequest(
    options,
    session.config,
    runtime.cwd,
  );
  if (!options.yes) demandConsent(options, environment);
  const lock = await session.lock();
  let journal: Journal | null = null;
  try {
    await useReportDir(session);
    const servers = { source: config.source.url, target: config.target.url };
    const run = new Date(runtime.now()).toISOString();
    const { check } = lock;
    journal = await openJournal({
      directory: session.workDir,
      servers,
      run,
      now: runtime.now,
      check,
      sameServers: options.sameServers,
    });
    const asked: PrepareOptions = { ...session, config, selection, history: journal.history, prune, waived };
    const now = await prepare({
      ...asked,
      preflight: () => preflight({ ...session, config, now: runtime.now, waived: waived.codes, selection }),
    });
    const { prepared, drifted } = earlier ? followPlan(earlier, now, asked) : { prepared: now, drifted: [] };
    await writePeopleFile(session.peopleFile, prepared.plan.people);
    if (!options.yes) {
      session.waitedMs = await askConsent(prepared.plan, options, session, environment);
      session.terminal = await openTerminal(options, environment, config.limits.transfers);
    }
    session.begin();
    const transport = chooseTransport(options.transport ?? 'auto', {
      workDir: session.workDir,
      runtime,
      pushSeconds: config.limits.pushSeconds,
    });
    const items = await migrate(prepared, { ...asked, journal, transport });
    const told = { ...options, followed };
    return await finish('migrate', prepared, [...drifted, ...items], session, told, environment);
  } finally {
    await session.close();
    await journal?.close();
    await session.unlock();
  }
}

/** Writes the reports, tells the summary, gives the exit code. */
export async function finish(
  command: Result['command'],
  prepared: Prepared,
  items: ItemResult[],
  session: Session,
  options: CommonOptions & WantedFlags,
  { runtime, stdout, version, words }: Environment,
): Promise<ExitCode> {
  const { plan, identity } = prepared;
  const result = buildResult({
    command,
    gb2gl: { version, command: typedCommand(words) },
    source: plan.source,
    target: { ...plan.target, user: identity.user.username },
    selected: wordsOf(options, session.config),
    items,
    people: peopleResults(plan, items),
    stays: summedLosses(plan.projects.flatMap(({ losses }) => losses)),
    uncounted: plan.projects.length === 0 ? [] : plan.uncounted,
    problems: plan.problems,
    leftOut: plan.leftOut,
    warnings: plan.warnings,
    startedAt: session.startedAt,
    finishedAt: new Date(runtime.now()),
    waitedMs: session.waitedMs,
    interrupted: runtime.stopping.aborted,
  });
  session.emit({ type: 'phase', phase: 'report', total: 0 });
  const paths = await writeReports(session.reportDir, result, session.redactor);
  // So that `latest` has it still when the same command goes on; the file may be gone by now.
  if (options.followed)
    await copyFile(options.followed, join(dirname(paths.json), 'plan.json')).catch(() => {});
  const shown = shortPaths(paths, runtime.cwd);
  session.emit({ type: 'phase-done', phase: 'report', summary: dirname(shown.html) });
  await session.terminal.stop();
  const { terminal } = session;
  if (options.json) stdout.write(`${session.redactor.scrub(JSON.stringify(result))}\n`);
  if (options.summary === false) return result.exitCode;
  const lines = renderSummary(result, {
    width: terminal.columns(),
    palette: terminal.palette,
    quiet: options.quiet ?? false,
    paths: shown,
  });
  session.say(`${lines.join('\n')}\n`);
  return result.exitCode;
}

function shortPaths({ json, markdown, html, addresses }: ReportPaths, cwd: string): ReportPaths {
  return {
    json: shortPath(json, cwd),
    markdown: shortPath(markdown, cwd),
    html: shortPath(html, cwd),
    addresses: addresses === null ? null : shortPath(addresses, cwd),
  };
}

/** The selection as it stands on the command line, and what the config leaves out of it. */
function wordsOf({ all, group, user, repo, exclude, plan }: WantedFlags, { select }: Config): string[] {
  if (plan !== undefined) return [`--plan ${plan}`];
  const included = all ? select.include.filter((glob) => glob !== everyRepository) : [];
  return [
    ...(all ? ['--all'] : []),
    ...(group ?? []).map((name) => `--group ${name}`),
    ...(user ?? []).map((name) => `--user ${name}`),
    ...(repo ?? []).map((name) => `--repo ${name}`),
    ...(exclude ?? []).map((name) => `--exclude ${name}`),
    ...included.map((glob) => `select.include ${glob}`),
    ...select.exclude.map((glob) => `select.exclude ${glob}`),
  ];
}

export type WantedFlags = SelectionFlags & {
  plan?: string;
  prune?: boolean;
  fixSubmodules?: boolean;
  createUsers?: boolean;
  hooks?: boolean;
  tracker?: 'auto' | 'rest' | 'off';
  /** Where the plan file really is: the way to it may lead elsewhere once the run has ended. */
  followed?: string | null;
};

/** What a migration shall do: what the command line selects, or what a plan file says. */
export type Wanted = {
  config: Config;
  selection: Selection;
  prune: boolean;
  earlier: Plan | null;
  followed: string | null;
};

/** @throws usage, plan-unreadable, plan-of-others */
export async function resolveRequest(flags: WantedFlags, config: Config, cwd: string): Promise<Wanted> {
  if (flags.plan === undefined) {
    const [selection, prune] = [selectionOf(flags, config), flags.prune ?? false];
    return { config, selection, prune, earlier: null, followed: null };
  }
  if (
    flags.all ||
    flags.group ||
    flags.user ||
    flags.repo ||
    flags.exclude ||
    flags.prune ||
    flags.fixSubmodules ||
    flags.createUsers ||
    flags.hooks ||
    flags.tracker ||
    flags.allowMissingLfs
  ) {
    throw wrongUsage('', {
      detail:
        '--plan takes its selection from the plan file: omit --all, --group, --user, --repo, --exclude, --allow-missing-lfs, --fix-submodules, --create-users, --hooks, --tracker and --prune',
    });
  }
  const file = resolve(cwd, flags.plan);
  const earlier = await readPlan(file, config, flags.sameServers === true);
  const { settings } = earlier;
  return {
    config: withSettings(config, settings),
    selection: plannedSelection(earlier),
    prune: settings.prune,
    earlier,
    followed: await realpath(file),
  };
}

async function readPlan(file: string, config: Config, same: boolean): Promise<Plan> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw planUnreadable(file, { detail: (error as Error).message }, error);
  }
  const plan = parsePlan(text, file, steps);
  const { source, target } = plan;
  const now = { source: config.source.url, target: config.target.url };
  if (!same && !areSame({ source: source.url, target: target.url }, now)) {
    throw planOfOthers(file, { source: source.url, target: target.url });
  }
  return plan;
}
