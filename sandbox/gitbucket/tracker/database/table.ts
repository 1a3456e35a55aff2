import type { GitBucketContext } from '../../context.ts';

/** One value of the database; a Date is a TIMESTAMP. */
export type Cell = string | number | boolean | Date | null;

/** A table as the database viewer and the export see it. */
export type TableSpec = {
  name: string;
  columns: readonly string[];
  /** Columns of type CLOB (`text` in GitBucket's migrations). */
  clobs: readonly string[];
  /** Rows in the order of `columns`. */
  rows(context: GitBucketContext): Cell[][];
};

export function at(milliseconds: number): Date {
  return new Date(milliseconds);
}

export function atOrNull(milliseconds: number | null): Date | null {
  return milliseconds === null ? null : new Date(milliseconds);
}
