import type { LineComment } from '../../model/tracker.ts';
import type { Row } from '../database.ts';

/** How cells of the tables of trackers are read (GB-242). */

/** Of a time as the database has it. */
export type ToUtc = (local: string) => string;

export function numberIn(row: Row, column: string): number {
  return Number(row.text(column) ?? 0);
}

/** Null for NULL. */
export function numberOrNull(row: Row, column: string): number | null {
  const text = row.text(column);
  return text === null ? null : Number(text);
}

/** The text of an item, a comment or a release, whichever of the queries brought it. */
export function longText(row: Row): string {
  return row.text('LONG_TEXT') ?? row.text('CONTENT') ?? row.text('DESCRIPTION') ?? '';
}

/** When an item was changed last: GitBucket notes many changes at the row that came of them alone (GB-198). */
export function lastChangeIn(rows: readonly Row[], toUtc: ToUtc): string {
  const times = rows.map((row) => toUtc(row.text('UPDATED_DATE') ?? ''));
  return times.reduce((last, time) => (Date.parse(time) > Date.parse(last) ? time : last));
}

/** The rows by the number of their item. */
export function byItem(rows: readonly Row[]): Map<number, Row[]> {
  const found = new Map<number, Row[]>();
  for (const row of rows) {
    const number = numberIn(row, 'ISSUE_ID');
    const same = found.get(number);
    if (same === undefined) found.set(number, [row]);
    else same.push(row);
  }
  return found;
}

/** Names by ids, of a small table. */
export function namesIn(rows: readonly Row[], id: string, name: string): Map<number, string> {
  return new Map(rows.map((row) => [numberIn(row, id), row.text(name) ?? '']));
}

/**
 * Rows of COMMIT_COMMENT (GB-205), by their ids. GitBucket knows no threads: it shows those of one line one below the
 * other. When commits are pushed it moves them along, and keeps where they were written (GB-207).
 */
export function lineCommentsIn(rows: readonly Row[], toUtc: ToUtc): LineComment[] {
  const begun = new Map<string, number>();
  const sorted = [...rows].sort((one, other) => numberIn(one, 'COMMENT_ID') - numberIn(other, 'COMMENT_ID'));
  return sorted.map((row) => {
    const id = numberIn(row, 'COMMENT_ID');
    const path = row.text('FILE_NAME');
    const now = {
      commit: row.text('COMMIT_ID') ?? '',
      oldLine: numberOrNull(row, 'OLD_LINE_NUMBER'),
      newLine: numberOrNull(row, 'NEW_LINE_NUMBER'),
    };
    const place = JSON.stringify([now, path]);
    const replyTo = path === null ? null : (begun.get(place) ?? null);
    if (replyTo === null) begun.set(place, id);
    const commit = row.text('ORIGINAL_COMMIT_ID') || now.commit;
    const moved = commit !== now.commit;
    return {
      id,
      author: row.text('COMMENTED_USER_NAME') ?? '',
      body: longText(row),
      createdAt: toUtc(row.text('REGISTERED_DATE') ?? ''),
      updatedAt: toUtc(row.text('UPDATED_DATE') ?? ''),
      commit,
      path,
      oldLine: moved ? numberOrNull(row, 'ORIGINAL_OLD_LINE') : now.oldLine,
      newLine: moved ? numberOrNull(row, 'ORIGINAL_NEW_LINE') : now.newLine,
      replyTo,
      ...(moved ? { now } : {}),
    };
  });
}
