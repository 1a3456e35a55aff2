import type { Cell } from './table.ts';

/** A value as Java prints it; times in the server's zone, which is UTC here. */
export function cellText(cell: Cell): string | null {
  if (cell === null) return null;
  return cell instanceof Date ? timestamp(cell) : String(cell);
}

/** java.sql.Timestamp: milliseconds without trailing zeros, at least one digit. */
function timestamp(date: Date): string {
  const [day, rest = ''] = date.toISOString().split('T');
  const fraction = rest.slice(9, 12).replace(/0{1,2}$/, '');
  return `${day} ${rest.slice(0, 8)}.${fraction}`;
}

/** A CLOB as the viewer shows it when it is not cast: a handle with the text as an SQL literal (gitbucket-observed A14). */
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
