import { describe, expect, test } from 'vitest';
import type { TrackerComment, TrackerEvent, TrackerItem } from '../../../../src/model/tracker.ts';
import { issueLine } from '../../../../src/tracker/archive/issue-line.ts';
import { lineOf } from '../../../../src/tracker/archive/lines.ts';
import { mergeRequestLine, sourceBranchOf } from '../../../../src/tracker/archive/merge-request-line.ts';
import { createProblems } from '../../../../src/tracker/archive/problems.ts';
import type { LabelLine } from '../../../../src/tracker/archive/words.ts';
import { titleOf as draftTitle } from '../../../../src/tracker/texts/title.ts';
import { base, head, issue, place, pull, sampleMaking } from '../../../helpers/tracker-items.ts';

const at = '2014-03-01T08:00:00.000Z';
const making = sampleMaking();

function madeOf(item: TrackerItem, using = making) {
  const problems = createProblems();
  const line =
    item.kind === 'pull' ? mergeRequestLine(item, using, problems) : issueLine(item, using, problems);
  return { line, counts: problems.counts() };
}

function branchOf(repository: string | null): string {
  return sourceBranchOf({ number: 7, head: { repository, branch: 'fix/a', commit: head } }, 'team-a/reader');
}

function titleOf(title: string): string {
  return madeOf(issue({ title })).line.title;
}

function labelOf(title: string): LabelLine {
  return { title, color: '#ffffff', description: null, type: 'ProjectLabel' };
}

function commented(body: string): TrackerComment[] {
  return [{ id: 1, author: 'mika', body, createdAt: at, updatedAt: at }];
}

describe('texts', () => {
  test('have the custom fields below them, and a priority that is no label', () => {
    const { line } = madeOf(issue({ priority: 'low', fields: [{ name: 'OS|v', value: 'a\nb' }] }));
    expect(line.description).toBe(
      'See !6\n\n| Field | Value |\n| --- | --- |\n| Priority | low |\n| OS\\|v | a<br>b |',
    );
  });

  test('do not swallow the fields', () => {
    const fields = [{ name: 'OS', value: 'x' }];
    const after = (body: string) =>
      madeOf(issue({ body, fields })).line.description.slice(body.length).split('| Field')[0];
    expect(after('~~~js\nopen')).toBe('\n~~~\n\n');
    expect(after('````\n```\nopen')).toBe('\n````\n\n');
    expect(after('```\nshut\n```')).toBe('\n\n');
    expect(after('```not a fence``` really')).toBe('\n\n');
  });

  test('go on in notes of their author where they are too long', () => {
    const pieces = sampleMaking();
    pieces.texts.text = (body) => body.split('/');
    const { line } = madeOf(issue({ body: 'one/two/three', fields: [{ name: 'OS', value: 'x' }] }), pieces);
    expect(line.description).toBe('one');
    expect(line.notes.map(({ note }) => note.slice(0, 7))).toEqual(['two', 'three', '| Field']);
    expect(line.notes[0]).toMatchObject({ author_id: 101, created_at: '2014-01-12T10:20:30.000Z' });
  });

  test('begin with what a title had to leave', () => {
    const cut = sampleMaking();
    cut.texts.title = (title) => ({ title: `${title.slice(0, 3)}…`, rest: `**${title}**` });
    expect(madeOf(issue({ title: 'Stops', author: 'zoe' }), cut).line).toMatchObject({
      title: 'Sto…',
      description: '> *opened by zoe, 2014-01-12*\n\n**Stops**\n\nSee !6',
    });
  });

  test('are never empty in a comment', () => {
    const comments = [{ id: 1, author: 'mika', body: ' ', createdAt: at, updatedAt: at }];
    const { line, counts } = madeOf(issue({ comments }));
    expect(line.notes.map(({ note }) => note)).toEqual(['*Blank note*']);
    expect(counts).toEqual({ 'empty-comment': 1 });
  });
});

describe('labels and milestones', () => {
  test('that the project does not have are left out and told', () => {
    const { line, counts } = madeOf(
      issue({ labels: ['bug', 'gone', 'bug'], priority: 'high', milestone: 'gone' }),
    );
    expect(line.label_links.map(({ label }) => label.title)).toEqual(['bug', 'priority::high']);
    expect(line.milestone).toBe(undefined);
    expect(counts).toEqual({ 'label-left-out': 1, 'milestone-left-out': 1 });
  });
});

describe('what GitLab would not take as it is', () => {
  test('are blanks around a title, which it cuts', () => {
    expect(titleOf(' \tStops\r\n')).toBe('Stops');
    expect(titleOf('\u3000Stops\u00a0')).toBe('\u3000Stops\u00a0');
  });

  test('is a label that somebody made up: the item goes without it', () => {
    const events: TrackerEvent[] = [{ id: 1, author: 'mika', at, kind: 'label', added: true, name: 'a,b' }];
    const item = issue({ labels: ['a,b', 'fine'], events });
    const { line, counts } = madeOf(item, sampleMaking({ label: labelOf }));
    expect(line.label_links.map(({ label }) => label.title)).toEqual(['fine']);
    expect(line.notes.map(({ note }) => note)).toEqual(['added `a,b` label']);
    expect(counts).toEqual({ 'label-left-out': 1 });
  });
});

describe('a draft', () => {
  test.each([
    [true, 'Reset', 'Draft: Reset'],
    [true, 'draft: Reset', 'draft: Reset'],
    [true, '[Draft] Reset', '[Draft] Reset'],
    [false, 'Draft: Reset', '\u2060Draft: Reset'],
    [false, 'Drafts', 'Drafts'],
  ])('%s, %s', (draft, title, wanted) => {
    const { texts } = sampleMaking();
    const named = { ...texts, title: (given: string) => draftTitle(given, draft) };
    const { line } = madeOf(pull({ draft, title }), sampleMaking({ texts: named }));
    expect(line.title).toBe(wanted);
  });
});

describe('a pull request', () => {
  test('from a fork has a branch of its own', () => {
    expect(branchOf('team-a/reader')).toBe('fix/a');
    expect(branchOf('bob/reader')).toBe('pr-7-bob-fix/a');
    expect(branchOf(null)).toBe('pr-7-fix/a');
  });

  test.each([
    ['the head is lost', { head: null }, 1],
    ['nobody knows where it began', { start: null }, 1],
    ['it has no changes', { start: head }, 0],
  ])('has no diff when %s', (_, changes, told) => {
    const { line, counts } = madeOf(pull(), sampleMaking({ place: () => ({ ...place, ...changes }) }));
    const created_at = '2014-02-11T09:30:00.000Z';
    expect(line).toMatchObject({
      merge_request_diff: { state: 'empty', created_at, updated_at: created_at },
    });
    expect(Object.keys(line)).not.toContain('source_branch_sha');
    expect(counts['no-diff'] ?? 0).toBe(told);
  });

  test('says when nobody knows when it ended', () => {
    expect(madeOf(pull({ state: 'merged' }))).toMatchObject({
      line: { state: 'merged' },
      counts: { 'end-undated': 1 },
    });
    expect(madeOf(issue({ state: 'closed' }))).toMatchObject({
      line: { state: 'closed' },
      counts: { 'end-undated': 1 },
    });
  });

  test('has a merge commit only when it is merged', () => {
    expect(Object.keys(madeOf(pull({ state: 'closed', closedAt: at })).line)).not.toContain(
      'merge_commit_sha',
    );
  });
});

describe('an item that GitLab would lose', () => {
  const long = 'x'.repeat(256);
  test.each<[string, TrackerItem]>([
    ['iid Too small: expected number to be >=1', issue({ number: 0 })],
    ['title has more than 255 characters', issue({ title: long })],
    ['title is blank', issue({ title: '\u00a0' })],
    ['created_at', issue({ createdAt: 'yesterday' })],
    ['description has a character', issue({ body: 'a\0' })],
    ['description has a character', issue({ body: 'a\ud800' })],
    ['description has more than 1 MiB', issue({ body: '\u3042'.repeat(400_000) })],
    ['notes.0.note has too many characters', issue({ comments: commented('x'.repeat(1_000_000)) })],
    ['target_branch', pull({ base: { branch: '', commit: base } })],
  ])('is named: %s', (wanted, item) => {
    const problems = createProblems();
    expect(lineOf({ ...item }, making, problems)).toBe(null);
    const [notice] = problems.notices('o/r');
    expect(notice?.code).toBe('tracker-item-refused');
    expect(notice?.message).toContain(`: GitLab would lose or damage it, so it is not sent: ${wanted}`);
    expect(problems.refused()).toEqual([item.kind === 'pull' ? '!6' : `#${item.number}`]);
  });

  test('is none of those that fit', () => {
    const fits: TrackerItem[] = [
      issue({ title: '\u{1f600}'.repeat(255) }),
      issue({ comments: commented('\u{1f600}'.repeat(990_000)) }),
      issue({ body: 'x'.repeat(1_048_576) }),
      issue({ createdAt: '1969-12-31T23:59:59Z', updatedAt: '2099-01-01T00:00:00+09:00' }),
    ];
    for (const item of fits) expect(lineOf(item, making, createProblems())).not.toBe(null);
  });
});
