import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import type { Project } from '../state.ts';
import { fileDiffs, linesOf } from './file-diffs.ts';
import type { NoteState } from './state.ts';

/**
 * A place on a line, as a comment keeps it: the code is of the path and of both numbers that the hunk has reached
 * (GL-439); both numbers mean a line that did not change. Null where no line of the diff is there.
 */
export async function placeOnLine(
  context: Context,
  { project }: { project: Project },
  position: Record<string, unknown>,
): Promise<Pick<NoteState, 'position' | 'lineCode'> | null> {
  const [base = '', from = '', to = ''] = ['base_sha', 'start_sha', 'head_sha'].map((name) =>
    String(position[name]),
  );
  const files = (await fileDiffs(context.gitDir(project), base, to)) ?? [];
  const newPath = position['new_path'] ?? position['old_path'];
  const file = files.find((each) => each.new_path === newPath || each.old_path === position['old_path']);
  if (!file) return null;
  const [oldLine, newLine] = ['old_line', 'new_line'].map((name) => numberOf(position[name]));
  const line = linesOf(file.diff).find(({ kind, old, new: fresh }) => {
    if (oldLine !== null && newLine !== null) return kind === ' ' && old === oldLine && fresh === newLine;
    return oldLine === null ? kind === '+' && fresh === newLine : kind === '-' && old === oldLine;
  });
  if (!line) return null;
  const path = createHash('sha1').update(file.new_path).digest('hex');
  return {
    lineCode: `${path}_${line.old}_${line.new}`,
    position: {
      base_sha: base,
      start_sha: from,
      head_sha: to,
      old_path: file.old_path,
      new_path: file.new_path,
      position_type: position['position_type'],
      old_line: oldLine,
      new_line: newLine,
      line_range: null,
    },
  };
}

function numberOf(value: unknown): number | null {
  return value === undefined || value === null || value === '' ? null : Number(value);
}
