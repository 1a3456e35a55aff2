import type { Hono } from 'hono';
import { pageUnauthorized } from '../../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../../context.ts';
import { formBody } from '../body.ts';
import { cellText, clobHandle } from './cell-text.ts';
import { parseSelect } from './parse-select.ts';
import { runSelect, type ResultColumn, type SelectResult } from './run-select.ts';
import { SqlError, sqlErrorText } from './sql-error.ts';
import type { Cell } from './table.ts';

type QueryAnswer =
  | { type: 'query'; columns: string[]; rows: Record<string, string>[] }
  | { type: 'error'; message: string };

/** The administrator's database viewer: a SELECT in, JSON out, errors with status 200 (gitbucket-observed R60-R62). */
export function registerDbviewer(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  let clobs = 0;
  app.post('/admin/dbviewer/_query', async (c) => {
    if (!c.get('viewer')?.admin) return pageUnauthorized(c, context);
    const query = (await formBody(c)).get('query') ?? '';
    return c.json(answer(query, context, () => clobs++));
  });
}

function answer(query: string, context: GitBucketContext, nextClob: () => number): QueryAnswer {
  if (query.trim() === '') return { type: 'error', message: 'query is empty' };
  try {
    return shown(runSelect(parseSelect(onlySelect(query)), context), nextClob);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { type: 'error', message: sqlErrorText(error, query, context.minor) };
  }
}

/** Anything that does not begin with SELECT is run as an update; this server lets nobody change its tables. */
function onlySelect(query: string): string {
  const trimmed = query.trim();
  if (/^select/i.test(trimmed)) return trimmed;
  throw new SqlError(
    'method',
    'Method is not allowed for a query. Use execute or executeQuery instead of executeUpdate',
  );
}

/** Rows are keyed by column name: two columns of one name collapse, the first one's value stays. */
function shown({ columns, rows }: SelectResult, nextClob: () => number): QueryAnswer {
  const sources = columns.map(({ name }) => lookUp(columns, name));
  const rendered = rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name }, index) => {
        const source = sources[index] ?? index;
        return [name, cellShown(row[source] ?? null, columns[source]?.clob ?? false, nextClob)];
      }),
    ),
  );
  return { type: 'query', columns: columns.map(({ name }) => name), rows: rendered };
}

/** JDBC finds a column by label first, then by name. */
function lookUp(columns: ResultColumn[], name: string): number {
  const byLabel = columns.findIndex((column) => column.label === name);
  return byLabel >= 0 ? byLabel : columns.findIndex((column) => column.name === name);
}

function cellShown(cell: Cell, clob: boolean, nextClob: () => number): string {
  const text = cellText(cell);
  if (text === null) return '<NULL>';
  return clob ? clobHandle(text, nextClob()) : text;
}
