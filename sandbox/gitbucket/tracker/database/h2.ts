import type { SqlValue } from 'sql.js';
import { wallClock } from '../../dates.ts';
import type { SqliteColumn } from './sqlite.ts';
import { TABLES } from './tables.ts';

/** Text, a name in quotes, or what is outside of quotes; a lone quote is left to SQLite to refuse. */
const PIECES = /'(?:[^']|'')*'|"(?<name>(?:[^"]|"")*)"|[^'";]+|./g;

/** H2 tells small letters from capitals in quoted names, SQLite does not: with this mark they fit no other name. */
const SMALL = '\u{200b}';

/** What SQLite would understand outside of quotes and H2 does not. */
const ONLY_SQLITE = /[[{`?@$:]|==|\b(?:GLOB|INDEXED)\b/i;
const SQLITE_TABLES = /\b(?:SQLITE|PRAGMA)_\w+/i;

/** A BOOLEAN is 0 or 1 in SQLite; H2 casts it to a word in capitals and compares it with words, too. */
const BOOLEANS = TABLES.flatMap(({ columns }) => columns.filter(({ type }) => type === 'BOOLEAN'));
const BOOLEAN = String.raw`((?:\w+\.)?(?:${BOOLEANS.map(({ name }) => name).join('|')}))`;
const CAST_OF_BOOLEAN = new RegExp(String.raw`\bCAST\s*\(\s*${BOOLEAN}\s+AS(?=\s+(?:VAR)?CHAR)`, 'g');
const BOOLEAN_IS = new RegExp(String.raw`\b${BOOLEAN}\s*(?:=|<>|!=)\s*$`);

/** H2 2.x, there since 4.43, has no longer VARCHAR, and an explicit cast cuts without a word (GB-244). */
const LONGEST_TEXT = 1_048_576;
const CAST_TO_TEXT = /(\bCAST\s*\(\s*\w+\s+AS\s+VARCHAR\s*\))\s+AS\b/g;

/** `OFFSET n` without LIMIT, and the standard's way to say both. */
const OFFSET =
  /(?<!\bLIMIT\s+\d+\s+)\bOFFSET\s+(?<skip>\d+)(?:\s+ROWS?\b)?(?:\s+FETCH\s+(?:FIRST|NEXT)\s+(?<take>\d+)\s+ROWS?\s+ONLY\b)?/g;
const FETCH = /\bFETCH\s+(?:FIRST|NEXT)\s+(\d+)\s+ROWS?\s+ONLY\b/g;

/** Code and text of H2 for what SQLite says. */
const FAULTS: readonly [sqlite: RegExp, code: number, h2: string][] = [
  [/^no such table: (\w+)\.\w+/, 90079, 'Schema "$1" not found'],
  [/^no such table: (.+)/, 42102, 'Table "$1" not found'],
  [/^no such column: (.+)/, 42122, 'Column "$1" not found'],
  [/^ambiguous column name: (.+)/, 90059, 'Ambiguous column name "$1"'],
  [/^no such function: (.+)/, 90022, 'Function "$1" not found'],
  [/^misuse of aggregate(?: function)?:? (\w+).*/, 90054, 'Invalid use of aggregate function "$1"'],
];

/** What H2 throws; the viewer shows its text with status 200 (GB-172). */
export class H2Error extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'H2Error';
    this.code = code;
  }
}

/**
 * The first statement of a query (GB-174) as SQLite reads it: names in capitals unless they are quoted,
 * quoted ones in backticks, for SQLite takes unknown names in double quotes for text.
 */
export function toSqlite(query: string, minor = Infinity): string {
  if (!/^\s*select/i.test(query)) {
    const hint = 'Use execute or executeQuery instead of executeUpdate';
    throw new H2Error(90001, `Method is not allowed for a query. ${hint}`);
  }
  const statement: string[] = [];
  for (const { 0: piece, groups } of query.matchAll(PIECES)) {
    if (piece === ';') break;
    const name = groups?.['name'];
    if (name !== undefined) statement.push(quotedName(name.replaceAll('""', '"')));
    else if (!piece.startsWith("'")) statement.push(unquoted(piece, query));
    else statement.push(BOOLEAN_IS.test(statement.at(-1) ?? '') ? booleanWord(piece) : piece);
  }
  const sql = statement.join('').trim();
  return minor < 43 ? sql : sql.replaceAll(CAST_TO_TEXT, `SUBSTR($1, 1, ${LONGEST_TEXT}) AS`);
}

function booleanWord(text: string): string {
  return text.replace(/^'(true|false)'$/i, '$1');
}

function quotedName(name: string): string {
  const marked = name === name.toUpperCase() ? name : name + SMALL;
  return `\`${marked.replaceAll('`', '``')}\``;
}

function unquoted(piece: string, query: string): string {
  if (ONLY_SQLITE.test(piece)) throw syntaxError(query);
  const table = SQLITE_TABLES.exec(piece)?.[0].toUpperCase();
  if (table !== undefined) throw new H2Error(42102, `Table "${table}" not found`);
  return piece
    .toUpperCase()
    .replace(CAST_OF_BOOLEAN, "CAST(CASE $1 WHEN TRUE THEN 'TRUE' WHEN FALSE THEN 'FALSE' END AS")
    .replace(OFFSET, (_all, skip: string, take = '-1') => `LIMIT ${take} OFFSET ${skip}`)
    .replace(FETCH, 'LIMIT $1');
}

/** A column that is neither grouped nor aggregated: SQLite takes any row's, H2 refuses it. Sub-selects are not checked. */
export function refuseUngrouped(sql: string, columns: readonly SqliteColumn[]): void {
  const bare = sql.replaceAll(/'(?:[^']|'')*'/g, "''");
  if (bare.match(/\bSELECT\b/g)?.length !== 1) return;
  const list = /\bGROUP\s+BY\b(.*?)(?:\b(?:HAVING|ORDER|LIMIT|OFFSET)\b|$)/s.exec(bare)?.[1];
  if (list === undefined && !/\b(?:COUNT|SUM|AVG|MIN|MAX)\s*\(/.test(bare)) return;
  const grouped = new Set(list?.match(/\w+/g));
  const loose = columns.find(({ origin, label }) => origin && !grouped.has(origin) && !grouped.has(label));
  if (loose) throw new H2Error(90016, `Column "${loose.origin}" must be in the GROUP BY list`);
}

/** A fault that SQLite found, in the words of H2; what is none of the known ones is one of syntax. */
export function toH2Error({ message }: Error, query: string): H2Error {
  for (const [sqlite, code, h2] of FAULTS) {
    if (sqlite.test(message)) return new H2Error(code, message.replaceAll(SMALL, '').replace(sqlite, h2));
  }
  return syntaxError(query);
}

function syntaxError(query: string): H2Error {
  return new H2Error(42000, `Syntax error in SQL statement "${query}[*]"`);
}

/** The text of Java's exception; the last number is H2's build: 2.4.240 from 4.43 on, 1.4.199 before. */
export function errorText({ code, message }: H2Error, query: string, minor: number): string {
  const kind = code === 90001 ? 'JdbcSQLNonTransientException' : 'JdbcSQLSyntaxErrorException';
  return `org.h2.jdbc.${kind}: ${message}; SQL statement:\n${query} [${code}-${minor >= 43 ? 240 : 199}]`;
}

/** What JDBC calls label and name of a column: an alias is the name only of computed ones (GB-173). */
export function jdbcNames({ label, origin }: SqliteColumn): { label: string; name: string } {
  const alias = label.replaceAll(SMALL, '').replaceAll(/(?<=\()\s+|\s+(?=\))/g, '');
  return { label: alias, name: origin ?? alias };
}

/** A value as Java prints it. */
export function valueText(value: SqlValue, type: string): string | null {
  if (value === null) return null;
  return type === 'BOOLEAN' ? String(value === 1) : String(value);
}

/** java.sql.Timestamp: milliseconds without trailing zeros, at least one digit, as the clocks in that zone show it. */
export function timestamp(date: Date, timeZone: string): string {
  const fraction = date
    .toISOString()
    .slice(20, 23)
    .replace(/0{1,2}$/, '');
  return `${wallClock(date, timeZone)}.${fraction}`;
}

/** A CLOB as the viewer shows it when it is not cast: a handle with the text as an SQL literal (GB-173). */
export function clobHandle(text: string, number: number): string {
  if (/^[ -~]*$/.test(text)) return `clob${number}: '${text.replaceAll("'", "''")}'`;
  return `clob${number}: U&'${text.replaceAll(/[^ -~]|['\\]/gu, escaped)}'`;
}

function escaped(char: string): string {
  if (char === "'") return "''";
  if (char === '\\') return '\\\\';
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code > 0xffff ? `\\+${hex.padStart(6, '0')}` : `\\${hex.padStart(4, '0')}`;
}
