import type { Database, SqlJsStatic, SqlValue } from 'sql.js';
import type { GitBucketContext } from '../../context.ts';
import { timestamp } from './h2.ts';
import { tablesOf, type Cell, type Table } from './table.ts';
import { TABLES } from './tables.ts';

/** A column of a result; those that are computed have no origin. */
export type SqliteColumn = { label: string; origin: string | undefined; type: string };

export type SqliteResult = { columns: SqliteColumn[]; rows: SqlValue[][] };

/** A statement that SQLite does not understand or cannot run. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';
}

let sqlite: Promise<SqlJsStatic> | undefined;

/** Runs one SELECT over the server's state as it is now, in a database that lives only that long. */
export async function runSelect(sql: string, context: GitBucketContext): Promise<SqliteResult> {
  sqlite ??= loadSqlite();
  const database = new (await sqlite).Database();
  try {
    database.exec('PRAGMA case_sensitive_like = ON; PRAGMA journal_mode = OFF; BEGIN');
    const words = sql.toUpperCase();
    // Those that the statement does not name would be made for nothing, which takes longer than all the rest.
    for (const table of tablesOf(TABLES, context.minor).filter(({ name }) => words.includes(name))) {
      createTable(database, table);
      fillTable(database, table, context);
    }
    return resultOf(database, sql);
  } finally {
    database.close();
  }
}

/** Takes some 100 ms, so only servers whose database is really asked do it. */
async function loadSqlite(): Promise<SqlJsStatic> {
  const { default: initSqlJs } = await import('sql.js');
  return initSqlJs();
}

/** SQLite keeps a type as it was written, so the type also tells from which column a value of a result comes. */
function createTable(database: Database, { name, columns }: Table): void {
  const list = columns.map((column) => `"${column.name}" "${column.name} ${column.type}"`);
  database.run(`CREATE TABLE "${name}" (${list.join(', ')})`);
}

function fillTable(database: Database, { name, columns, rows }: Table, context: GitBucketContext): void {
  const insert = database.prepare(`INSERT INTO "${name}" VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows(context)) insert.run(row.map((cell) => toSqlValue(cell, context.timeZone)));
  insert.free();
}

/** Stands for NUL, at which SQLite ends a text and H2 does not: of a plane for private use. */
const nul = '\u{F0000}';

function toSqlValue(cell: Cell, timeZone: string): SqlValue {
  if (cell instanceof Date) return timestamp(cell, timeZone);
  if (typeof cell === 'string') return cell.replaceAll('\0', nul);
  return typeof cell === 'boolean' ? Number(cell) : cell;
}

function fromSqlValue(value: SqlValue): SqlValue {
  return typeof value === 'string' ? value.replaceAll(nul, '\0') : value;
}

function resultOf(database: Database, sql: string): SqliteResult {
  const { labels, rows } = select(database, sql);
  database.run(`CREATE TEMP VIEW RESULT AS ${sql}`);
  const described = database.exec('PRAGMA table_info(RESULT)')[0]?.values ?? [];
  const columns = labels.map((label, index) => {
    const [type = '', origin] = String(described[index]?.[2]).split(' ').toReversed();
    return { label, origin, type };
  });
  return { columns, rows };
}

function select(database: Database, sql: string): { labels: string[]; rows: SqlValue[][] } {
  try {
    const statement = database.prepare(sql);
    const rows: SqlValue[][] = [];
    while (statement.step()) rows.push(statement.get().map(fromSqlValue));
    return { labels: statement.getColumnNames(), rows };
  } catch (error) {
    throw new SqliteError(error instanceof Error ? error.message : String(error));
  }
}
