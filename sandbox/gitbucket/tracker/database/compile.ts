import { cellText } from './cell-text.ts';
import { compareCells, matchesLike } from './compare.ts';
import type { Expression } from './select.ts';
import { SqlError } from './sql-error.ts';
import type { Cell, TableSpec } from './table.ts';

/** A table of the FROM part under its name. */
export type Source = { alias: string; table: TableSpec };

/** One row per source; null where an outer join found none. */
export type JoinedRow = readonly (readonly Cell[] | null)[];

export type Compiled = (row: JoinedRow) => Cell;

/** Makes a function of an expression; unknown columns fail here, before any row is read. */
export function compile(expression: Expression, sources: readonly Source[]): Compiled {
  switch (expression.kind) {
    case 'value':
      return () => expression.value;
    case 'column': {
      const { source, column } = findColumn(expression, sources);
      return (row) => row[source]?.[column] ?? null;
    }
    case 'cast':
      return cast(compile(expression.value, sources), expression.type);
    case 'call':
      return call(
        expression.name,
        expression.arguments.map((argument) => compile(argument, sources)),
      );
    case 'aggregate':
      throw new SqlError('syntax', `Invalid use of aggregate function "${expression.name}"`);
    case 'compare':
      return comparison(
        expression.operator,
        compile(expression.left, sources),
        compile(expression.right, sources),
      );
    case 'in': {
      const value = compile(expression.value, sources);
      const list = expression.list.map((entry) => compile(entry, sources));
      return (row) => negatable(isIn(value(row), list, row), expression.negated);
    }
    case 'null': {
      const value = compile(expression.value, sources);
      return (row) => (value(row) === null) !== expression.negated;
    }
    case 'like': {
      const value = compile(expression.value, sources);
      const pattern = compile(expression.pattern, sources);
      return (row) => negatable(matchesLike(value(row), pattern(row)), expression.negated);
    }
    case 'and':
    case 'or':
      return logical(expression.kind, compile(expression.left, sources), compile(expression.right, sources));
    case 'not': {
      const value = compile(expression.value, sources);
      return (row) => negatable(value(row), true);
    }
  }
}

/** Where a column is found: in the named table, else in the first one that has it. */
export function findColumn(
  { table, name }: { table: string | undefined; name: string },
  sources: readonly Source[],
): { source: number; column: number; clob: boolean } {
  for (const [source, { alias, table: spec }] of sources.entries()) {
    if (table !== undefined && table !== alias) continue;
    const column = spec.columns.indexOf(name);
    if (column >= 0) return { source, column, clob: spec.clobs.includes(name) };
  }
  throw new SqlError('column', `Column "${table === undefined ? name : `${table}.${name}`}" not found`);
}

function cast(value: Compiled, type: string): Compiled {
  if (/^(INT|INTEGER|BIGINT)$/.test(type)) return (row) => numberOrNull(value(row));
  return (row) => cellText(value(row));
}

function call(name: string, list: Compiled[]): Compiled {
  const first = (row: JoinedRow) => cellText(list[0]?.(row) ?? null);
  if (name === 'UPPER') return (row) => first(row)?.toUpperCase() ?? null;
  if (name === 'LOWER') return (row) => first(row)?.toLowerCase() ?? null;
  if (name === 'LENGTH') return (row) => first(row)?.length ?? null;
  if (name === 'COALESCE') {
    return (row) => list.map((entry) => entry(row)).find((cell) => cell !== null) ?? null;
  }
  throw new SqlError('function', `Function "${name}" not found`);
}

function comparison(operator: string, left: Compiled, right: Compiled): Compiled {
  return (row) => {
    const [a, b] = [left(row), right(row)];
    if (a === null || b === null) return null;
    const order = compareCells(a, b);
    if (operator === '=') return order === 0;
    if (operator === '<>' || operator === '!=') return order !== 0;
    if (operator === '<') return order < 0;
    if (operator === '>') return order > 0;
    return operator === '<=' ? order <= 0 : order >= 0;
  };
}

function isIn(value: Cell, list: Compiled[], row: JoinedRow): Cell {
  if (value === null) return null;
  return list.some((entry) => {
    const cell = entry(row);
    return cell !== null && compareCells(cell, value) === 0;
  });
}

/** SQL's three values: null is "unknown". */
function logical(kind: 'and' | 'or', left: Compiled, right: Compiled): Compiled {
  const decisive = kind === 'or';
  return (row) => {
    const values = new Set([left(row), right(row)]);
    if (values.has(decisive)) return decisive;
    return values.has(null) ? null : !decisive;
  };
}

function negatable(value: Cell, negated: boolean): Cell {
  if (value === null) return null;
  return negated ? value !== true : value;
}

function numberOrNull(cell: Cell): Cell {
  return cell === null ? null : Number(cellText(cell));
}
