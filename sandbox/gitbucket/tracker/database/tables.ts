import { ACCOUNT_TABLES } from './account-tables.ts';
import { COMMENT_TABLES } from './comment-tables.ts';
import { ISSUE_TABLES } from './issue-tables.ts';
import { PLANNING_TABLES } from './planning-tables.ts';
import { RELEASE_TABLES } from './release-tables.ts';
import type { TableSpec } from './table.ts';

/** All tables, parents before children. */
export const TABLES: readonly TableSpec[] = [
  ...ACCOUNT_TABLES,
  ...PLANNING_TABLES,
  ...ISSUE_TABLES,
  ...COMMENT_TABLES,
  ...RELEASE_TABLES,
];

export function findTable(name: string): TableSpec | undefined {
  return TABLES.find((table) => table.name === name);
}
