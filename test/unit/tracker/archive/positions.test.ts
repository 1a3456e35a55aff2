import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LineComment } from '../../../../src/model/tracker.ts';
import { lineOf } from '../../../../src/tracker/archive/lines.ts';
import type { PullDiff } from '../../../../src/tracker/archive/making.ts';
import { positionOf } from '../../../../src/tracker/archive/positions.ts';
import { mergeRequestLine } from '../../../../src/tracker/archive/merge-request-line.ts';
import { createProblems } from '../../../../src/tracker/archive/problems.ts';
import { base, head, hunk, older, pull, sampleMaking } from '../../../helpers/tracker-items.ts';

const second =
  '@@ -30,2 +31,2 @@\n alpha\n-beta\n\\ No newline at end of file\n+gamma\n\\ No newline at end of file\n';
const diff: PullDiff = {
  base,
  start: base,
  head,
  files: [
    { oldPath: 'src/a.txt', newPath: 'src/a.txt', text: `${hunk}${second}` },
    { oldPath: 'old name.txt', newPath: 'new name.txt', text: '@@ -1 +1 @@\n-x\n+y\n' },
  ],
};

/** `old_new` of the code, then what the position says. */
function found(path: string, oldLine: number | null, newLine: number | null): string | null {
  const at = positionOf(diff, { path, oldLine, newLine });
  if (at === null) return null;
  const { old_line, new_line, new_path } = at.position;
  expect(at.line_code.slice(0, 41)).toBe(`${createHash('sha1').update(new_path).digest('hex')}_`);
  return `${at.line_code.slice(41)} ${old_line} ${new_line}`;
}

describe('a line of a diff', () => {
  test.each([
    ['added', null, 11, '12_11 null 11'],
    ['added after it', null, 12, '12_12 null 12'],
    ['removed', 11, null, '11_11 11 null'],
    ['unchanged', 12, 13, '12_13 12 13'],
    ['unchanged, by its new number', null, 13, '12_13 12 13'],
    ['unchanged, by its old number', 10, null, '10_10 10 10'],
    ['in the next hunk', null, 32, '32_32 null 32'],
    ['removed in the next hunk', 31, null, '31_32 31 null'],
    ['unchanged, with numbers that disagree', 12, 14, null],
    ['added, with an old number', 12, 12, null],
    ['between the hunks', null, 20, null],
    ['without numbers', null, null, null],
  ])('%s', (_, oldLine, newLine, wanted) => {
    expect(found('src/a.txt', oldLine, newLine)).toBe(wanted);
  });

  test('of a renamed file is found by both names', () => {
    expect(found('new name.txt', null, 1)).toBe('2_1 null 1');
    expect(found('old name.txt', 1, null)).toBe('1_1 1 null');
    expect(found('no.txt', null, 1)).toBe(null);
  });
});

function comment(id: number, changes: Partial<LineComment> = {}): LineComment {
  return {
    id,
    author: 'mika',
    body: `text ${id}`,
    createdAt: `2014-02-12T10:00:${String(id).padStart(2, '0')}Z`,
    updatedAt: '2014-02-12T10:00:00Z',
    commit: head,
    path: 'src/a.txt',
    oldLine: null,
    newLine: 12,
    replyTo: null,
    ...changes,
  };
}

function notesOf(...lineComments: LineComment[]) {
  const problems = createProblems();
  const item = pull({ lineComments });
  expect(lineOf(item, sampleMaking(), createProblems())).not.toBe(null);
  return { notes: mergeRequestLine(item, sampleMaking(), problems).notes, counts: problems.counts() };
}

describe('comments on lines', () => {
  test('are threads with one place', () => {
    const { notes, counts } = notesOf(
      comment(2),
      comment(1),
      comment(3, { replyTo: 1, newLine: null, path: null }),
    );
    const [first, other, reply] = notes;
    expect(notes.map(({ note, type }) => `${type} ${note}`)).toEqual([
      'DiffNote text 1',
      'DiffNote text 2',
      'DiffNote text 3',
    ]);
    expect(reply).toMatchObject({ discussion_id: first?.discussion_id, position: first?.position });
    expect(other?.discussion_id).not.toBe(first?.discussion_id);
    expect(counts).toEqual({});
  });

  test('without a place are told where they were, with their thread below', () => {
    const { notes, counts } = notesOf(
      comment(1, { newLine: 99 }),
      comment(2, { replyTo: 1 }),
      comment(3, { commit: older }),
    );
    expect(notes.map(({ note, type = 'note' }) => `${type} ${note}`)).toEqual([
      `DiscussionNote *On src/a.txt:99 of aaaaaaa*\n\ntext 1`,
      'DiscussionNote text 2',
      `note *On src/a.txt:12 of ddddddd*\n\ntext 3`,
    ]);
    expect(counts).toEqual({ 'place-lost': 2 });
  });

  test('on a whole commit were on no line', () => {
    const { notes, counts } = notesOf(comment(1, { path: null, newLine: null }));
    expect(notes.map(({ note }) => note)).toEqual(['*On null:null of aaaaaaa*\n\ntext 1']);
    expect(counts).toEqual({});
  });

  test('outlive the comment that they answer', () => {
    const { notes } = notesOf(comment(5, { replyTo: 4 }), comment(6, { replyTo: 4 }));
    expect(new Set(notes.map(({ discussion_id }) => discussion_id)).size).toBe(1);
  });
});
