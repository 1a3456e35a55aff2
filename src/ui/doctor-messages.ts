import type { Area, Finding, Level } from '../doctor/finding.ts';
import { clean, plural } from '../text/format.ts';
import { hang, hangFix } from '../text/lines.ts';
import type { Palette } from './terminal.ts';

/** Everything that `gb2gl doctor` says, except the sentences of the findings, which stand beside their checks. */

type Diagnosis = {
  source: { url: string };
  target: { url: string };
  findings: readonly Finding[];
};
type View = { width: number; palette: Palette; quiet: boolean };

const areas: readonly Area[] = ['machine', 'source', 'target'];
/** As wide as the longest of the words in front. */
const indent = 9;

/** The findings by server, and how many there are of each kind; with `quiet` only the warnings and errors. */
export function renderFindings(diagnosis: Diagnosis, view: View): string[] {
  const shown = diagnosis.findings.filter(
    ({ level }) => !view.quiet || level === 'warning' || level === 'error',
  );
  const lines: string[] = [];
  for (const area of areas) {
    const findings = shown.filter((finding) => finding.area === area);
    if (findings.length === 0) continue;
    if (lines.length > 0) lines.push('');
    lines.push(view.palette.bold(titleOf(area, diagnosis)));
    for (const finding of findings) lines.push(...findingLines(finding, view));
  }
  if (lines.length > 0) lines.push('');
  return [...lines, summaryOf(diagnosis.findings)];
}

function titleOf(area: Area, { source, target }: Diagnosis): string {
  if (area === 'machine') return 'This machine';
  return area === 'source' ? `GitBucket ${clean(source.url)}` : `GitLab ${clean(target.url)}`;
}

function findingLines(finding: Finding, { width, palette }: View): string[] {
  const { code, level, waived, message, fix } = finding;
  const word = (waived ? 'waived' : level).padEnd(indent);
  const mark = level === 'ok' ? '' : ` [${code}]`;
  const lead = `  ${painter(waived ? 'note' : level, palette)(word)}`;
  const lines = hang(lead, message + mark, width, indent + 2);
  return [...lines, ...hangFix(' '.repeat(indent + 2), fix, width)];
}

function painter(level: Level, palette: Palette): (text: string) => string {
  switch (level) {
    case 'ok':
      return palette.green;
    case 'note':
      return palette.dim;
    case 'warning':
      return palette.yellow;
    case 'error':
      return palette.red;
  }
}

/** `12 ok, 2 notes, 1 warning, 1 error, 1 waived` */
function summaryOf(findings: readonly Finding[]): string {
  const open = findings.filter(({ waived }) => !waived);
  const count = (level: Level): number => open.filter((finding) => finding.level === level).length;
  const parts = [
    `${count('ok')} ok`,
    plural(count('note'), 'note'),
    plural(count('warning'), 'warning'),
    plural(count('error'), 'error'),
  ];
  const waived = findings.length - open.length;
  return [...parts, ...(waived > 0 ? [`${waived} waived`] : [])].join(', ');
}
