import { syntaxError, tokenize, type Token } from './sql-tokens.ts';

/** Walks through the tokens of a statement. */
export type TokenReader = {
  peek(): Token;
  next(): Token;
  /** Takes the next token when it is this keyword or sign. */
  take(value: string): boolean;
  /** Takes it or fails. */
  expect(value: string): void;
  /** The next token as a name. */
  name(): string;
  /** Tokens taken so far; with `textFrom` the text of an expression can be shown. */
  position(): number;
  textFrom(position: number): string;
  fail(): never;
};

export function readTokens(sql: string): TokenReader {
  const tokens = tokenize(sql);
  let at = 0;
  const reader: TokenReader = {
    peek: () => tokens[at] ?? { kind: 'end', value: '', quoted: false },
    next() {
      const token = reader.peek();
      at += 1;
      return token;
    },
    take(value) {
      const token = reader.peek();
      const fits = token.value === value && !token.quoted && (token.kind === 'word' || token.kind === 'sign');
      if (fits) at += 1;
      return fits;
    },
    expect(value) {
      if (!reader.take(value)) reader.fail();
    },
    name() {
      const token = reader.next();
      if (token.kind !== 'word') reader.fail();
      return token.value;
    },
    position: () => at,
    textFrom: (position) =>
      tokens
        .slice(position, at)
        .map((token) => token.value)
        .join(''),
    fail() {
      throw syntaxError(sql);
    },
  };
  return reader;
}
