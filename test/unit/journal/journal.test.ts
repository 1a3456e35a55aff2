import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { workDirLost } from '../../../src/failures/usage.ts';
import { historyAt, journalled, type StepHistory, type StepRecord } from '../../../src/journal/history.ts';
import { journalFile, openJournal, readJournal, type Journal } from '../../../src/journal/journal.ts';
import { CodeData } from '../../../src/plan/known-refs.ts';

const servers = { source: 'http://source.example.com', target: 'http://target.example.com' };
const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gb2gl-journal-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function opened(run = 'r1'): Promise<Journal> {
  return openJournal({ directory, servers, run, now: () => Date.parse('2026-01-02T03:04:05Z') });
}

async function write(...records: StepRecord[]): Promise<void> {
  const journal = await opened();
  for (const record of records) await journal.record(record);
  await journal.close();
}

const made: StepRecord = {
  item: 'team/one',
  step: 'project',
  status: 'done',
  target: { id: 7, path: 'team/one' },
};
const begun: StepRecord = {
  item: 'team/one',
  step: 'code',
  status: 'started',
  data: { refs: { 'refs/heads/main': [A] } },
};

test('what was recorded is known to the next run', async () => {
  await write(made, begun);

  const journal = await opened('r2');
  expect(journal.history.items.get('team/one')).toMatchObject({
    target: { id: 7, path: 'team/one' },
    steps: new Map([
      ['project', { status: 'done', data: {}, check: null, code: null, at: expect.any(String) as string }],
      [
        'code',
        {
          status: 'started',
          data: { refs: { 'refs/heads/main': [A] } },
          check: null,
          code: null,
          at: expect.any(String) as string,
        },
      ],
    ]),
  });
  await journal.close();
});

/** What the file says of the step that moves refs. */
async function known(): Promise<StepHistory | undefined> {
  const { history } = await readJournal(journalFile(directory));
  return history.items.get('team/one')?.steps.get('code');
}

function record(status: StepRecord['status'], data: Record<string, unknown>, step = 'code'): StepRecord {
  return { item: 'team/one', step, status, data };
}

test('a later record adds to what the step knows, replaces it, and takes it out; other steps keep theirs', async () => {
  await write(
    record('started', { refs: { a: [A], b: [A] } }),
    record('started', { head: 'main' }, 'default-branch'),
    record('started', { refs: { a: [A, B] } }),
  );
  expect((await known())?.data).toEqual({ refs: { a: [A, B], b: [A] } });
  await write(record('done', { refs: { a: [B], b: null }, left: { c: { id: A } } }));
  expect((await known())?.data).toEqual({ refs: { a: [B] }, left: { c: { id: A } } });
  await write(record('done', { left: null }), record('done', {}));
  expect((await known())?.data).toEqual({ refs: { a: [B] } });
  const { history } = await readJournal(journalFile(directory));
  expect(history.items.get('team/one')?.steps.get('default-branch')?.data).toEqual({ head: 'main' });
});

test('what was done with a project that is gone tells nothing of the one that is made in its place', async () => {
  const other = { id: 8, path: 'team/one' };
  const code = { name: 'code', data: CodeData };
  await write(made, begun);
  const before = (await readJournal(journalFile(directory))).history.items.get('team/one');
  expect(journalled(historyAt(before, 7), code)).not.toBeNull();
  expect(historyAt(before, null)).toMatchObject({ target: null, steps: new Map() });
  expect(historyAt(before, 8)).toMatchObject({ target: null, steps: new Map() });

  const muted = record('started', { off: { mails: { on: true } } }, 'quiet');
  await write({ ...record('started', { made: true }, 'project'), anew: true }, muted);
  const { history } = await readJournal(journalFile(directory));
  const open = history.items.get('team/one');
  // The one of before was perhaps only hidden from the token.
  expect(journalled(historyAt(open, 7), code)).not.toBeNull();
  expect([...(historyAt(open, 8)?.steps.keys() ?? [])]).toEqual(['project', 'quiet']);

  await write({ ...made, target: other });
  const after = (await readJournal(journalFile(directory))).history.items.get('team/one');
  expect(after?.target).toEqual(other);
  expect([...(after?.steps ?? [])].map(([step, { data }]) => [step, data])).toEqual([
    ['project', { made: true }],
    ['quiet', { off: { mails: { on: true } } }],
  ]);
});

test('a proof is known until the next one; the code of a failure until the step is through', async () => {
  const step = { item: 'team/one', step: 'code' };
  const first = { state: 'refused', hash: 'h1' } as const;
  const second = { state: 'proven', hash: null } as const;
  await write({ ...step, status: 'done', check: first }, { ...step, status: 'failed', code: 'fetch-failed' });
  expect(await known()).toMatchObject({ status: 'failed', data: {}, check: first, code: 'fetch-failed' });
  await write({ ...step, status: 'done', check: second });
  expect(await known()).toEqual({
    status: 'done',
    data: {},
    check: second,
    code: null,
    at: expect.any(String) as string,
    place: null,
  });
});

test('what is not what a step writes is a damaged journal, and not its business when it wrote nothing', async () => {
  await write(begun, { ...begun, item: 'team/two', data: { refs: { 'refs/heads/main': ['short'] } } });
  const { history } = await readJournal(journalFile(directory));
  const code = { name: 'code', data: CodeData };
  expect(journalled(history.items.get('team/one'), code)).toEqual({ refs: { 'refs/heads/main': [A] } });
  expect(journalled(history.items.get('team/one'), { name: 'wiki', data: CodeData })).toBe(null);
  expect(journalled(undefined, code)).toBe(null);
  expect(() => journalled(history.items.get('team/two'), code)).toThrow(
    expect.objectContaining({
      code: 'journal-damaged',
      words: expect.objectContaining({ detail: expect.stringContaining('refs.refs/heads/main.0') as string }),
    }),
  );
});

test('what a step knows is not copied at each look, and shows what this run records later', async () => {
  await write(begun);
  const journal = await opened();
  const code = { name: 'code', data: CodeData };
  const look = (): CodeData | null => journalled(journal.history.items.get('team/one'), code);
  const first = look();
  await journal.record(record('done', { refs: { 'refs/heads/more': [B] } }));
  await journal.close();
  expect(look()).toBe(first);
  expect(first?.refs).toEqual({ 'refs/heads/main': [A], 'refs/heads/more': [B] });
});

test('an unfinished last line is dropped, and the next record begins a line of its own', async () => {
  await write(made);
  await appendFile(journalFile(directory), '{"v":1,"type":"step","item":"team/tw\u00f6');

  await write({ item: 'team/three', step: 'code', status: 'done' });

  const { history, torn } = await readJournal(journalFile(directory));
  expect(torn).toBe(false);
  expect([...history.items.keys()]).toEqual(['team/one', 'team/three']);
});

test('half a character at the end of an unfinished line does no harm to the lines before', async () => {
  await write({ item: 'team/w\u00f6rter', step: 'code', status: 'done' });
  const file = journalFile(directory);
  const whole = await readFile(file);
  await appendFile(file, Buffer.from([0x7b, 0x22, 0xc3]));

  await (await opened()).close();

  expect(await readFile(file)).toEqual(whole);
});

test.each([
  ['is not JSON', 'not json', 'it is not JSON'],
  ['is of a newer version', '{"v":2,"type":"step"}', 'newer gb2gl (journal version 2)'],
  ['is of an unknown kind', '{"v":1,"type":"dance"}', 'Invalid'],
  ['is empty', '', 'it is not JSON'],
])('a line in the middle that %s is an error that names file and line', async (_case, line, detail) => {
  await write(made);
  const file = journalFile(directory);
  const text = await readFile(file, 'utf8');
  await writeFile(file, `${text}${line}\n${text.split('\n')[1]}\n`);

  await expect(opened()).rejects.toMatchObject({
    code: 'journal-damaged',
    object: file,
    words: { line: 3, detail: expect.stringContaining(detail) as string },
  });
});

test('a journal of other servers is refused, and names them', async () => {
  await write(made);
  const other = { ...servers, target: 'http://other.example.com' };

  await expect(openJournal({ directory, servers: other, run: 'r', now: Date.now })).rejects.toMatchObject({
    code: 'journal-of-others',
    words: { target: servers.target },
  });
});

test('servers that have moved to https are those of before, and are known by that after the next effect', async () => {
  await write(made);
  const now = { source: 'https://SOURCE.example.com./', target: 'https://target.example.com:443' };
  const journal = await openJournal({ directory, servers: now, run: 'r2', now: Date.now });
  expect([...journal.history.items.keys()]).toEqual(['team/one']);
  expect((await readJournal(journalFile(directory))).history.servers).toEqual(servers);
  await journal.record(begun);
  await journal.record(made);
  await journal.close();

  const { history, entries } = await readJournal(journalFile(directory));
  expect(history.servers).toEqual(now);
  expect(entries).toBe(5);
});

test('servers under other names are taken for those of before when somebody says so', async () => {
  await write(made);
  const other = { ...servers, target: 'http://other.example.com' };
  const options = { directory, servers: other, run: 'r', now: Date.now, sameServers: true };
  const journal = await openJournal(options);
  await journal.close();
  expect([...journal.history.items.keys()]).toEqual(['team/one']);
});

test('records that are made at once stand in the order of the calls', async () => {
  const journal = await opened();
  const items = Array.from({ length: 200 }, (_, index) => `team/${index}`);
  await Promise.all(items.map((item) => journal.record({ item, step: 'code', status: 'done' })));
  await journal.close();

  const { history } = await readJournal(journalFile(directory));
  expect([...history.items.keys()]).toEqual(items);
});

test('only the owner may read the file', async () => {
  await write(made);
  expect((await stat(journalFile(directory))).mode & 0o777).toBe(0o600);
});

test('a long journal is shortened when it is opened, and says the same afterwards', async () => {
  await write(made, begun);
  const file = journalFile(directory);
  const line = (await readFile(file, 'utf8')).split('\n')[2];
  await appendFile(file, `${line}\n`.repeat(5100));
  const before = await readJournal(file);

  await (await opened()).close();

  const after = await readJournal(file);
  expect(after.entries).toBeLessThan(10);
  expect(after.history).toEqual(before.history);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('nothing is written down once the work directory is lost', async () => {
  let lost = false;
  const check = async (): Promise<void> => {
    if (lost) throw workDirLost(directory);
  };
  const journal = await openJournal({ directory, servers, run: 'r', now: Date.now, check });
  await journal.record({ item: 'team-a', step: 'group', status: 'started' });
  const before = await readFile(journalFile(directory), 'utf8');
  lost = true;
  await expect(journal.record({ item: 'team-a', step: 'group', status: 'done' })).rejects.toMatchObject({
    code: 'work-dir-lost',
  });
  await journal.close();
  expect(await readFile(journalFile(directory), 'utf8')).toBe(before);
});
