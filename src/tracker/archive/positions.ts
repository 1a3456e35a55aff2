import type { LineComment } from '../../model/tracker.ts';
import type { FileDiff, PullDiff } from './making.ts';
import { pathHash, type Position } from './schema.ts';

/** The keys of a note that put it on a line. */
export type Located = { line_code: string; position: Position; original_position: Position };

type Line = { kind: '+' | '-' | ' '; old: number; new: number };

/**
 * Where the line is in that diff; null when it is not in it. GitLab does not work out
 * `line_code` itself: without one it loses the note, and one that is wrong stays. It has the running numbers of both sides,
 * also for lines that only one of them has (GL-427, GL-439).
 */
export function positionOf(
  diff: PullDiff,
  at: Pick<LineComment, 'path' | 'oldLine' | 'newLine'>,
): Located | null {
  const file = fileOf(diff.files, at.path);
  const line = file && linesOf(file.text).find((line) => isAt(line, at));
  if (!line) return null;
  const position = {
    position_type: 'text',
    base_sha: diff.base,
    start_sha: diff.start,
    head_sha: diff.head,
    old_path: file.oldPath,
    new_path: file.newPath,
    old_line: line.kind === '+' ? null : line.old,
    new_line: line.kind === '-' ? null : line.new,
  } as const;
  const line_code = `${pathHash(file.newPath)}_${line.old}_${line.new}`;
  return { line_code, position, original_position: position };
}

function fileOf(files: readonly FileDiff[], path: string | null): FileDiff | undefined {
  return files.find(({ newPath }) => newPath === path) ?? files.find(({ oldPath }) => oldPath === path);
}

/** Of an unchanged line the source may tell one number or both; two numbers have to agree. */
function isAt(line: Line, { oldLine, newLine }: Pick<LineComment, 'oldLine' | 'newLine'>): boolean {
  if (oldLine === null && newLine === null) return false;
  if (oldLine !== null && (line.kind === '+' || line.old !== oldLine)) return false;
  return newLine === null || (line.kind !== '-' && line.new === newLine);
}

/** The lines of a unified diff with their running numbers on both sides. */
function linesOf(diff: string): Line[] {
  const lines: Line[] = [];
  let old = 0;
  let fresh = 0;
  for (const text of diff.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (hunk !== null) {
      old = Number(hunk[1]);
      fresh = Number(hunk[2]);
    }
    const kind = text[0];
    if (kind !== '+' && kind !== '-' && kind !== ' ') continue;
    lines.push({ kind, old, new: fresh });
    if (kind !== '+') old += 1;
    if (kind !== '-') fresh += 1;
  }
  return lines;
}
