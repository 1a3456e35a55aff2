import { setMaxListeners } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { reportDirIn } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { waivedObjects, waivers } from '../doctor/index.ts';
import type { Servers } from '../engine/connect.ts';
import type { Waived } from '../engine/waived.ts';
import type { CommonOptions, SelectionFlags, Environment, Runtime } from '../environment.ts';
import { interruption, reportDirUnusable, wrongUsage } from '../failures/usage.ts';
import type { History } from '../journal/history.ts';
import { journalFile, makeDirectory, readJournal, requireSame } from '../journal/journal.ts';
import type { Emit, RunEvent } from '../model/events.ts';
import type { Redactor } from '../net/redact.ts';
import type { PersonRow } from '../plan/match-people.ts';
import { createSelection, type Selection } from '../plan/selection.ts';
import { steps } from '../steps/index.ts';
import type { AnyStep } from '../steps/step.ts';
import { shellWord } from '../text/format.ts';
import { peopleFilePath, readPeopleFile } from './people-file.ts';
import { configFile, readConfig, type SessionOptions } from './read-config.ts';
import { serversFor, sourceAlone, type ChosenServers } from './servers.ts';
import { chooseTerminal, type Terminal } from '../ui/terminal.ts';
import { mirrorsOf, type Mirrors } from './mirrors.ts';

/** What a command that talks to servers, mostly to both, works with. */
export type Session<S = Servers> = S &
  Mirrors & {
    config: Config;
    /** LFS objects that the command line allows to be missing; they are in the config too. */
    allowedNow: readonly string[];
    steps: readonly AnyStep[];
    redactor: Redactor;
    terminal: Terminal;
    emit: Emit;
    /** Writes text for people, without secrets. */
    say: (text: string) => void;
    startedAt: Date;
    /** How long a question waited for its answer: no time of the run. */
    waitedMs: number;
    workDir: string;
    reportDir: string;
    /** Until `begin` the first Ctrl-C drops everything, as the second one does: nothing is half done by reading. */
    runtime: Runtime;
    /** From now on the first Ctrl-C lets what is under way come to its end. @throws interrupted when it was pressed before */
    begin: () => void;
    /** Ends the picture on the terminal and hears no Ctrl-C any more. */
    close: () => Promise<void>;
  };

/** Where runs leave their reports, for commands that ask no server. @throws config-unreadable */
export async function reportsOf(options: CommonOptions, { runtime }: Environment): Promise<string> {
  const { cwd, env } = runtime;
  return resolveReports(options, await reportDirIn(configFile(options, cwd), env), cwd);
}

function resolveReports({ workDir }: CommonOptions, dir: string | null, cwd: string): string {
  return dir === null ? resolve(cwd, workDir, 'reports') : resolve(cwd, dir);
}

/** With what the file of people says. @throws people-file-unreadable, people-file-invalid */
export async function openSession(
  options: SessionOptions,
  environment: Environment,
): Promise<Session & PeopleWords> {
  const { runtime } = environment;
  const session = await openSessionWith(await serversFor(options, runtime), options, environment);
  try {
    const peopleFile = peopleFilePath(session.config, { workDir: session.workDir, cwd: runtime.cwd });
    const file = await readPeopleFile(peopleFile);
    return Object.assign(session, { peopleFile, peopleRows: file?.rows ?? new Map<string, PersonRow>() });
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** What an administrator wrote about people, and into which file. */
type PeopleWords = { peopleFile: string; peopleRows: ReadonlyMap<string, PersonRow> };

/** `openSession` for a command that talks to GitBucket alone. */
export function openSourceSession(
  options: CommonOptions,
  environment: Environment,
): Promise<Session<Pick<Servers, 'source'>>> {
  return openSessionWith(sourceAlone, options, environment);
}

async function openSessionWith<S extends object>(
  { instead, open }: ChosenServers<S>,
  options: SessionOptions,
  environment: Environment,
): Promise<Session<S>> {
  const { redactor } = environment;
  const { runtime, begin } = hasty(environment.runtime);
  const config = await readConfig(options, environment, instead);
  const terminal = await openTerminal(options, environment, config.limits.transfers);
  let session: Session<S> | null = null;
  // The terminal of the moment: a question to the user ends one picture and begins another.
  const emit: Emit = (event) =>
    (session?.terminal ?? terminal).handle(isMeasure(event) ? event : redactor.scrubDeep(event));
  const workDir = resolve(runtime.cwd, options.workDir);
  const closed = tellStops(runtime, emit);
  const mirrors = mirrorsOf(workDir, runtime, config.limits.transfers);
  const { lock } = mirrors;
  session = {
    ...(await open(config, { runtime, emit, redactor, workDir, lock })),
    config,
    allowedNow: options.allowMissingLfs ?? [],
    steps,
    redactor,
    terminal,
    emit,
    say: (text) => terminal.write(redactor.scrub(text)),
    startedAt: new Date(runtime.now()),
    waitedMs: 0,
    workDir,
    runtime,
    begin,
    ...mirrors,
    close: async () => {
      closed.abort();
      await (session?.terminal ?? terminal).stop();
    },
    reportDir: resolveReports(options, config.report.dir, runtime.cwd),
  };
  return session;
}

/** A runtime that drops everything at the first Ctrl-C, until `begin` is called. */
function hasty(runtime: Runtime): Pick<Session, 'runtime' | 'begin'> {
  const dropping = new AbortController();
  const drop = (): void => dropping.abort();
  const aborting = AbortSignal.any([runtime.aborting, dropping.signal]);
  setMaxListeners(0, aborting);
  runtime.stopping.addEventListener('abort', drop);
  return {
    runtime: { ...runtime, aborting },
    begin() {
      if (runtime.stopping.aborted) throw interruption('gb2gl');
      runtime.stopping.removeEventListener('abort', drop);
    },
  };
}

/** Tells each Ctrl-C until the controller that it gives is aborted. */
function tellStops({ stopping, aborting }: Runtime, emit: Emit): AbortController {
  const closed = new AbortController();
  const { signal } = closed;
  const tell = (finishing: boolean): void => emit({ type: 'stopping', finishing });
  aborting.addEventListener('abort', () => tell(false), { signal });
  stopping.addEventListener('abort', () => (aborting.aborted ? undefined : tell(true)), { signal });
  return closed;
}

/** Before the servers are read: nobody shall learn at the end that there is no place for the reports. @throws report-dir */
export async function useReportDir({ reportDir }: Pick<Session, 'reportDir'>): Promise<void> {
  try {
    await makeDirectory(reportDir);
    await access(reportDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw reportDirUnusable(reportDir, { detail: (error as Error).message }, error);
  }
}

/** A path as one would type it from here: relative below the current directory, absolute elsewhere. */
export function shortPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
}

/** Progress comes with every chunk and holds nothing that a server said. */
function isMeasure(event: RunEvent): boolean {
  return event.type === 'item-progress';
}

export function openTerminal(
  options: CommonOptions,
  { runtime, stdout, stderr }: Environment,
  slots: number,
): Promise<Terminal> {
  return chooseTerminal({
    stdout,
    stderr,
    env: runtime.env,
    now: runtime.now,
    json: options.json ?? false,
    quiet: options.quiet ?? false,
    verbose: options.verbose ?? false,
    color: options.color,
    slots,
  });
}

/** @throws usage when nothing is selected, or `--all` is mixed with names */
export function selectionOf(flags: SelectionFlags, config: Config): Selection {
  const named = [...(flags.group ?? []), ...(flags.user ?? []), ...(flags.repo ?? [])];
  const positive = named.filter((text) => !text.startsWith('!'));
  if (!flags.all && positive.length === 0) {
    throw wrongUsage('', {
      detail: 'nothing is selected: add --all, --group NAME, --user NAME or --repo OWNER/NAME',
    });
  }
  if (flags.all && positive.length > 0) {
    throw wrongUsage('', {
      detail: '--all selects everything: omit --group, --user and --repo',
    });
  }
  const unslashed = (flags.repo ?? []).find((text) => !text.includes('/'));
  if (unslashed !== undefined) {
    throw wrongUsage('', { detail: `--repo expects OWNER/NAME, not "${unslashed}"` });
  }
  return createSelection({
    all: flags.all ?? false,
    groups: flags.group ?? [],
    users: flags.user ?? [],
    repositories: flags.repo ?? [],
    include: config.select.include,
    exclude: config.select.exclude,
    excluded: flags.exclude ?? [],
  });
}

/** What `--waive` names. @throws usage */
export function waivedBy({ waive }: SelectionFlags): Waived {
  if (waive === undefined) return { codes: new Set(), unread: new Set() };
  return { codes: waivers(waive), unread: waivedObjects(waive) };
}

/** The journal as it is, for commands that write nothing. @throws journal-of-others, journal-damaged */
export async function readHistory(
  workDir: string,
  servers?: { source: string; target: string },
  same = false,
): Promise<History> {
  const file = journalFile(workDir);
  const { history } = await readJournal(file);
  if (servers) requireSame(history, servers, same, file);
  return history;
}

/** The command as it was typed, ready to be pasted into a shell; with secrets, if they were typed. */
export function typedCommand(words: readonly string[]): string {
  return ['gb2gl', ...words.map(shellWord)].join(' ');
}
