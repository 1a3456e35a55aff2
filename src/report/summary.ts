import type { Result } from '../model/result.ts';
import { clean } from '../text/format.ts';
import { hang, hangFix, truncate } from '../text/lines.ts';
import {
  andMore,
  asOfIn,
  fixesInReport,
  headings,
  moreInReport,
  notFinished,
  nextSteps,
  scopeOf,
  statesLine,
} from '../ui/messages.ts';
import { planHeadings } from '../ui/plan-messages.ts';
import type { Palette } from '../ui/terminal.ts';
import { isAllowedLoss } from './allowed-losses.ts';
import { isPiece, mergedFixes, pasteable, type Json } from './merged-fixes.ts';
import { trackerRemarks, withoutTracker } from './tracker.ts';
import { remarkLine } from '../ui/tracker-messages.ts';
import { aboutOf, attentionOf, notedBy, type Attention } from './result.ts';
import { verdictOf } from './verdict.ts';
import type { ReportPaths } from './write.ts';

export type SummaryOptions = {
  width: number;
  palette: Palette;
  /** Only the verdict, the counts and the problems. */
  quiet: boolean;
  paths: ReportPaths | null;
};

const itemsShown = 10;
const remarksShown = 3;
/** Of the block of fixes. */
const linesShown = 30;

/** A rehearsal is made for its list, which is shown whole. */
function limitsFor({ command }: Result): { items: number; remarks: number; lines: number } {
  if (command === 'rehearse') return { items: Infinity, remarks: Infinity, lines: Infinity };
  return { items: itemsShown, remarks: remarksShown, lines: linesShown };
}

/** What the terminal says at the end: the verdict, what needs a human, what to do next, where the reports are. */
export function renderSummary(result: Result, options: SummaryOptions): string[] {
  const { palette, width, quiet, paths } = options;
  const { tone, title, detail } = verdictOf(result);
  const marks = { good: palette.green('✔'), warn: palette.yellow('!'), bad: palette.red('✖') };
  const [first = '', ...more] = hang('  ', `${title}.`, width);
  const lines = ['', `${marks[tone]} ${palette.bold(first.slice(2))}`, ...more.map(palette.bold)];
  lines.push(...hang('  ', `${detail}.`, width));
  const states = statesLine(result.totals.states);
  if (states !== '') lines.push(...hang('  ', `${states}.`, width));
  const asOf = asOfIn(result);
  if (asOf !== '' && !quiet) lines.push(...hang('  ', `Compared with GitBucket as of ${asOf}.`, width));
  lines.push(...troubles(result, options));
  if (quiet) return lines;
  const fixes = result.exitCode === 0 ? null : mergedFixes(result);
  if (fixes !== null) lines.push(...fixBlock(fixes, result, options));
  lines.push(...warnings(result, options), ...notes(result, options));
  const scope = result.items.length === 0 ? [] : scopeOf(result);
  if (scope.length > 0)
    lines.push('', palette.bold(headings.scope), ...scope.flatMap((line) => hang('  ', line, width)));
  const next = nextSteps(result, fixes !== null);
  if (next.length > 0)
    lines.push('', palette.bold(headings.next), ...next.flatMap((step) => hang('  ', step, width)));
  if (paths !== null) {
    lines.push('', palette.bold(headings.reports));
    // Paths are never cut: they are there to be opened.
    for (const path of [paths.html, paths.markdown, paths.json]) lines.push(`  ${clean(path)}`);
  }
  return lines;
}

function troubles(result: Result, { palette, width }: SummaryOptions): string[] {
  // They need no one by one: the same command goes on with all of them.
  const found = attentionOf(result.items).filter(({ state }) => state !== 'interrupted');
  const { interrupted } = result.totals.states;
  const most = limitsFor(result);
  const lines: string[] = [];
  if (result.problems.length > 0) lines.push('', palette.bold(headings.notRead));
  for (const { object, message, fix } of result.problems.slice(0, most.items)) {
    lines.push(`  ${palette.red(truncate(clean(object), width - 2))}`);
    lines.push(...hang('    ', message, width), ...hangFix('    ', fix, width));
  }
  lines.push(...more(result.problems.length - most.items, palette));
  if (found.length > 0) lines.push('', palette.bold(headings.needsYou));
  for (const one of found.slice(0, most.items)) lines.push(...trouble(one, width, palette, most.remarks));
  lines.push(...more(found.length - most.items, palette));
  if (interrupted > 0) lines.push('', ...hang('  ', notFinished(interrupted), width));
  return lines;
}

function trouble(
  { item, state, remarks, also }: Attention,
  width: number,
  palette: Palette,
  most: number,
): string[] {
  const paint = state === 'failed' ? palette.red : palette.yellow;
  const name = truncate(clean(item.id) + andMore(also), Math.max(8, width - state.length - 4));
  const lines = [`  ${paint(state)}  ${name}`];
  for (const remark of remarks.slice(0, most)) {
    const { fix } = remark;
    lines.push(...hang('    ', aboutOf(remark, item.id), width));
    // All pieces of the config are in one block.
    if (!isPiece(fix)) lines.push(...hangFix('    ', fix, width));
  }
  return [...lines, ...more(remarks.length - most, palette, '    ')];
}

function warnings({ warnings: all }: Result, options: SummaryOptions): string[] {
  return section(headings.warnings, all, options);
}

/**
 * What this run made different from what one might expect: said once, not again by every later run. What is lost is said
 * by each.
 */
function notes({ items }: Result, options: SummaryOptions): string[] {
  const noted = notedBy(items.map(withoutTracker), (notice, { changed }) => changed || isAllowedLoss(notice));
  const changed = items.filter((item) => item.changed);
  const ofTracker = trackerRemarks({ items: changed }).map((remark) => remarkLine(remark));
  return section(headings.notes, [...noted, ...ofTracker], options);
}

/** All at once, for pasted one by one they would repeat each other's keys. */
function fixBlock(fixes: Json, result: Result, { palette }: SummaryOptions): string[] {
  const block = pasteable(fixes).map((line) => clean(line));
  const shown = block.length <= limitsFor(result).lines ? block : [`  ${fixesInReport}`];
  return ['', palette.bold(planHeadings.paste), ...shown];
}

function section(heading: string, all: readonly string[], { palette, width }: SummaryOptions): string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, itemsShown).flatMap((line) => hang('  ', line, width));
  return ['', palette.bold(heading), ...shown, ...more(all.length - itemsShown, palette)];
}

function more(count: number, palette: Palette, indent = '  '): string[] {
  return count > 0 ? [palette.dim(`${indent}${moreInReport(count)}`)] : [];
}
