export type SqlFault = 'syntax' | 'table' | 'column' | 'function' | 'method';

const CODES: Record<SqlFault, number> = {
  syntax: 42000,
  table: 42102,
  column: 42122,
  function: 90022,
  method: 90001,
};

/** What H2 throws; the viewer shows its text with status 200 (gitbucket-observed R61). */
export class SqlError extends Error {
  readonly fault: SqlFault;

  constructor(fault: SqlFault, message: string) {
    super(message);
    this.name = 'SqlError';
    this.fault = fault;
  }
}

/** The text of Java's exception; the last number is H2's build: 2.4.240 from 4.43 on, 1.4.199 before. */
export function sqlErrorText(error: SqlError, sql: string, minor: number): string {
  const kind =
    error.fault === 'method' || error.fault === 'function'
      ? 'JdbcSQLNonTransientException'
      : 'JdbcSQLSyntaxErrorException';
  const build = minor >= 43 ? 240 : 199;
  return `org.h2.jdbc.${kind}: ${error.message}; SQL statement:\n${sql} [${CODES[error.fault]}-${build}]`;
}
