import type { Cell } from './table.ts';

/** A SELECT as far as the embedded database understands the language. */
export type Select = {
  distinct: boolean;
  items: SelectItem[];
  from: TableRef | undefined;
  joins: Join[];
  where: Expression | undefined;
  order: { by: Expression; descending: boolean }[];
  limit: number | undefined;
  offset: number;
};

export type SelectItem =
  | { kind: 'all' }
  | { kind: 'expression'; value: Expression; alias: string | undefined; text: string };

export type TableRef = { table: string; alias: string };

export type Join = { outer: boolean; right: TableRef; on: Expression };

export type Expression =
  | { kind: 'value'; value: Cell }
  | { kind: 'column'; table: string | undefined; name: string }
  | { kind: 'cast'; value: Expression; type: string }
  | { kind: 'call'; name: string; arguments: Expression[] }
  /** `COUNT(*)` and the like; an absent argument is the star. */
  | { kind: 'aggregate'; name: string; argument: Expression | undefined }
  | { kind: 'compare'; operator: string; left: Expression; right: Expression }
  | { kind: 'in'; value: Expression; list: Expression[]; negated: boolean }
  | { kind: 'null'; value: Expression; negated: boolean }
  | { kind: 'like'; value: Expression; pattern: Expression; negated: boolean }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'not'; value: Expression };

export const AGGREGATES: readonly string[] = ['COUNT', 'MAX', 'MIN'];
