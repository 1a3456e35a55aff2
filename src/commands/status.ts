import { resolve } from 'node:path';
import type { CommonOptions, Environment } from '../environment.ts';
import type { ExitCode, Result } from '../model/result.ts';
import { attentionOf, buildResult } from '../report/result.ts';
import { reportPaths } from '../report/write.ts';
import { clean, plural, when } from '../text/format.ts';
import { andMore, headings, nextSteps, problem, statesLine } from '../ui/messages.ts';
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
    terminal.write(`${statusNothing(workDir)}\n`);
    return 0;
  }
  const summed = summedUp(standing);
  const fixable =
    summed.exitCode !== 0 && last !== null && (await hasOpenFixes(last.result, options, environment));
  const next = fixable && standing.running === null ? 'gb2gl fix' : commandNext(summed, standing);
  if (options.json) {
    const { groups, projects, states } = totalsOf(summed, known);
    const document = {
      version: 1,
      command: 'status',
      servers,
      totals: { groups, projects, states },
      lastRun: last && { ...runWords(last.result), folder: last.folder },
      problems: standing.problems,
      items: known.map(({ status }) => status),
      next,
    };
    environment.stdout.write(`${JSON.stringify(document)}\n`);
    return 0;
  }
  const terminal = await openTerminal(options, environment, 1);
  terminal.write(`${statusLines(summed, standing, next, options.quiet ?? false, runtime).join('\n')}\n`);
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
  const begun = open.filter(({ told }) => told.kind === 'project').length;
  const states = open.length === 0 ? totals.states : { ...totals.states, begun: open.length };
  return { groups: totals.groups + open.length - begun, projects: totals.projects + begun, states };
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

/** Sentences of `gb2gl status`. */
export function statusNothing(workDir: string): string {
  return `No migration has been started in ${workDir}.\nNext: gb2gl plan --all`;
}

function statusLines(
  summed: Result,
  { last, journalAt, running, servers, known }: Standing,
  next: string | null,
  quiet: boolean,
  { cwd, now }: Environment['runtime'],
): string[] {
  const { groups, projects, states } = totalsOf(summed, known);
  const total = `${plural(projects, 'repository', 'repositories')}, ${plural(groups, 'group')}`;
  const lines = [
    `${servers?.source} → ${servers?.target}`,
    `${total}: ${statesLine(states) || 'nothing yet'}`,
  ];
  if (running !== null) {
    lines.push(
      `A run is at work: process ${running.pid} on ${running.host}, since ${when(running.since, now())}`,
    );
  } else if (journalAt > (last?.result.finishedAt ?? '')) {
    lines.push(`The last run was cut off: it last wrote ${when(journalAt, now())}`);
  }
  if (last !== null) {
    const { command, selected, finishedAt, exitCode } = last.result;
    lines.push(
      `Last report: ${command} ${selected.join(', ')}, ${when(finishedAt, now())}, exit code ${exitCode}`,
    );
    lines.push(`  ${shortPath(reportPaths(last.folder, command).html, cwd)}`);
  }
  if (!quiet) lines.push(...troubleLines(summed));
  const advice = summed.exitCode === 0 ? [] : nextSteps(summed);
  if (next !== null) lines.push('', headings.next, ...advice.map((line) => `  ${line}`), `  ${next}`);
  return lines;
}

function troubleLines({ problems, items }: Result): string[] {
  const lines: string[] = [];
  if (problems.length > 0) lines.push('', headings.notRead);
  for (const notice of problems) lines.push(`  ${clean(notice.object)}: ${clean(problem(notice))}`);
  const found = attentionOf(items);
  if (found.length > 0) lines.push('', headings.needsYou);
  for (const { item, state, remarks, also } of found) {
    const [first, ...others] = remarks;
    const what = first === undefined ? '' : `: ${[first.object, first.message].filter(Boolean).join(' ')}`;
    lines.push(clean(`  ${state}  ${item.id}${andMore(also)}${what}${andMore(others)}`));
  }
  return lines;
}
