import { cellText } from './cell-text.ts';
import type { Cell } from './table.ts';

/** Order of two values; null comes first, as in H2. */
export function compareCells(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  const [left, right] = [cellText(a) ?? '', cellText(b) ?? ''];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** LIKE with `%` and `_`. */
export function matchesLike(value: Cell, pattern: Cell): Cell {
  const [text, like] = [cellText(value), cellText(pattern)];
  if (text === null || like === null) return null;
  const source = like
    .replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'su').test(text);
}
