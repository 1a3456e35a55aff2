import * as z from 'zod';
import type { Failure } from '../failures/failure.ts';
import { isServerTrouble } from '../failures/index.ts';
import { serverError } from '../failures/network.ts';
import type { RepositoryName } from '../model/source.ts';
import { excerpt, type HttpAnswer } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import { isTurnedAway } from './client.ts';
import { once } from '../net/once.ts';
import type { GitBucketSession } from './session.ts';

/**
 * What is asked of the database viewer, which an administrator has since 4.21 (GB-172): nothing but these. The second of
 * two is for databases that do not understand the first (GB-177). Hashes of passwords are not in them.
 */
const queries = {
  ACCOUNT: [
    `SELECT USER_NAME, FULL_NAME, MAIL_ADDRESS, ADMINISTRATOR, GROUP_ACCOUNT, REMOVED, REGISTERED_DATE, LAST_LOGIN_DATE, IMAGE, CASE WHEN PASSWORD = '' THEN 'none' WHEN PASSWORD = '[DUMMY]' THEN 'dummy' ELSE 'own' END AS SIGN_IN FROM ACCOUNT`,
  ],
  ACCOUNT_EXTRA_MAIL_ADDRESS: ['SELECT * FROM ACCOUNT_EXTRA_MAIL_ADDRESS'],
  ACCOUNT_FEDERATION: ['SELECT * FROM ACCOUNT_FEDERATION'],
  GROUP_MEMBER: ['SELECT GROUP_NAME, USER_NAME, MANAGER FROM GROUP_MEMBER'],
  SSH_KEY: [
    'SELECT USER_NAME, SSH_KEY_ID, TITLE, CAST(PUBLIC_KEY AS VARCHAR) AS KEY_TEXT FROM SSH_KEY',
    'SELECT USER_NAME, SSH_KEY_ID, TITLE, PUBLIC_KEY FROM SSH_KEY',
  ],
  // The description is a CLOB and only shows its handle; nobody reads it here.
  REPOSITORY: ['SELECT * FROM REPOSITORY'],
  COLLABORATOR: ['SELECT * FROM COLLABORATOR'],
  PROTECTED_BRANCH: ['SELECT * FROM PROTECTED_BRANCH'],
  PROTECTED_BRANCH_REQUIRE_CONTEXT: ['SELECT * FROM PROTECTED_BRANCH_REQUIRE_CONTEXT'],
  PROTECTED_BRANCH_RESTRICTION: ['SELECT * FROM PROTECTED_BRANCH_RESTRICTION'],
  DEPLOY_KEY: [
    'SELECT USER_NAME, REPOSITORY_NAME, DEPLOY_KEY_ID, TITLE, ALLOW_WRITE, CAST(PUBLIC_KEY AS VARCHAR) AS KEY_TEXT FROM DEPLOY_KEY',
    'SELECT USER_NAME, REPOSITORY_NAME, DEPLOY_KEY_ID, TITLE, ALLOW_WRITE, PUBLIC_KEY FROM DEPLOY_KEY',
  ],
  WEB_HOOK: ['SELECT * FROM WEB_HOOK'],
  WEB_HOOK_EVENT: ['SELECT * FROM WEB_HOOK_EVENT'],
} as const satisfies Record<string, readonly string[]>;

export type TableName = keyof typeof queries;

/** One row, by the names of its columns in capitals. */
export type Row = {
  /** Null when it is NULL, and when this version has no such column. */
  text(column: string): string | null;
  /** As `text`, true for what any database writes for true. */
  flag(column: string): boolean | null;
};

/** GitBucket's database as an administrator sees it. */
export type GitBucketDatabase = {
  /** All rows of a table, read once; null when they cannot be had: no such login, no such table. */
  rows(table: TableName): Promise<readonly Row[] | null>;
  /** Those of one account. */
  rowsOf(table: TableName, login: string): Promise<readonly Row[] | null>;
  /** Those of one repository; null also for one that was not there when they were read. */
  rowsOfRepository(table: TableName, repository: RepositoryName): Promise<readonly Row[] | null>;
  /**
   * The rows of one repository that the first of these queries gives which the database understands; null when it
   * understands none (no such table), or nobody may ask. Nothing is kept. In a query `:owner`, `:name` and `:numbers`
   * stand for values.
   */
  select(queries: readonly string[], values: QueryValues): Promise<readonly Row[] | null>;
  /** The next question for it reads it anew. */
  forget(table: TableName): void;
};

const path = '/admin/dbviewer/_query';

/** No such table or column, or another dialect, in the words of H2, MySQL and PostgreSQL. */
const notUnderstood = /syntax|not found|does(?:n't| not) exist|unknown (?:column|table)/i;

/** What a query of one repository is about. */
export type QueryValues = RepositoryName & { numbers?: readonly number[] };

const Answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('query'), rows: z.array(z.record(z.string(), z.string())) }),
  z.object({ type: z.literal('error'), message: z.string().default('') }),
]);

type Table = { rows: readonly Row[]; byKey: Map<string, Row[]> };

/** `web` sends no token: pages take none (GB-165). */
export function createDatabase(web: Http, session: GitBucketSession): GitBucketDatabase {
  const tables = new Map<TableName, () => Promise<Table | null>>();
  /** Those that this database does not understand: one try is enough. */
  const strange = new Set<string>();
  let closed = false;
  let opened = false;

  async function ask(query: string): Promise<readonly Row[] | { error: string } | null> {
    const cookie = await session.cookie();
    if (cookie === null || closed) return null;
    const request = {
      method: 'POST',
      path,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ query }).toString(),
      asks: true,
    } as const;
    const answer = await web.send(request).catch((error: unknown) => {
      if (!opened && (isTurnedAway(error) || isServerTrouble(error))) return null;
      throw error;
    });
    const read = answer?.status === 200 ? Answer.safeParse(answer.body).data : undefined;
    if (read === undefined) {
      // Half of what it knows would look like the whole.
      if (opened) throw noMore(path, answer);
      // Nobody but an administrator is answered, and nobody before 4.21.
      closed = true;
      return null;
    }
    opened = true;
    return read.type === 'query' ? read.rows.map((row) => rowOf(row)) : { error: read.message };
  }

  async function read(table: TableName): Promise<Table | null> {
    for (const query of queries[table]) {
      const rows = await ask(query);
      if (rows === null) return null;
      if (!('error' in rows)) return { rows, byKey: grouped(table, rows) };
    }
    return null;
  }

  function tableOf(table: TableName): Promise<Table | null> {
    const found = tables.get(table) ?? once(() => read(table));
    tables.set(table, found);
    return found();
  }

  async function rowsOf(table: TableName, key: string): Promise<readonly Row[] | null> {
    const found = await tableOf(table);
    return found === null ? null : (found.byKey.get(key) ?? []);
  }

  return {
    rows: async (table) => (await tableOf(table))?.rows ?? null,
    rowsOf,
    async rowsOfRepository(table, { owner, name }) {
      const there = await rowsOf('REPOSITORY', `${owner}/${name}`);
      return there === null || there.length === 0 ? null : rowsOf(table, `${owner}/${name}`);
    },
    async select(choice, values) {
      if (!isPlain(values)) return null;
      for (const query of choice) {
        if (strange.has(query)) continue;
        const rows = await ask(filled(query, values));
        if (rows === null) return null;
        if (!('error' in rows)) return rows;
        // What passes must not look like a table that this version does not have.
        if (!notUnderstood.test(rows.error)) throw noMore(path, { status: 200, body: rows.error });
        strange.add(query);
      }
      return null;
    },
    forget: (table) => tables.delete(table),
  };
}

/** A backslash means itself in H2 and PostgreSQL only. */
function isPlain({ owner, name }: RepositoryName): boolean {
  return !`${owner}${name}`.includes('\\');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function filled(query: string, { owner, name, numbers = [] }: QueryValues): string {
  const values: Readonly<Record<string, string>> = {
    owner: quoted(owner),
    name: quoted(name),
    numbers: numbers.map((number) => String(Math.trunc(number))).join(', '),
  };
  return query.replaceAll(/:(owner|name|numbers)\b/g, (_all, key: string) => values[key] ?? '');
}

function noMore(path: string, answer: Pick<HttpAnswer, 'status' | 'body'> | null): Failure {
  const detail = excerpt(answer?.body);
  return serverError(`POST ${path}`, { server: 'GitBucket', status: answer?.status ?? 0, detail });
}

function rowOf(given: Readonly<Record<string, string>>): Row {
  const cells = new Map(Object.entries(given).map(([name, value]) => [name.toUpperCase(), value]));
  function text(column: string): string | null {
    const value = cells.get(column);
    return value === undefined || value === '<NULL>' ? null : value;
  }
  return {
    text,
    flag(column) {
      const value = text(column);
      return value === null ? null : /^(?:true|t|1)$/i.test(value);
    },
  };
}

function keyOf(table: TableName, row: Row): string {
  if (table === 'GROUP_MEMBER') return row.text('GROUP_NAME') ?? '';
  const repository = row.text('REPOSITORY_NAME');
  return repository === null ? (row.text('USER_NAME') ?? '') : `${row.text('USER_NAME')}/${repository}`;
}

function grouped(table: TableName, rows: readonly Row[]): Map<string, Row[]> {
  const byKey = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(table, row);
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [row]);
    else same.push(row);
  }
  return byKey;
}
