import { fileDiffs, linesOf, type FileDiff } from '../file-diffs.ts';
import type { Line } from './archive.ts';
import { integerOf, shaOf, textOf } from './values.ts';

/** Tells whether a comment's position is a line of its diff (GL-439). */
export type Places = { has(position: Line): Promise<boolean> };

/** Reads every diff once: those of one request are mostly the same. */
export function createPlaces(gitDir: string): Places {
  const diffs = new Map<string, Promise<FileDiff[] | null>>();

  function diffOf(position: Line): Promise<FileDiff[] | null> {
    const [base, head] = [shaOf(position, 'base_sha'), shaOf(position, 'head_sha')];
    if (base === null || head === null || shaOf(position, 'start_sha') === null) return Promise.resolve(null);
    const known = diffs.get(base + head) ?? fileDiffs(gitDir, base, head);
    diffs.set(base + head, known);
    return known;
  }

  return {
    async has(position) {
      const files = await diffOf(position);
      const path = textOf(position, 'new_path') ?? textOf(position, 'old_path');
      const file = files?.find(
        (each) => each.new_path === path || (each.deleted_file && each.old_path === path),
      );
      const [old, fresh] = [integerOf(position, 'old_line'), integerOf(position, 'new_line')];
      return linesOf(file?.diff ?? '').some(
        (line) =>
          old === (line.kind === '+' ? null : line.old) && fresh === (line.kind === '-' ? null : line.new),
      );
    },
  };
}

/** What stands in front of a comment whose place is not in the diff. */
export function placeText(position: Line): string {
  const path = textOf(position, 'new_path') ?? textOf(position, 'old_path') ?? '';
  const lines = [integerOf(position, 'old_line'), integerOf(position, 'new_line')];
  return `*Comment on ${path}:${lines.filter((line) => line !== null).join(' --> ')}*\n\n`;
}
