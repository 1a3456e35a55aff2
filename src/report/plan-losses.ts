import { summedLosses } from '../model/losses.ts';
import { type Finding, type Plan } from '../model/plan.ts';
import { mdCode, mdFence, mdText } from './markdown-text.ts';
import type { PlannedRow } from './plan-summary.ts';
import * as messages from '../ui/loss-messages.ts';

/** The lines of the plan's head about losses and findings; none where there is nothing to say. */
export function lossTotals(plan: Plan): string[] {
  const losses = summedLosses(plan.projects.flatMap((project) => project.losses));
  const findings = plan.projects.flatMap((project) => project.findings);
  return [
    ...(losses.length === 0 ? [] : [messages.lossesLine(losses)]),
    ...(findings.length === 0 ? [] : [messages.findingsLine(findings)]),
    ...[uncountedOf(plan)].filter(Boolean),
  ];
}

/** Who counts anything counts labels. */
function wasCounted(uncounted: Plan['uncounted']): boolean {
  return !uncounted.includes('labels');
}

/** The sentence about what was not counted; empty when everything was. */
export function uncountedOf({ uncounted }: Plan): string {
  return messages.uncountedLine(uncounted, wasCounted(uncounted));
}

/** Findings of which GitLab's refusal is certain come first. */
export function findingsOf({ project }: PlannedRow): Finding[] {
  return project.findings.toSorted((a, b) => Number(b.refused) - Number(a.refused));
}

/** One line for all repositories of an owner that have something to lose. */
export function ownerLosses(rows: readonly PlannedRow[]): string {
  const parts = rows
    .filter(({ project }) => project.losses.length > 0)
    .map(({ project }) => `${project.repository.name} (${messages.lossParts(project.losses)})`);
  return parts.length === 0 ? '' : `stays on GitBucket: ${parts.join(', ')}`;
}

/** The losses of an owner's repositories and their findings, as Markdown. */
export function lossSections(rows: readonly PlannedRow[]): string[] {
  const losing = rows.filter(({ project }) => project.losses.length > 0);
  const lines = losing.map(({ project }) => `- ${mdCode(project.id)}: ${messages.lossParts(project.losses)}`);
  const sections = lines.length === 0 ? [] : [`${messages.lossHeadings.stays}:`, lines.join('\n')];
  for (const row of rows) {
    for (const finding of findingsOf(row)) {
      const where = `${mdCode(row.project.id)} ${mdCode(finding.object)}`;
      sections.push(`${where}: ${mdText(messages.findingRemark(finding))}`, mdFence(finding.fix));
    }
  }
  return sections;
}
