import { resolve } from 'node:path';
import type { CommonOptions, Environment } from '../environment.ts';
import type { OtherRun } from '../journal/lock.ts';
import type { ExitCode, Result } from '../model/result.ts';
import { attentionOf, buildResult } from '../report/result.ts';
import { reportPaths } from '../report/write.ts';
import { plural, when } from '../text/format.ts';
import { hang, hangFix } from '../text/lines.ts';
import { andMore, headings, nextSteps, statesLine } from '../ui/messages.ts';
import { hasOpenFixes } from './fix.ts';
import { openTerminal, reportsOf, shortPath } from './session.ts';
import { standingOf, type Known, type Standing } from './standing.ts';

/** `gb2gl status`: what journal and reports say, the newest of them first; asks no server. */
export async function statusCommand(options: CommonOptions, environment: Environment): Promise<ExitCode> {
  const { runtime } = environment;
  const workDir = resolve(runtime.cwd, options.workDir);
  const standing = await standingOf(workDir, await reportsOf(options, environment), environment);
  const { servers, known, last } = standing;
  if (servers === null && !options.json) {
    const terminal = await openTerminal(options, environment, 1);
    const width = terminal.columns();
    const { running } = standing;
    const lines = running === null ? nothingLines(workDir, width) : earlyLines(running, width);
    terminal.write(`${lines.join('\n')}\n`);
    return 0;
  }
  const summed = summedUp(standing);
  const fixable =
    summed.exitCode !== 0 && last !== null && (await hasOpenFixes(last.result, options, environment));
  const next = fixable && standing.running === null ? 'gb2gl fix' : commandNext(summed, standing);
  if (options.json) {
    const totals = totalsOf(summed, known);
    const document = {
      version: 1,
      command: 'status',
      servers,
      totals,
      lastRun: last && { ...runWords(last.result), folder: last.folder },
      problems: standing.problems,
      items: known.map(({ status }) => status),
      next,
    };
    environment.stdout.write(`${JSON.stringify(document)}\n`);
    return 0;
  }
  const terminal = await openTerminal(options, environment, 1);
  const view = { quiet: options.quiet ?? false, width: terminal.columns(), runtime };
  terminal.write(`${statusLines(summed, standing, next, view).join('\n')}\n`);
  return 0;
}

/** All that is known as one result, so that status counts and advises as every report does. */
function summedUp({ servers, known, problems, last }: Standing): Result {
  const time = new Date(last?.result.finishedAt ?? 0);
  return buildResult({
    command: last?.result.command ?? 'migrate',
    gb2gl: { version: '', command: '' },
    source: last?.result.source ?? { url: servers?.source ?? '', view: 'administrator', user: '' },
    target: { url: servers?.target ?? '', version: '', user: '' },
    selected: last?.result.selected ?? ['--all'],
    items: known.filter(({ status }) => status.state !== 'begun').map(({ told }) => told),
    people: [],
    stays: [],
    uncounted: [],
    leftOut: [],
    problems,
    warnings: [],
    startedAt: time,
    finishedAt: time,
    interrupted: false,
  });
}

/** The counts of a report, and what a run is at work on. */
function totalsOf({ totals }: Result, known: readonly Known[]) {
  const open = known.filter(({ status }) => status.state === 'begun');
  const begun = (kind: Known['told']['kind']): number => open.filter(({ told }) => told.kind === kind).length;
  return {
    people: totals.people + begun('person'),
    groups: totals.groups + begun('group'),
    projects: totals.projects + begun('project'),
    states: open.length === 0 ? totals.states : { ...totals.states, begun: open.length },
  };
}

/** The command to type next; null while a run is at work. */
function commandNext({ exitCode, items }: Result, { last, running, journalAt }: Standing): string | null {
  if (running !== null) return null;
  if (last === null) return `gb2gl ${items.length === 0 ? 'plan' : 'migrate'} --all`;
  const { command, finishedAt, selected } = last.result;
  const proof = exitCode === 0 && command === 'migrate' && journalAt <= finishedAt;
  const flags = selected.filter((word) => word.startsWith('--')).map(quoted);
  return `gb2gl ${proof && !flags[0]?.startsWith('--plan ') ? 'verify' : 'migrate'} ${flags.join(' ')}`;
}

/** A word of the selection for a shell: `--repo 'team/*'`. */
function quoted(word: string): string {
  const [, flag = word, name] = /^(--\S+) (.*)$/s.exec(word) ?? [];
  if (name === undefined || /^[\w./@:+-]+$/.test(name)) return word;
  return `${flag} '${name.replaceAll("'", String.raw`'\''`)}'`;
}

function runWords({ command, selected, startedAt, finishedAt, exitCode }: Result) {
  return { command, selected, startedAt, finishedAt, exitCode };
}

function nothingLines(workDir: string, width: number): string[] {
  return [...hang('', `No migration has been started in ${workDir}.`, width), 'Next: gb2gl plan --all'];
}

function earlyLines(running: OtherRun, width: number): string[] {
  const words = 'It has not written anything yet, and there are no reports of earlier runs.';
  return [...runningLines(running, width), ...hang('', words, width)];
}

function runningLines({ pid, host, since }: OtherRun, width: number): string[] {
  return hang('', `A run is at work: process ${pid} on ${host}, since ${since}`, width);
}

type View = { quiet: boolean; width: number; runtime: Environment['runtime'] };

function statusLines(
  summed: Result,
  { last, journalAt, running, servers, known }: Standing,
  next: string | null,
  { quiet, width, runtime: { cwd, now } }: View,
): string[] {
  const { people, groups, projects, states } = totalsOf(summed, known);
  const total = [
    plural(projects, 'repository', 'repositories'),
    plural(groups, 'group'),
    ...(people === 0 ? [] : [plural(people, 'person', 'people')]),
  ].join(', ');
  const lines = [
    `${servers?.source} → ${servers?.target}`,
    ...hang('', `${total}: ${statesLine(states) || 'nothing yet'}`, width),
  ];
  if (running !== null) {
    lines.push(...runningLines(running, width));
  } else if (journalAt > (last?.result.finishedAt ?? '')) {
    lines.push(...hang('', `The last run was cut off: it last wrote ${when(journalAt, now())}`, width));
  }
  if (last !== null) {
    const { command, selected, finishedAt, exitCode } = last.result;
    const ended = `${when(finishedAt, now())}, exit code ${exitCode}`;
    lines.push(...hang('', `Last report: ${command} ${selected.join(', ')}, ${ended}`, width, 2));
    lines.push(`  ${shortPath(reportPaths(last.folder, command).html, cwd)}`);
  }
  if (!quiet) lines.push(...troubleLines(summed, width));
  const advice = summed.exitCode === 0 ? [] : nextSteps(summed);
  if (next !== null) {
    const told = advice.flatMap((line) => hang('  ', line, width));
    lines.push('', headings.next, ...told, `  ${next}`);
  }
  return lines;
}

function troubleLines({ problems, items }: Result, width: number): string[] {
  const lines: string[] = [];
  if (problems.length > 0) lines.push('', headings.notRead);
  for (const { object, message, fix } of problems)
    lines.push(...hang('  ', `${object}: ${message}`, width, 4), ...hangFix('    ', fix, width));
  const found = attentionOf(items);
  if (found.length > 0) lines.push('', headings.needsYou);
  for (const { item, state, remarks, also } of found) {
    const [first, ...others] = remarks;
    const what = first === undefined ? '' : `: ${[first.object, first.message].filter(Boolean).join(' ')}`;
    lines.push(...hang('  ', `${state}  ${item.id}${andMore(also)}${what}${andMore(others)}`, width, 4));
  }
  return lines;
}
