import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addCollaborator, addComment, addIssue, addLabel } from '../../../sandbox/gitbucket.ts';
import { startTrackerServer, type Answer, type TrackerServer } from './tracker-setup.ts';

type Table = { type: string; columns: string[]; rows: Record<string, string>[] };

let server: TrackerServer;
let cookie: string;
beforeEach(async () => {
  server = await startTrackerServer({ now: () => Date.UTC(2026, 10, 23, 19, 32, 44, 680) });
  cookie = await server.signIn('root');
});
afterEach(() => server.close());

function query(sql: string): Promise<Answer> {
  return server.page('/admin/dbviewer/_query', { cookie, form: { query: sql } });
}

async function rows(sql: string): Promise<Record<string, string>[]> {
  const answer = await query(sql);
  expect(answer.json()).toMatchObject({ type: 'query' });
  return (answer.json() as Table).rows;
}

describe('the database viewer', () => {
  test('answers a SELECT with columns and rows of text', async () => {
    const answer = await query('SELECT GROUP_NAME, USER_NAME, MANAGER FROM GROUP_MEMBER ORDER BY 1,2');
    expect([answer.status, answer.type]).toEqual([200, 'application/json']);
    expect(answer.json()).toEqual({
      type: 'query',
      columns: ['GROUP_NAME', 'USER_NAME', 'MANAGER'],
      rows: [
        { GROUP_NAME: 'team-a', USER_NAME: 'alice', MANAGER: 'true' },
        { GROUP_NAME: 'team-a', USER_NAME: 'bob', MANAGER: 'false' },
        { GROUP_NAME: 'team-b', USER_NAME: 'alice', MANAGER: 'false' },
        { GROUP_NAME: 'team-b', USER_NAME: 'bob', MANAGER: 'true' },
        { GROUP_NAME: 'team-b', USER_NAME: 'root', MANAGER: 'true' },
      ],
    });
  });

  test('answers an error with 200 and the words of H2', async () => {
    const answer = await query('SELECT nope FROM nope');
    expect([answer.status, answer.text]).toEqual([
      200,
      String.raw`{"type":"error","message":"org.h2.jdbc.JdbcSQLSyntaxErrorException: Table \"NOPE\" not found; SQL statement:\nSELECT nope FROM nope [42102-240]"}`,
    ]);
    expect((await query('SELECT NOPE FROM ACCOUNT')).text).toContain(
      String.raw`Column \"NOPE\" not found; SQL statement:\nSELECT NOPE FROM ACCOUNT [42122-240]`,
    );
    expect((await query('SELECT FROM WHERE')).json()).toMatchObject({ type: 'error' });
    expect((await query('WITH x AS (SELECT 1) SELECT * FROM x')).text).toContain(
      'Method is not allowed for a query',
    );
    expect((await query(' ')).json()).toEqual({ type: 'error', message: 'query is empty' });
  });

  test('is closed to everybody but a signed-in administrator', async () => {
    const form = { query: 'SELECT 1' };
    const alice = await server.signIn('alice');
    const basic = `Basic ${Buffer.from('root:root').toString('base64')}`;
    for (const call of [{}, { as: 'root' }, { cookie: alice }, { headers: { authorization: basic } }]) {
      const answer = await server.page('/admin/dbviewer/_query', { form, ...call });
      expect([answer.status, answer.text, answer.type]).toEqual([401, '', 'text/html;charset=utf-8']);
    }
  });

  test('shows CLOBs as handles unless they are cast', async () => {
    const { context } = server.gitbucket;
    addIssue(context, 'team-a/tracker', { title: "Alice's issue", author: 'alice', body: 'line1\r\nliné2' });
    expect(await rows('SELECT TITLE, CONTENT FROM ISSUE')).toEqual([
      { TITLE: "clob0: 'Alice''s issue'", CONTENT: String.raw`clob1: U&'line1\000d\000alin\00e92'` },
    ]);
    expect(
      await rows('SELECT CAST(TITLE AS VARCHAR) AS TITLE, CAST(CONTENT AS VARCHAR) AS CONTENT FROM ISSUE'),
    ).toEqual([{ TITLE: "Alice's issue", CONTENT: 'line1\r\nliné2' }]);
  });

  test('ignores aliases of plain columns, so that columns of one name collapse', async () => {
    addCollaborator(server.gitbucket.context, 'team-a/tracker', 'dave', 'GUEST');
    const from = 'FROM COLLABORATOR c JOIN ACCOUNT a ON c.COLLABORATOR_NAME = a.USER_NAME';
    const collapsed = await query(`SELECT c.USER_NAME AS "owner", a.USER_NAME AS "who" ${from}`);
    expect(collapsed.json()).toEqual({
      type: 'query',
      columns: ['USER_NAME', 'USER_NAME'],
      rows: [{ USER_NAME: 'team-a' }],
    });
    const apart = `SELECT c.USER_NAME, CAST(a.USER_NAME AS VARCHAR) AS WHO, c.ROLE ${from}`;
    expect(await rows(apart)).toEqual([{ USER_NAME: 'team-a', WHO: 'dave', ROLE: 'GUEST' }]);
  });

  test('knows accounts that no API shows, null as a word and times of the server', async () => {
    server.gitbucket.disable('carol');
    expect(
      await rows("SELECT USER_NAME, URL, REMOVED, REGISTERED_DATE FROM ACCOUNT WHERE USER_NAME = 'carol'"),
    ).toEqual([
      { USER_NAME: 'carol', URL: '<NULL>', REMOVED: 'true', REGISTERED_DATE: '2026-11-23 19:32:44.68' },
    ]);
  });

  test('tells where a repository was forked from', async () => {
    server.gitbucket.fork('team-a', 'tracker', 'bob');
    const sql =
      'SELECT USER_NAME, REPOSITORY_NAME, PARENT_USER_NAME, PARENT_REPOSITORY_NAME FROM REPOSITORY WHERE PARENT_USER_NAME IS NOT NULL';
    expect(await rows(sql)).toEqual([
      {
        USER_NAME: 'bob',
        REPOSITORY_NAME: 'tracker',
        PARENT_USER_NAME: 'team-a',
        PARENT_REPOSITORY_NAME: 'tracker',
      },
    ]);
  });

  test('has the events and labels that the API hides, and can count and page', async () => {
    const { context } = server.gitbucket;
    addLabel(context, 'team-a/tracker', { name: 'x', color: '000000' });
    addIssue(context, 'team-a/tracker', { title: 'a', author: 'alice', labels: ['x'], closed: true });
    addComment(context, 'team-a/tracker', 1, { author: 'bob', body: '3:Issue 3', action: 'refer' });
    expect(await rows('SELECT ACTION FROM ISSUE_COMMENT WHERE COMMENT_ID > 1 ORDER BY COMMENT_ID')).toEqual([
      { ACTION: 'refer' },
    ]);
    const labels =
      'SELECT L.LABEL_NAME FROM ISSUE_LABEL I JOIN LABEL L ON I.LABEL_ID = L.LABEL_ID AND I.USER_NAME = L.USER_NAME';
    expect(await rows(labels)).toEqual([{ LABEL_NAME: 'x' }]);
    expect(await rows("SELECT COUNT(*) AS N FROM ACCOUNT WHERE USER_NAME LIKE 'team-%'")).toEqual([
      { N: '2' },
    ]);
    expect(await rows('SELECT USER_NAME FROM ACCOUNT ORDER BY USER_NAME DESC LIMIT 2 OFFSET 1')).toEqual([
      { USER_NAME: 'team-a' },
      { USER_NAME: 'root' },
    ]);
    expect(
      await rows(
        "SELECT USER_NAME FROM ACCOUNT WHERE NOT (USER_NAME IN ('alice','bob') OR ADMINISTRATOR = TRUE) AND GROUP_ACCOUNT = FALSE",
      ),
    ).toEqual([{ USER_NAME: 'carol' }, { USER_NAME: 'dave' }]);
  });

  test('answers only the first of several statements', async () => {
    expect(await rows('SELECT VERSION FROM VERSIONS; DELETE FROM ACCOUNT')).toEqual([{ VERSION: '4.47.0' }]);
    expect(await rows('SELECT COUNT(*) AS N FROM ACCOUNT')).toEqual([{ N: '7' }]);
  });
});

async function failure(sql: string): Promise<string> {
  const answer = (await query(sql)).json() as { type: string; message: string };
  expect(answer.type).toBe('error');
  return answer.message;
}

describe('the language of the database viewer', () => {
  test('groups, and wants every other column in the GROUP BY list', async () => {
    const members = 'FROM GROUP_MEMBER GROUP BY GROUP_NAME';
    expect(
      await rows(`SELECT GROUP_NAME, COUNT(*) AS N, MAX(USER_NAME) AS LAST ${members} ORDER BY N DESC`),
    ).toEqual([
      { GROUP_NAME: 'team-b', N: '3', LAST: 'root' },
      { GROUP_NAME: 'team-a', N: '2', LAST: 'bob' },
    ]);
    expect(await rows(`SELECT GROUP_NAME ${members} HAVING COUNT(*) > 2`)).toEqual([
      { GROUP_NAME: 'team-b' },
    ]);
    const ungrouped = `SELECT USER_NAME, COUNT(*) ${members}`;
    expect(await failure(ungrouped)).toBe(
      `org.h2.jdbc.JdbcSQLSyntaxErrorException: Column "USER_NAME" must be in the GROUP BY list; SQL statement:\n${ungrouped} [90016-240]`,
    );
    expect(await failure('SELECT MANAGER, MAX(USER_NAME) FROM GROUP_MEMBER')).toContain('[90016-240]');
  });

  test('joins outer tables, sorts null before everything else and does not equal it to anything', async () => {
    const { context } = server.gitbucket;
    addIssue(context, 'team-a/tracker', { title: 'a', author: 'alice', assignees: ['bob'] });
    addIssue(context, 'team-a/tracker', { title: 'b', author: 'alice' });
    const assignees = 'FROM ISSUE I LEFT JOIN ISSUE_ASSIGNEE A ON A.ISSUE_ID = I.ISSUE_ID';
    const issue2 = { ISSUE_ID: '2', ASSIGNEE_USER_NAME: '<NULL>' };
    const issue1 = { ISSUE_ID: '1', ASSIGNEE_USER_NAME: 'bob' };
    const both = `SELECT I.ISSUE_ID, ASSIGNEE_USER_NAME ${assignees}`;
    expect(await rows(`${both} ORDER BY ASSIGNEE_USER_NAME`)).toEqual([issue2, issue1]);
    expect(await rows(`${both} ORDER BY ASSIGNEE_USER_NAME DESC`)).toEqual([issue1, issue2]);
    expect(await rows(`${both} WHERE NOT (ASSIGNEE_USER_NAME = 'alice')`)).toEqual([issue1]);
  });

  test('reads sub-selects, unions and texts with anything in them', async () => {
    expect(
      await rows(
        'SELECT USER_NAME FROM ACCOUNT WHERE USER_NAME NOT IN (SELECT USER_NAME FROM GROUP_MEMBER) AND NOT GROUP_ACCOUNT ORDER BY 1',
      ),
    ).toEqual([{ USER_NAME: 'carol' }, { USER_NAME: 'dave' }]);
    expect(await rows('SELECT OWNER FROM (SELECT USER_NAME AS OWNER FROM REPOSITORY)')).toEqual([
      { USER_NAME: 'team-a' },
    ]);
    expect(await rows("SELECT 'it''s; \"x\" FROM y' AS A UNION SELECT 'z' ORDER BY 1")).toEqual([
      { A: 'it\'s; "x" FROM y' },
      { A: 'z' },
    ]);
  });

  test('tells capitals in quoted names and in LIKE, but not in other names', async () => {
    const root = "from account where user_name = 'root'";
    expect(await rows(`select user_name, upper("USER_NAME") as "Caps" ${root}`)).toEqual([
      { USER_NAME: 'root', Caps: 'ROOT' },
    ]);
    expect(await failure(`SELECT "user_name" ${root}`)).toContain('Column "user_name" not found; SQL');
    expect(await failure('SELECT 1 FROM "account"')).toContain('Table "account" not found; SQL');
    expect(await rows("SELECT USER_NAME FROM ACCOUNT WHERE USER_NAME LIKE 'ROOT'")).toEqual([]);
  });

  test('compares and casts booleans as words', async () => {
    const managers =
      "SELECT USER_NAME, CAST(m.MANAGER AS VARCHAR) AS M FROM GROUP_MEMBER m WHERE GROUP_NAME = 'team-a'";
    expect(await rows(`${managers} ORDER BY 1`)).toEqual([
      { USER_NAME: 'alice', M: 'TRUE' },
      { USER_NAME: 'bob', M: 'FALSE' },
    ]);
    for (const condition of ["MANAGER = 'true'", 'MANAGER = TRUE', 'MANAGER', "m.MANAGER <> 'FALSE'"])
      expect(await rows(`${managers} AND ${condition}`), condition).toEqual([
        { USER_NAME: 'alice', M: 'TRUE' },
      ]);
  });

  test('pages with OFFSET alone and with FETCH', async () => {
    const from = "SELECT USER_NAME FROM ACCOUNT WHERE GROUP_ACCOUNT = 'false' ORDER BY USER_NAME";
    const names = async (page: string) => (await rows(`${from} ${page}`)).map((row) => row['USER_NAME']);
    expect(await names('OFFSET 3')).toEqual(['dave', 'root']);
    expect(await names('OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY')).toEqual(['bob', 'carol']);
    expect(await names('FETCH FIRST 1 ROW ONLY')).toEqual(['alice']);
    expect(await names('LIMIT 1 OFFSET 2')).toEqual(['carol']);
  });

  test.each([
    ['SELECT NOPE(1)', 'Function "NOPE" not found', 90022],
    ['SELECT A.NOPE FROM ACCOUNT A', 'Column "A.NOPE" not found', 42122],
    ['SELECT USER_NAME FROM REPOSITORY NATURAL JOIN ACCOUNT X JOIN LABEL ON 1 = 1', 'Ambiguous', 90059],
    ['SELECT 1 FROM ACCOUNT WHERE COUNT(*) > 1', 'Invalid use of aggregate function "COUNT"', 90054],
    ['SELECT 1 FROM NOPE.ACCOUNT', 'Schema "NOPE" not found', 90079],
    ['SELECT NAME FROM sqlite_master', 'Table "SQLITE_MASTER" not found', 42102],
    ['SELECT "open FROM ACCOUNT', 'Syntax error in SQL statement "SELECT "open FROM ACCOUNT[*]"', 42000],
    ['SELECT `USER_NAME` FROM ACCOUNT', 'Syntax error in SQL statement', 42000],
    ['SELECT USER_NAME FROM ACCOUNT WHERE USER_NAME == ?', 'Syntax error in SQL statement', 42000],
  ])('refuses %s in the words of H2', async (sql, words, code) => {
    const message = await failure(sql);
    expect(message).toContain(`org.h2.jdbc.JdbcSQLSyntaxErrorException: ${words}`);
    expect(message.endsWith(`; SQL statement:\n${sql} [${code}-240]`), message).toBe(true);
  });
});

const GROUP_MEMBER = { tableNames: 'GROUP_MEMBER' };

describe('the export', () => {
  test('always fails from 4.47 on', async () => {
    const answer = await server.page('/admin/export', { cookie, form: GROUP_MEMBER });
    expect([answer.status, answer.type]).toEqual([500, 'text/html;charset=utf-8']);
    expect(answer.text).toContain('<!DOCTYPE html>');
  });

  test('gives SQL that first deletes before, to administrators only', async () => {
    await server.close();
    server = await startTrackerServer({ version: '4.38' });
    cookie = await server.signIn('root');
    const answer = await server.page('/admin/export', { cookie, form: GROUP_MEMBER });
    expect([answer.status, answer.type]).toEqual([200, 'application/octet-stream;charset=utf-8']);
    expect(answer.text.split('\n').slice(0, 2)).toEqual([
      'DELETE FROM GROUP_MEMBER;',
      "INSERT INTO GROUP_MEMBER (GROUP_NAME, USER_NAME, MANAGER) VALUES ('team-a', 'alice', true);",
    ]);
    expect((await server.page('/admin/export', { form: GROUP_MEMBER })).status).toBe(401);
  });
});
