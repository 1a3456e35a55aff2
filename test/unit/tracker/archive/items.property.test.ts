import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LineComment, TrackerEvent, TrackerItem } from '../../../../src/model/tracker.ts';
import { lineOf, type MadeLine } from '../../../../src/tracker/archive/lines.ts';
import { createProblems, nameOf } from '../../../../src/tracker/archive/problems.ts';
import { IssueLine, MergeRequestLine } from '../../../../src/tracker/archive/schema.ts';
import { base, head, older, place, sampleMaking } from '../../../helpers/tracker-items.ts';

/** Whatever a source tells of an item: GitLab gets a line that it takes whole, or the item is named. */

const login = fc.constantFrom('mika', 'ren', 'zoe', 'no body');
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const name = fc.constantFrom('bug', '1.0', 'gone', 'high', 'a,b', '`', '');
const id = fc.integer({ min: 1, max: 9 });

type Words = { time: fc.Arbitrary<string>; text: fc.Arbitrary<string>; number: fc.Arbitrary<number> };

const sound: Words = {
  time: fc
    .date({ min: new Date('1969-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  text: fc
    .oneof(fc.string({ unit: 'grapheme', maxLength: 90 }), fc.lorem({ maxCount: 9 }))
    .map((text) => `x${text}`),
  number: fc.integer({ min: 1, max: 99 }),
};

/** One in many is not what it should be. */
const unsound: Words = {
  time: fc.oneof({ weight: 60, arbitrary: sound.time }, fc.constantFrom('', 'yesterday')),
  text: fc.oneof(
    { weight: 40, arbitrary: sound.text },
    fc.constantFrom('', ' ', '\0', '\ud83d', 'a\u2028b\r\n', 'x'.repeat(256)),
  ),
  number: fc.oneof({ weight: 30, arbitrary: sound.number }, fc.integer({ min: -1, max: 0 })),
};

function eventOf({ time, text }: Words): fc.Arbitrary<TrackerEvent> {
  const when = { id, author: login, at: time };
  const change = fc.constantFrom('title', 'milestone', 'priority', 'base');
  return fc.oneof(
    fc.record({ ...when, kind: fc.constantFrom('close', 'reopen', 'merge') }),
    fc.record({ ...when, kind: fc.constantFrom('label', 'assignee'), added: fc.boolean(), name }),
    fc.record({ ...when, kind: change, from: name, to: name }),
    fc.record({ ...when, kind: fc.constant('mention'), of: fc.constantFrom('#7', 'o/r#1', head), text }),
    fc.record({ ...when, kind: fc.constant('branch-deleted'), name }),
  );
}

function itemOf(words: Words): fc.Arbitrary<TrackerItem> {
  const { time, text, number } = words;
  const comment = { id, author: login, body: text, createdAt: time, updatedAt: time };
  const line = nullable(fc.integer({ min: 9, max: 16 }));
  const lineComment: fc.Arbitrary<LineComment> = fc.record({
    ...comment,
    commit: fc.constantFrom(head, older),
    path: nullable(fc.constantFrom('src/a.txt', 'gone.txt')),
    oldLine: line,
    newLine: line,
    replyTo: nullable(id),
  });
  const common = {
    number,
    title: text,
    body: text,
    author: login,
    createdAt: time,
    updatedAt: time,
    labels: fc.array(name, { maxLength: 3 }),
    milestone: nullable(name),
    assignees: fc.array(login, { maxLength: 3 }),
    priority: nullable(name),
    fields: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
    comments: fc.array(fc.record(comment), { maxLength: 4 }),
    events: nullable(fc.array(eventOf(words), { maxLength: 6 })),
    closedAt: nullable(time),
    closedBy: nullable(login),
  };
  return fc.oneof(
    fc.record({ ...common, kind: fc.constant('issue'), state: fc.constantFrom('open', 'closed') }),
    fc.record({
      ...common,
      kind: fc.constant('pull'),
      state: fc.constantFrom('open', 'closed', 'merged'),
      draft: fc.boolean(),
      head: fc.record({
        repository: nullable(fc.constantFrom('team-a/reader', 'bob/reader')),
        branch: fc.constantFrom('topic', 'a/b'),
        commit: nullable(fc.constant(head)),
      }),
      base: fc.record({ branch: fc.constant('main'), commit: nullable(fc.constantFrom(base, head)) }),
      mergedAt: nullable(time),
      mergedBy: nullable(login),
      lineComments: nullable(fc.array(lineComment, { maxLength: 4 })),
    }),
  );
}

const making = sampleMaking({
  place: (pull) => ({ ...place, head: pull.head.commit, start: pull.base.commit }),
});

/** What a line has to be whatever it was made of. */
function expectWhole(item: TrackerItem, made: MadeLine): void {
  expect(made.text).not.toMatch(/\n|\\u0000|\\ud[89a-f]/);
  expect(made.bytes).toBe(Buffer.byteLength(made.text) + 1);
  const written = JSON.parse(made.text) as object;
  const line = item.kind === 'pull' ? MergeRequestLine.parse(written) : IssueLine.parse(written);
  const onLines = item.kind === 'pull' ? (item.lineComments ?? []) : [];
  expect(made.notes).toBe(item.comments.length + onLines.length);
  // No number but that of an author stands for somebody whom GitLab cannot map.
  const { notes, author_id: _, ...rest } = line;
  expect(JSON.stringify(rest)).not.toMatch(/"\w*(?:by|user)_id":1\b/);
  const diffNotes = notes.filter(({ type }) => type === 'DiffNote');
  expect(diffNotes.every(({ line_code, position }) => line_code && position)).toBe(true);
  expect(made.people.every((number) => number > 100)).toBe(true);
}

test('every item gives a line that GitLab keeps whole, or is named', () => {
  const seen = { sent: 0, refused: 0 };
  fc.assert(
    fc.property(itemOf(unsound), (item) => {
      const problems = createProblems();
      const made = lineOf(item, making, problems);
      seen[made === null ? 'refused' : 'sent'] += 1;
      expect(problems.refused()).toEqual(made === null ? [nameOf(item)] : []);
      const first = problems.notices('o/r').find(({ code }) => code === 'tracker-item-refused');
      expect(first?.message ?? '#1: x: iid x').toMatch(/^[#!]-?\d+: .*: [a-z\d_.]+ /);
      if (made !== null) expectWhole(item, made);
    }),
    { numRuns: 300 },
  );
  expect(Math.min(seen.sent, seen.refused)).toBeGreaterThan(40);
});

test('an item whose texts and times are sound is always sent', () => {
  fc.assert(
    fc.property(itemOf(sound), (item) => {
      const problems = createProblems();
      lineOf(item, making, problems);
      expect(problems.notices('o/r').filter(({ code }) => code === 'tracker-item-refused')).toEqual([]);
    }),
  );
});
