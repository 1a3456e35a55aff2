import type { Hono } from 'hono';
import { pageUnauthorized } from '../../answers.ts';
import type { GitBucketContext, GitBucketEnv } from '../../context.ts';
import { formBody } from '../body.ts';
import {
  clobHandle,
  errorText,
  H2Error,
  jdbcNames,
  refuseUngrouped,
  toH2Error,
  toSqlite,
  valueText,
} from './h2.ts';
import { runSelect, SqliteError, type SqliteResult } from './sqlite.ts';

type QueryAnswer =
  | { type: 'query'; columns: string[]; rows: Record<string, string>[] }
  | { type: 'error'; message: string };

/** The administrator's database viewer: a SELECT in, JSON out, errors with status 200 (GB-172). */
export function registerDbviewer(app: Hono<GitBucketEnv>, context: GitBucketContext): void {
  let clobs = 0;
  app.post('/admin/dbviewer/_query', async (c) => {
    if (!c.get('viewer')?.admin) return pageUnauthorized(c, context);
    const query = (await formBody(c)).get('query') ?? '';
    return c.json(await answer(query, context, () => clobs++));
  });
}

async function answer(
  query: string,
  context: GitBucketContext,
  nextClob: () => number,
): Promise<QueryAnswer> {
  if (query.trim() === '') return { type: 'error', message: 'query is empty' };
  try {
    const sql = toSqlite(query, context.minor);
    const result = await runSelect(sql, context);
    refuseUngrouped(sql, result.columns);
    return shown(result, nextClob);
  } catch (error) {
    const fault = error instanceof SqliteError ? toH2Error(error, query) : error;
    if (!(fault instanceof H2Error)) throw error;
    return { type: 'error', message: errorText(fault, query, context.minor) };
  }
}

/** Rows are keyed by column name, which JDBC looks up among the labels first: of two columns of one name the first stays. */
function shown(result: SqliteResult, nextClob: () => number): QueryAnswer {
  const columns = result.columns.map((column) => ({ ...jdbcNames(column), type: column.type }));
  const sources = columns.map(({ name }) => {
    const byLabel = columns.findIndex((column) => column.label === name);
    return byLabel >= 0 ? byLabel : columns.findIndex((column) => column.name === name);
  });
  const rows = result.rows.map((row) =>
    Object.fromEntries(
      columns.map(({ name }, index) => {
        const source = sources[index] ?? index;
        const type = columns[source]?.type ?? '';
        const text = valueText(row[source] ?? null, type);
        if (text === null) return [name, '<NULL>'];
        return [name, type === 'CLOB' ? clobHandle(text, nextClob()) : text];
      }),
    ),
  );
  return { type: 'query', columns: columns.map(({ name }) => name), rows };
}
