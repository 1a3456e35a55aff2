import { parseExpression } from './parse-expression.ts';
import type { Join, Select, SelectItem, TableRef } from './select.ts';
import { readTokens, type TokenReader } from './token-reader.ts';

const ENDS_OF_TABLE = new Set(['JOIN', 'INNER', 'LEFT', 'ON', 'WHERE', 'ORDER', 'LIMIT', 'OFFSET']);

/** Reads a SELECT, or fails with H2's words for what it cannot read. */
export function parseSelect(sql: string): Select {
  const tokens = readTokens(sql);
  tokens.expect('SELECT');
  const select: Select = {
    distinct: tokens.take('DISTINCT'),
    items: separated(tokens, parseItem),
    from: tokens.take('FROM') ? parseTable(tokens) : undefined,
    joins: parseJoins(tokens),
    where: tokens.take('WHERE') ? parseExpression(tokens) : undefined,
    order: parseOrder(tokens),
    limit: tokens.take('LIMIT') ? parseCount(tokens) : undefined,
    offset: tokens.take('OFFSET') ? parseCount(tokens) : 0,
  };
  if (tokens.peek().kind !== 'end') tokens.fail();
  return select;
}

function separated<T>(tokens: TokenReader, parse: (tokens: TokenReader) => T): T[] {
  const list = [parse(tokens)];
  while (tokens.take(',')) list.push(parse(tokens));
  return list;
}

function parseItem(tokens: TokenReader): SelectItem {
  if (tokens.take('*')) return { kind: 'all' };
  const start = tokens.position();
  const value = parseExpression(tokens);
  const text = tokens.textFrom(start);
  const named = tokens.take('AS') || (tokens.peek().kind === 'word' && tokens.peek().value !== 'FROM');
  return { kind: 'expression', value, alias: named ? tokens.name() : undefined, text };
}

function parseTable(tokens: TokenReader): TableRef {
  const table = tokens.name();
  const token = tokens.peek();
  const named =
    tokens.take('AS') || (token.kind === 'word' && (token.quoted || !ENDS_OF_TABLE.has(token.value)));
  return { table, alias: named ? tokens.name() : table };
}

function parseJoins(tokens: TokenReader): Join[] {
  const joins: Join[] = [];
  while (['JOIN', 'INNER', 'LEFT'].includes(tokens.peek().value)) {
    const outer = tokens.take('LEFT');
    if (outer) tokens.take('OUTER');
    else tokens.take('INNER');
    tokens.expect('JOIN');
    const right = parseTable(tokens);
    tokens.expect('ON');
    joins.push({ outer, right, on: parseExpression(tokens) });
  }
  return joins;
}

function parseOrder(tokens: TokenReader): Select['order'] {
  if (!tokens.take('ORDER')) return [];
  tokens.expect('BY');
  return separated(tokens, () => {
    const by = parseExpression(tokens);
    const descending = tokens.take('DESC');
    if (!descending) tokens.take('ASC');
    return { by, descending };
  });
}

function parseCount(tokens: TokenReader): number {
  const token = tokens.next();
  return token.kind === 'number' ? Number(token.value) : tokens.fail();
}
