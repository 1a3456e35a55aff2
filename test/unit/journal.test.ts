import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  Entry,
  type StepRecord,
  apply,
  emptyHistory,
  type History,
  summary,
} from '../../src/journal/history.ts';
import { journalFile, openJournal, readJournal, type Journal } from '../../src/journal/journal.ts';

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
  refs: { 'refs/heads/main': A },
};

test('what was recorded is known to the next run', async () => {
  await write(made, begun);

  const journal = await opened('r2');
  expect(journal.history.items.get('team/one')).toMatchObject({
    target: { id: 7, path: 'team/one' },
    written: new Map([['refs/heads/main', new Set([A])]]),
    steps: new Map([
      ['project', 'done'],
      ['code', 'started'],
    ]),
  });
  await journal.close();
});

function change(status: StepRecord['status'], id: string | null, except?: string[]): StepRecord {
  const base = { item: 'team/one', step: 'code', status, refs: { 'refs/heads/main': id } } as const;
  return { ...base, ...(except ? { except } : {}) };
}

async function written(): Promise<string[]> {
  const { history } = await readJournal(journalFile(directory));
  return [...(history.items.get('team/one')?.written.get('refs/heads/main') ?? [])];
}

test('between the start of a push and its end both ids may be on the target; afterwards only the one that was written', async () => {
  await write(change('started', A), change('done', A), change('started', B));
  expect(await written()).toEqual([A, B]);
  await write(change('done', B, ['refs/heads/main']));
  expect(await written()).toEqual([A, B]);
  await write(change('done', B));
  expect(await written()).toEqual([B]);
  await write(change('started', null));
  expect(await written()).toEqual([B]);
  await write(change('done', null));
  expect(await written()).toEqual([]);
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

const id = fc.constantFrom(A, B, 'c'.repeat(40));
const ref = fc.constantFrom('refs/heads/main', 'refs/heads/x/y', 'refs/tags/v1');
const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Entry>({ v: 1, type: 'opened', at: 't', ...servers }) },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        v: fc.constant(1 as const),
        type: fc.constant('step' as const),
        at: fc.constantFrom('2026-01-01', '2026-01-02'),
        run: fc.constantFrom('r1', 'r2'),
        item: fc.constantFrom('team', 'team/one', 'team/two'),
        step: fc.constantFrom('group', 'project', 'code', 'settings', 'proof'),
        status: fc.constantFrom('started', 'done', 'failed'),
        target: fc.record({ id: fc.nat(9), path: fc.constantFrom('team', 'team/one') }),
        refs: fc.dictionary(ref, fc.option(id), { noNullPrototype: true }),
        except: fc.array(ref, { maxLength: 2 }),
        opened: fc.constantFrom('main', 'x/y', null),
        head: fc.constantFrom('main', 'trunk'),
        hash: fc.constantFrom('h1', 'h2'),
        code: fc.constant('push-failed'),
      },
      { requiredKeys: ['v', 'type', 'at', 'run', 'item', 'step', 'status'] },
    ),
  },
);

function replayed(entries: readonly Entry[]): History {
  const history = emptyHistory();
  for (const each of entries) apply(history, each);
  return history;
}

test('for any records: the summary is made of valid records and replays to the same history', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
      const history = replayed(entries);
      const short = summary(history, 'now');
      expect(short.map((each) => Entry.parse(each))).toEqual(short);
      expect(replayed(short)).toEqual(history);
    }),
    { numRuns: 500 },
  );
});

test('for any records: every prefix of the file, cut at any byte, replays to the records that are whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (entries, part) => {
        const lines = entries.map((each) => `${JSON.stringify(each)}\n`);
        const bytes = Buffer.from(lines.join(''));
        const cut = Math.floor(bytes.length * part);
        const file = join(directory, 'cut.jsonl');
        await writeFile(file, bytes.subarray(0, cut));
        const whole = bytes.subarray(0, cut).toString('utf8').split('\n').length - 1;

        const read = await readJournal(file);

        expect(read.entries).toBe(whole);
        expect(read.history).toEqual(replayed(entries.slice(0, whole)));
      },
    ),
    { numRuns: 100 },
  );
});
