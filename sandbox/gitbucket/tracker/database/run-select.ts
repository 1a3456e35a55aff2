import type { GitBucketContext } from '../../context.ts';
import { compareCells } from './compare.ts';
import { compile, findColumn, type Compiled, type JoinedRow, type Source } from './compile.ts';
import type { Expression, Join, Select, SelectItem, TableRef } from './select.ts';
import { SqlError } from './sql-error.ts';
import type { Cell } from './table.ts';
import { findTable } from './tables.ts';

export type ResultColumn = {
  /** What JDBC calls the name: an alias counts only on computed columns (gitbucket-observed A14). */
  name: string;
  /** What JDBC calls the label. */
  label: string;
  clob: boolean;
};

export type SelectResult = { columns: ResultColumn[]; rows: Cell[][] };

type Output = ResultColumn & { expression: Expression };

/** Runs a SELECT over the server's state. */
export function runSelect(select: Select, context: GitBucketContext): SelectResult {
  const sources = [select.from, ...select.joins.map((join) => join.right)].flatMap(toSource);
  const outputs = select.items.flatMap((item) => toOutputs(item, sources));
  const where = select.where && compile(select.where, sources);
  const joined = joinRows(select.joins, sources, context);
  const matching = where ? joined.filter((row) => where(row) === true) : joined;
  const columns = outputs.map(({ name, label, clob }) => ({ name, label, clob }));
  if (outputs.some(({ expression }) => isAggregate(expression))) {
    return { columns, rows: [outputs.map(({ expression }) => aggregate(expression, matching, sources))] };
  }
  const cells = outputs.map(({ expression }) => compile(expression, sources));
  const sorted = sortRows(matching, select, outputs, sources);
  const rows = sorted.map((row) => cells.map((cell) => cell(row)));
  const distinct = select.distinct ? distinctRows(rows) : rows;
  return { columns, rows: distinct.slice(select.offset).slice(0, select.limit) };
}

function toSource(ref: TableRef | undefined): Source[] {
  if (!ref) return [];
  const table = findTable(ref.table);
  if (!table) throw new SqlError('table', `Table "${ref.table}" not found`);
  return [{ alias: ref.alias, table }];
}

function toOutputs(item: SelectItem, sources: readonly Source[]): Output[] {
  if (item.kind === 'all') {
    return sources.flatMap(({ alias, table }) =>
      table.columns.map((name) => ({
        name,
        label: name,
        clob: table.clobs.includes(name),
        expression: { kind: 'column' as const, table: alias, name },
      })),
    );
  }
  const { value, alias, text } = item;
  if (value.kind !== 'column') {
    return [{ name: alias ?? text, label: alias ?? text, clob: false, expression: value }];
  }
  const { clob } = findColumn(value, sources);
  return [{ name: value.name, label: alias ?? value.name, clob, expression: value }];
}

function joinRows(joins: Join[], sources: readonly Source[], context: GitBucketContext): JoinedRow[] {
  const [first] = sources;
  if (!first) return [[]];
  let rows: JoinedRow[] = first.table.rows(context).map((row) => [row]);
  for (const [index, join] of joins.entries()) {
    const right = sources[index + 1]?.table.rows(context) ?? [];
    const on = compile(join.on, sources.slice(0, index + 2));
    rows = rows.flatMap((left) => {
      const found = right.map((row) => [...left, row]).filter((row) => on(row) === true);
      return found.length === 0 && join.outer ? [[...left, null]] : found;
    });
  }
  return rows;
}

function sortRows(
  rows: JoinedRow[],
  select: Select,
  outputs: Output[],
  sources: readonly Source[],
): JoinedRow[] {
  const keys = select.order.map(({ by, descending }) => ({
    key: orderKey(by, outputs, sources),
    sign: descending ? -1 : 1,
  }));
  if (keys.length === 0) return rows;
  return rows.toSorted((a, b) => {
    for (const { key, sign } of keys) {
      const order = sign * compareCells(key(a), key(b));
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** A number is a position, a name may be that of an output. */
function orderKey(by: Expression, outputs: Output[], sources: readonly Source[]): Compiled {
  const output =
    by.kind === 'value' && typeof by.value === 'number'
      ? outputs[by.value - 1]
      : outputs.find(({ label }) => by.kind === 'column' && by.table === undefined && by.name === label);
  return compile(output?.expression ?? by, sources);
}

function isAggregate(expression: Expression): boolean {
  if (expression.kind === 'cast') return isAggregate(expression.value);
  return expression.kind === 'aggregate';
}

function aggregate(expression: Expression, rows: JoinedRow[], sources: readonly Source[]): Cell {
  if (expression.kind === 'cast') return aggregate(expression.value, rows, sources);
  if (expression.kind !== 'aggregate') throw new SqlError('syntax', 'Column must be in the GROUP BY list');
  if (!expression.argument) return rows.length;
  const cell = compile(expression.argument, sources);
  const cells = rows.map((row) => cell(row)).filter((value) => value !== null);
  if (expression.name === 'COUNT') return cells.length;
  const sorted = cells.sort(compareCells);
  return sorted.at(expression.name === 'MAX' ? -1 : 0) ?? null;
}

function distinctRows(rows: Cell[][]): Cell[][] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}
