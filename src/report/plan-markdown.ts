import type { Plan, PlannedGroup } from '../model/plan.ts';
import { leftOutLines } from '../ui/loss-messages.ts';
import { problem, readAs } from '../ui/messages.ts';
import * as messages from '../ui/plan-messages.ts';
import { peopleHeadings } from '../ui/people-messages.ts';
import { mdCode, mdFence, mdText } from './markdown-text.ts';
import { mergedFixes } from './merged-fixes.ts';
import { lossSections, lossTotals } from './plan-losses.ts';
import { peopleRows } from './plan-people.ts';
import { actionOfGroup, countLines, ownersOf, type PlannedOwner, type PlannedRow } from './plan-summary.ts';
import { trackerLines } from './plan-tracker.ts';
import { remarkOf } from './result.ts';

/** The plan as Markdown: totals, then by owner every repository with what happens to it and why. */
export function planMarkdown(plan: Plan): string {
  const owners = ownersOf(plan);
  const sections = [
    `# ${messages.planHeadings.title}`,
    head(plan, owners),
    problems(plan),
    warnings(plan),
    people(plan),
  ];
  for (const owner of owners) sections.push(...ownerSections(owner));
  const fixes = mergedFixes(plan);
  if (fixes !== null)
    sections.push(`## ${messages.planHeadings.paste}`, mdFence(JSON.stringify(fixes, null, 2)));
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function head(plan: Plan, owners: readonly PlannedOwner[]): string {
  const target = `${mdCode(plan.target.url)} (GitLab ${mdText(plan.target.version)})`;
  const lines = [...countLines(plan, owners), ...trackerLines(plan).map(mdText), ...lossTotals(plan)];
  return [
    `${mdCode(plan.source.url)}, ${mdText(readAs(plan.source))} → ${target}. ${messages.planHeadings.wrote}`,
    lines.map((line) => `- ${line}`).join('\n'),
  ].join('\n\n');
}

function problems(plan: Plan): string {
  if (plan.problems.length === 0) return '';
  const lines = plan.problems.map((notice) => `- ${mdCode(notice.object)}: ${mdText(problem(notice))}`);
  return `## ${messages.planHeadings.notRead}\n\n${lines.join('\n')}`;
}

function warnings(plan: Plan): string {
  const all = [...plan.warnings, ...leftOutLines(plan.leftOut)];
  if (all.length === 0) return '';
  return `## ${messages.planHeadings.warnings}\n\n${all.map((warning) => `- ${mdText(warning)}`).join('\n')}`;
}

function people(plan: Plan): string {
  if (plan.people.length === 0) return '';
  const { login, name, account, how, remarks } = peopleHeadings.columns;
  const lines = [
    `| ${[login, name, account, how, remarks].join(' | ')} |`,
    '| --- | --- | --- | --- | --- |',
  ];
  const fixes: string[] = [];
  for (const row of peopleRows(plan)) {
    const said = [...row.remarks, ...row.attention.map(({ message }) => message)];
    const cells = [
      mdCode(row.login),
      mdText(row.name),
      mdCode(row.account),
      mdText(row.how),
      said.map(mdText).join('<br>'),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
    for (const { fix } of row.attention) if (fix !== '') fixes.push(`${mdCode(row.login)}:`, mdFence(fix));
  }
  return [`## ${peopleHeadings.title}`, lines.join('\n'), ...fixes].join('\n\n');
}

function ownerSections({ owner, group, rows }: PlannedOwner): string[] {
  const sections = group === null ? [`## ${mdCode(owner)}`] : groupSections(group);
  if (rows.length > 0) sections.push(table(rows));
  for (const row of rows) sections.push(...fixes(row));
  sections.push(...lossSections(rows));
  return sections;
}

function groupSections(group: PlannedGroup): string[] {
  const what = messages.namespaceLine(actionOfGroup(group), group.namespaceKind, group.visibility);
  const sections = [`## ${mdCode(group.id)} → ${mdCode(group.fullPath)}`, `${what}.`];
  if (group.reasons.length > 0)
    sections.push(group.reasons.map((reason) => `- ${mdText(reason)}`).join('\n'));
  if (group.blocked !== null) sections.push(mdText(group.blocked.message), mdFence(group.blocked.fix));
  return sections;
}

function table(rows: readonly PlannedRow[]): string {
  const lines = ['| Repository | Project | Action | Steps | Reason |', '| --- | --- | --- | --- | --- |'];
  for (const row of rows) {
    const { project } = row;
    const why = [...project.reasons, ...row.notices.map(({ message }) => message)];
    if (row.lowered) why.unshift(messages.loweredTo(project.visibility));
    if (row.renamed) why.unshift(messages.renamedTo(project.path));
    if (project.blocked !== null) why.unshift(project.blocked.message);
    const cells = [
      mdCode(project.id),
      mdCode(project.fullPath),
      `${messages.actionTitles[row.action]}, ${project.visibility}`,
      messages.stepParts(project.steps),
      why.map(mdText).join('<br>'),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

function fixes({ project, attention }: PlannedRow): string[] {
  const sections: string[] = [];
  if (project.blocked !== null) sections.push(`${mdCode(project.id)}: blocked`, mdFence(project.blocked.fix));
  for (const notice of attention) {
    const { message } = remarkOf(notice);
    sections.push(`${mdCode(project.id)} ${mdCode(notice.object)}: ${mdText(message)}`, mdFence(notice.fix));
  }
  return sections;
}
