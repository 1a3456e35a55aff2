import type { Notice } from '../model/notice.ts';
import type { Plan, PlannedGroup } from '../model/plan.ts';
import { findingRemark, leftOutLines } from '../ui/loss-messages.ts';
import { clean } from '../text/format.ts';
import { displayWidth, hang, hangFix } from '../text/lines.ts';
import { warned } from '../ui/messages.ts';
import * as messages from '../ui/plan-messages.ts';
import { morePeople, peopleHeadings } from '../ui/people-messages.ts';
import type { Palette } from '../ui/terminal.ts';
import { isPiece, mergedFixes, pasteable } from './merged-fixes.ts';
import { findingsOf, lossTotals, ownerLosses } from './plan-losses.ts';
import { peopleRows, type PersonRow } from './plan-people.ts';
import {
  actionOfGroup,
  countLines,
  ownersOf,
  waitsForDecision,
  type Action,
  type PlannedOwner,
  type PlannedRow,
} from './plan-summary.ts';
import { trackerLines } from './plan-tracker.ts';
import { aboutOf, remarkOf } from './result.ts';

export type PlanOptions = { width: number; palette: Palette; /** Only the problems. */ quiet?: boolean };

/** Of one repository; plan.md has them all. */
const mostFindings = 10;
/** Cells of a login or a user name beside others. */
const widestName = 20;
const mostPeople = 40;

/** The plan as lines for a terminal: totals, then by owner; what needs no word is only named. */
export function renderPlan(plan: Plan, options: PlanOptions): string[] {
  const owners = ownersOf(plan);
  if (options.quiet)
    return [
      ...problemLines(plan, options),
      ...undecidedLines(plan, options),
      ...owners.flatMap((owner) => waitingLines(owner, options)),
    ];
  const lines = text(`${plan.source.url} → ${plan.target.url} (GitLab ${plan.target.version})`, '', options);
  lines.push('');
  if (owners.length === 0) lines.push(messages.planHeadings.nothing);
  for (const line of [...countLines(plan, owners), ...trackerLines(plan), ...lossTotals(plan)]) {
    if (owners.length > 0) lines.push(...text(line, '', options));
  }
  if (plan.problems.length > 0) lines.push('', ...problemLines(plan, options));
  for (const warning of plan.warnings) lines.push('', ...text(warned(warning), '', options));
  for (const line of leftOutLines(plan.leftOut)) lines.push('', ...text(line, '', options));
  lines.push(...peopleLines(peopleRows(plan), options));
  for (const owner of owners) lines.push('', ...ownerLines(owner, options));
  const fixes = mergedFixes(plan);
  if (fixes !== null)
    lines.push(
      '',
      messages.planHeadings.paste,
      ...pasteable(fixes).map(clean),
      '',
      ...text(messages.fixCommand, '', options),
    );
  return lines;
}

function problemLines({ problems }: Plan, options: PlanOptions): string[] {
  if (problems.length === 0) return [];
  const lines = [options.palette.red(messages.planHeadings.notRead)];
  for (const { object, message, fix } of problems) {
    lines.push(...text(`${object}: ${message}`, '  ', options), ...fixLines(fix, '    ', options));
  }
  return lines;
}

/** One screen of people; plan.md has them all. */
function peopleLines(rows: readonly PersonRow[], options: PlanOptions): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, mostPeople);
  const more = rows.length - shown.length;
  return [
    '',
    options.palette.bold(peopleHeadings.title),
    ...shown.flatMap((row) => personLines(row, shown, options)),
    ...(more === 0 ? [] : text(morePeople(more), '  ', options)),
  ];
}

/** Who waits for a decision. */
function undecidedLines(plan: Plan, options: PlanOptions): string[] {
  const rows = peopleRows(plan).filter(({ attention }) => attention.length > 0);
  return rows.length === 0
    ? []
    : [options.palette.bold(peopleHeadings.title), ...rows.flatMap((row) => personLines(row, rows, options))];
}

function personLines(row: PersonRow, all: readonly PersonRow[], options: PlanOptions): string[] {
  const { palette } = options;
  const lead = `  ${padded(
    row.login,
    all.map(({ login }) => login),
  )} → ${padded(
    row.account,
    all.map(({ account }) => account),
  )}  `;
  const said = [row.how, ...row.remarks, ...row.attention.map(({ message }) => message)];
  const [first = '', ...lines] = hang(lead, said.filter((each) => each !== '').join('; '), options.width);
  const paint = row.attention.length > 0 || row.action === 'ask' ? palette.yellow : palette.cyan;
  const named = first.startsWith(lead) ? `${paint(lead)}${first.slice(lead.length)}` : first;
  return [named, ...lines, ...row.attention.flatMap(({ fix }) => fixLines(fix, '      ', options))];
}

/** As wide as the widest of all, within reason. */
function padded(name: string, all: readonly string[]): string {
  const width = Math.min(widestName, Math.max(...all.map((each) => displayWidth(clean(each)))));
  return clean(name) + ' '.repeat(Math.max(0, width - displayWidth(clean(name))));
}

/** What of an owner waits for a decision. */
function waitingLines({ owner, group, rows }: PlannedOwner, options: PlanOptions): string[] {
  const lines = rows
    .filter(({ project }) => waitsForDecision(project))
    .flatMap((row) => rowLines(row, options));
  if (lines.length === 0 && (group === null || group.blocked === null)) return [];
  return [...(group === null ? [options.palette.bold(clean(owner))] : groupLines(group, options)), ...lines];
}

function ownerLines({ owner, group, rows }: PlannedOwner, options: PlanOptions): string[] {
  const lines = group === null ? [options.palette.bold(clean(owner))] : groupLines(group, options);
  for (const action of ['create', 'update', 'unchanged'] as const) {
    const names = rows.filter((row) => row.action === action && !isRemarkable(row));
    if (names.length > 0) lines.push(...nameLines(action, names, options));
  }
  for (const row of rows) if (isRemarkable(row)) lines.push(...rowLines(row, options));
  const losses = ownerLosses(rows);
  if (losses !== '') lines.push(...text(losses, '  ', options).map((line) => options.palette.dim(line)));
  return lines;
}

function groupLines(group: PlannedGroup, options: PlanOptions): string[] {
  const { palette } = options;
  const where = `${clean(group.id)} → ${clean(group.fullPath)}`;
  const what = messages.namespaceLine(actionOfGroup(group), group.namespaceKind, group.visibility);
  const fits = displayWidth(`${where}  ${what}`) <= options.width;
  const lines = fits
    ? [`${palette.bold(where)}  ${palette.dim(what)}`]
    : [palette.bold(where), palette.dim(`  ${what}`)];
  for (const reason of group.reasons) lines.push(...text(reason, '  ', options));
  if (group.blocked !== null) lines.push(...blockedLines(group.blocked, '  ', options));
  return lines;
}

/** Uneventful repositories share a paragraph: a list of hundreds must stay readable. */
function nameLines(action: Action, rows: readonly PlannedRow[], options: PlanOptions): string[] {
  const names = rows.map(({ project }) => clean(project.repository.name)).join(', ');
  const lead = `${rows.length} ${messages.actionTitles[action]}: `;
  return text(`${lead}${names}`, '  ', options).map((line) =>
    action === 'unchanged' ? options.palette.dim(line) : line,
  );
}

function isRemarkable(row: PlannedRow): boolean {
  if (row.action === 'blocked' || row.renamed || row.lowered || row.attention.length > 0) return true;
  if (row.project.findings.length > 0) return true;
  if (row.project.reasons.length > 0 || row.notices.length > 0) return true;
  return row.project.steps.some(({ counts }) => (counts['delete'] ?? 0) > 0);
}

function rowLines(row: PlannedRow, options: PlanOptions): string[] {
  const { project, action } = row;
  const { palette } = options;
  const findings = findingsOf(row);
  const waits = action === 'blocked' || row.attention.length > 0 || findings.some(({ refused }) => refused);
  const paint = waits ? palette.yellow : palette.cyan;
  const counts = messages.stepParts(project.steps);
  const name = clean(project.repository.name);
  const what = `${messages.actionTitles[action]}${counts === '' ? '' : `, ${counts}`}`;
  // Further lines stand under what is told below it.
  const [first = '', ...more] = hang('  ', `${name}  ${what}`, options.width, 4);
  const lines = [`  ${paint(name)}${first.slice(name.length + 2)}`, ...more];
  if (row.renamed) lines.push(...text(messages.renamedTo(project.path), '    ', options));
  if (row.lowered) lines.push(...text(messages.loweredTo(project.visibility), '    ', options));
  const known = [...project.reasons, ...row.notices.map(({ message }) => message)];
  for (const line of known) lines.push(...text(line, '    ', options));
  if (project.blocked !== null) lines.push(...blockedLines(project.blocked, '    ', options));
  for (const notice of row.attention) {
    const remark = remarkOf(notice);
    lines.push(...text(aboutOf(remark, project.id), '    ', options));
    lines.push(...fixLines(notice.fix, '      ', options));
  }
  for (const finding of findings.slice(0, mostFindings)) {
    lines.push(
      ...text(`${finding.object} ${findingRemark(finding)}`, '    ', options),
      ...fixLines(finding.fix, '      ', options),
    );
  }
  if (findings.length > mostFindings)
    lines.push(...text(messages.moreFindings(findings.length - mostFindings), '    ', options));
  return lines;
}

function blockedLines(blocked: Notice, indent: string, options: PlanOptions): string[] {
  return [...text(blocked.message, indent, options), ...fixLines(blocked.fix, `${indent}  `, options)];
}

/** Pieces of the config are all in one block at the end. */
function fixLines(fix: string, indent: string, { width }: PlanOptions): string[] {
  return isPiece(fix) ? [] : hangFix(indent, fix, width);
}

function text(line: string, indent: string, { width }: PlanOptions): string[] {
  return hang(indent, line, width);
}
