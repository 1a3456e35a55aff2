import type { Notice } from '../model/notice.ts';
import type { LeftOut } from '../model/plan.ts';
import { clean, plural } from '../text/format.ts';
import { hang, hangFix } from '../text/lines.ts';
import { problem } from './messages.ts';
import type { Palette } from './terminal.ts';

type ExportDocument = {
  directory: string;
  source: { view: 'administrator' | 'user'; user: string };
  written: readonly string[];
  unchanged: readonly string[];
  problems: readonly Notice[];
  lost: readonly Notice[];
  leftOut: readonly LeftOut[];
  warnings: readonly string[];
};
type View = { width: number; palette: Palette; quiet: boolean; next: string };

/** What is named one by one. */
const mostLost = 50;

/** What `gb2gl export` says in the end: the verdict first, then what is missing, then what to do with it. */
export function renderExport(document: ExportDocument, { width, palette, quiet, next }: View): string[] {
  const { problems, lost, warnings, leftOut } = document;
  const lines = [verdict(document, palette)];
  for (const { object, message, fix } of problems)
    lines.push(
      ...hang(`  ${palette.red('failed')}  `, `${clean(object)}: ${clean(message)}`, width, 4),
      ...hangFix('    ', clean(fix), width),
    );
  for (const { object, message, fix } of lost.slice(0, mostLost))
    lines.push(
      ...hang(`  ${palette.yellow('lost')}  `, `${clean(object)}: ${clean(message)}`, width, 4),
      ...hangFix('    ', clean(fix), width),
    );
  if (lost.length > mostLost) lines.push(`  and ${lost.length - mostLost} more: --json names them all`);
  if (quiet) return lines;
  if (document.source.view === 'user') lines.push(...hang('  ', ofOneUser(document.source.user), width));
  for (const { object, by, message } of leftOut)
    lines.push(
      ...hang('  ', `left out by ${by}: ${problem({ message: clean(object), fix: clean(message) })}`, width),
    );
  for (const message of warnings) lines.push(...hang('  ', `warning: ${clean(message)}`, width));
  return [
    ...lines,
    '',
    ...hang(
      '  ',
      'Carry the whole directory to a machine that reaches GitLab, and compare it there: sha256sum --check SHA256SUMS. Then:',
      width,
    ),
    `  ${next}`,
  ];
}

function verdict(document: ExportDocument, palette: Palette): string {
  const { written, unchanged, problems, lost, directory } = document;
  const total = written.length + unchanged.length;
  const counts = `${plural(total, 'repository', 'repositories')} in ${clean(directory)}, ${written.length} written now`;
  if (problems.length === 0 && lost.length > 0)
    return palette.yellow(`Exported: ${counts}; GitBucket itself lacks what is named below`);
  if (problems.length === 0) return palette.green(`Exported: ${counts}`);
  return palette.red(`Incomplete: ${counts}, ${plural(problems.length, 'problem')}`);
}

function ofOneUser(user: string): string {
  return `Read with the eyes of ${clean(user)}: private repositories of others are not in it.`;
}
