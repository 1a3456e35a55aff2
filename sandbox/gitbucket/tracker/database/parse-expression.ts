import { AGGREGATES, type Expression } from './select.ts';
import type { TokenReader } from './token-reader.ts';

const COMPARISONS = ['=', '<>', '!=', '<=', '>=', '<', '>'];

/** OR binds weakest, then AND, NOT, comparisons. */
export function parseExpression(tokens: TokenReader): Expression {
  let left = parseAnd(tokens);
  while (tokens.take('OR')) left = { kind: 'or', left, right: parseAnd(tokens) };
  return left;
}

function parseAnd(tokens: TokenReader): Expression {
  let left = parseNot(tokens);
  while (tokens.take('AND')) left = { kind: 'and', left, right: parseNot(tokens) };
  return left;
}

function parseNot(tokens: TokenReader): Expression {
  return tokens.take('NOT') ? { kind: 'not', value: parseNot(tokens) } : parseComparison(tokens);
}

function parseComparison(tokens: TokenReader): Expression {
  const left = parseOperand(tokens);
  if (tokens.take('IS')) {
    const negated = tokens.take('NOT');
    tokens.expect('NULL');
    return { kind: 'null', value: left, negated };
  }
  const operator = COMPARISONS.find((sign) => tokens.take(sign));
  if (operator) return { kind: 'compare', operator, left, right: parseOperand(tokens) };
  const negated = tokens.take('NOT');
  if (tokens.take('IN')) return { kind: 'in', value: left, list: parseList(tokens), negated };
  if (tokens.take('LIKE')) return { kind: 'like', value: left, pattern: parseOperand(tokens), negated };
  return negated ? tokens.fail() : left;
}

function parseOperand(tokens: TokenReader): Expression {
  if (tokens.take('(')) {
    const inner = parseExpression(tokens);
    tokens.expect(')');
    return inner;
  }
  const token = tokens.next();
  if (token.kind === 'text') return { kind: 'value', value: token.value };
  if (token.kind === 'number') return { kind: 'value', value: Number(token.value) };
  if (token.kind !== 'word') return tokens.fail();
  if (token.quoted) return parseColumn(tokens, token.value);
  if (token.value === 'NULL') return { kind: 'value', value: null };
  if (token.value === 'TRUE' || token.value === 'FALSE') {
    return { kind: 'value', value: token.value === 'TRUE' };
  }
  return tokens.take('(') ? parseCall(tokens, token.value) : parseColumn(tokens, token.value);
}

function parseColumn(tokens: TokenReader, first: string): Expression {
  if (!tokens.take('.')) return { kind: 'column', table: undefined, name: first };
  return { kind: 'column', table: first, name: tokens.name() };
}

/** After the opening parenthesis. */
function parseCall(tokens: TokenReader, name: string): Expression {
  if (name === 'CAST') return parseCast(tokens);
  if (AGGREGATES.includes(name)) {
    const argument = tokens.take('*') ? undefined : parseExpression(tokens);
    tokens.expect(')');
    return { kind: 'aggregate', name, argument };
  }
  const list: Expression[] = [];
  while (!tokens.take(')')) {
    list.push(parseExpression(tokens));
    if (tokens.peek().value !== ')') tokens.expect(',');
  }
  return { kind: 'call', name, arguments: list };
}

function parseCast(tokens: TokenReader): Expression {
  const value = parseExpression(tokens);
  tokens.expect('AS');
  const type = tokens.name();
  while (tokens.peek().kind === 'word') tokens.next();
  if (tokens.take('(')) {
    tokens.next();
    tokens.expect(')');
  }
  tokens.expect(')');
  return { kind: 'cast', value, type };
}

function parseList(tokens: TokenReader): Expression[] {
  tokens.expect('(');
  const list: Expression[] = [];
  do list.push(parseExpression(tokens));
  while (tokens.take(','));
  tokens.expect(')');
  return list;
}
