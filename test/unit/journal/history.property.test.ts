import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { apply, emptyHistory, Entry, summary, type History } from '../../../src/journal/history.ts';
import { readJournal } from '../../../src/journal/journal.ts';
import { ItemState } from '../../../src/model/plan.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

type Json = { [key: string]: unknown };

const servers = { source: 'http://source.example.com', target: 'http://target.example.com' };

/** Few names, so that records meet. What a step calls its own is ours to choose; below that are names of the source. */
const ours = fc.constantFrom('refs', 'left', 'off', 'constructor', '');
const theirs = fc.constantFrom('refs/heads/main', 'main', '__proto__', 'constructor', '');

function objectOf(key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs));
}

/** What a step may record: objects in objects, with null where something is taken out, also in places that hold nothing. */
const { patch } = fc.letrec<{ patch: Json; inner: Json; value: unknown }>((tie) => ({
  patch: objectOf(ours, tie('value')),
  inner: objectOf(theirs, tie('value')),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.constantFrom(null, 0, 'x', true, [], ['a'.repeat(40), null], [{ refs: null }]),
    tie('inner'),
  ),
}));

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
        item: fc.constantFrom('team', 'team/one', 'team/two', '__proto__'),
        step: fc.constantFrom('group', 'project', 'code', 'quiet', 'constructor'),
        status: fc.constantFrom('started', 'done', 'failed'),
        target: fc.record({ id: fc.nat(9), path: fc.constantFrom('team', 'team/one') }),
        data: patch,
        check: fc.record({
          state: fc.constantFrom(...ItemState.options),
          hash: fc.constantFrom('h1', 'h2', null),
        }),
        code: fc.constant('push-failed'),
        anew: fc.constant(true as const),
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

/** The history as text: what `toEqual` overlooks, such as a key named `__proto__`, is there. */
function textOf({ servers: both, items }: History): string {
  return JSON.stringify([both, [...items].map(([id, item]) => [id, { ...item, steps: [...item.steps] }])]);
}

/** The pseudocode of RFC 7396 §2, on values that nobody else holds. */
function mergePatch(target: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), value));
  }
  return Object.fromEntries(members);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the patches of one step come to, one after the other. */
function dataAfter(patches: readonly Json[]): unknown {
  const records = patches.map((data): Entry => ({
    v: 1,
    type: 'step',
    at: 't',
    run: 'r',
    item: 'team/one',
    step: 'code',
    status: 'done',
    data,
  }));
  return replayed(records).items.get('team/one')?.steps.get('code')?.data;
}

test('for any patches: what a step knows is what RFC 7396 makes of them, and no patch is changed by it', () => {
  fc.assert(
    fc.property(fc.array(patch, { minLength: 1, maxLength: 6 }), (patches) => {
      const before = JSON.stringify(patches);
      const wanted = patches.reduce<unknown>(mergePatch, {});
      expect(JSON.stringify(dataAfter(patches))).toBe(JSON.stringify(wanted));
      expect(JSON.stringify(patches)).toBe(before);
      expect(Object.getPrototypeOf(dataAfter(patches))).toBe(Object.prototype);
    }),
    { numRuns: 1000 },
  );
});

test('for any patch: to record it twice is to record it once', () => {
  fc.assert(
    fc.property(fc.array(patch, { maxLength: 3 }), patch, (before, last) => {
      const once = dataAfter([...before, last]);
      expect(JSON.stringify(dataAfter([...before, last, last]))).toBe(JSON.stringify(once));
    }),
  );
});

test('for any records: the summary is made of valid records and replays to the same history', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
      const history = replayed(entries);
      const lines = summary(history, 'now').map((each) => JSON.stringify(each));
      const read = lines.map((line) => Entry.parse(JSON.parse(line)));
      expect(textOf(replayed(read))).toBe(textOf(history));
      expect(lines.length).toBeLessThanOrEqual(entries.length);
    }),
    { numRuns: 500 },
  );
});

test('for any records: a journal that goes on after its summary says what the whole one says', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 15 }), fc.array(entry, { maxLength: 15 }), (first, second) => {
      const short = summary(replayed(first), 'now');
      expect(textOf(replayed([...short, ...second]))).toBe(textOf(replayed([...first, ...second])));
    }),
    { numRuns: 300 },
  );
});

test('for any records: every prefix of the file, cut at any byte, replays to the records that are whole', async () => {
  const file = join(await tempDir(), 'cut.jsonl');
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (entries, part) => {
        const lines = entries.map((each) => `${JSON.stringify(each)}\n`);
        const bytes = Buffer.from(lines.join(''));
        const cut = Math.floor(bytes.length * part);
        await writeFile(file, bytes.subarray(0, cut));
        const whole = bytes.subarray(0, cut).toString('utf8').split('\n').length - 1;

        const read = await readJournal(file);

        expect(read.entries).toBe(whole);
        expect(textOf(read.history)).toBe(textOf(replayed(entries.slice(0, whole))));
      },
    ),
    { numRuns: 100 },
  );
});
