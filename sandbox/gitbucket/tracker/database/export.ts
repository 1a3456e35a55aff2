import type { Hono } from 'hono';
import { pageServerError, pageUnauthorized } from '../../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../../context.ts';
import { wallClock } from '../../dates.ts';
import { formBody } from '../body.ts';
import { tablesOf, type Cell, type Table } from './table.ts';
import { TABLES } from './tables.ts';

/** The administrator's export as SQL; since 4.47 it always fails (GB-175, GB-176). */
export function registerExport(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  app.post('/admin/export', async (c) => {
    if (!c.get('viewer')?.admin) return pageUnauthorized(c, context);
    const names = (await formBody(c)).getAll('tableNames');
    if (context.minor >= 47 || names.length === 0) return pageServerError(c, context);
    c.header('content-type', 'application/octet-stream;charset=utf-8');
    c.header('content-disposition', `attachment; filename=gitbucket-export-${context.now()}.sql`);
    return c.body(exported(names, context));
  });
}

function exported(names: string[], context: GitBucketContext): string {
  const chosen = tablesOf(TABLES, context.minor).filter(
    (table) => names.includes(table.name) && table.name !== 'VERSIONS',
  );
  const deletes = chosen.toReversed().map((table) => `DELETE FROM ${table.name};\n`);
  const inserts = chosen.flatMap((table) => table.rows(context).map((row) => insert(table, row, context)));
  return [...deletes, ...inserts].join('');
}

function insert(table: Table, row: Cell[], { timeZone }: GitBucketContext): string {
  const names = table.columns.map(({ name }) => name).join(', ');
  const values = row.map((cell) => literal(cell, timeZone)).join(', ');
  return `INSERT INTO ${table.name} (${names}) VALUES (${values});\n`;
}

/** Times without zone or milliseconds. */
function literal(cell: Cell, timeZone: string): string {
  if (cell === null) return 'NULL';
  if (cell instanceof Date) return `'${wallClock(cell, timeZone)}'`;
  return typeof cell === 'string' ? `'${cell.replaceAll("'", "''")}'` : String(cell);
}
