import { SqlError } from './sql-error.ts';

export type Token = {
  kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  /** Words in capitals unless they were quoted; text without its quotes. */
  value: string;
  /** True for `"Name"`, which is no keyword. */
  quoted: boolean;
};

const PATTERN =
  /\s+|(?<word>[A-Za-z_][A-Za-z0-9_]*)|"(?<quoted>(?:[^"]|"")*)"|'(?<text>(?:[^']|'')*)'|(?<number>\d+(?:\.\d+)?)|(?<sign><>|!=|<=|>=|\|\||[(),.*=<>;+-])/y;

/** The tokens of the first statement; what follows its `;` is not looked at (gitbucket-observed A14). */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  while (pattern.lastIndex < sql.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(sql);
    if (!match) throw syntaxError(sql, start);
    const token = toToken(match.groups ?? {});
    if (token?.kind === 'sign' && token.value === ';') break;
    if (token) tokens.push(token);
  }
  tokens.push({ kind: 'end', value: '', quoted: false });
  return tokens;
}

export function syntaxError(sql: string, position = sql.length): SqlError {
  return new SqlError(
    'syntax',
    `Syntax error in SQL statement "${sql.slice(0, position)}[*]${sql.slice(position)}"`,
  );
}

function toToken(groups: Record<string, string | undefined>): Token | undefined {
  const { word, quoted, text, number, sign } = groups;
  if (word !== undefined) return { kind: 'word', value: word.toUpperCase(), quoted: false };
  if (quoted !== undefined) return { kind: 'word', value: quoted.replaceAll('""', '"'), quoted: true };
  if (text !== undefined) return { kind: 'text', value: text.replaceAll("''", "'"), quoted: false };
  if (number !== undefined) return { kind: 'number', value: number, quoted: false };
  return sign === undefined ? undefined : { kind: 'sign', value: sign, quoted: false };
}
