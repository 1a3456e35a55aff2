import { describe, expect, test } from 'vitest';
import type { TrackerComment, TrackerEvent, TrackerItem } from '../../../../src/model/tracker.ts';
import { issueLine } from '../../../../src/tracker/archive/issue-line.ts';
import { lineOf } from '../../../../src/tracker/archive/lines.ts';
import { mergeRequestLine } from '../../../../src/tracker/archive/merge-request-line.ts';
import { createProblems } from '../../../../src/tracker/archive/problems.ts';
import { issue, pull, sampleMaking } from '../../../helpers/tracker-items.ts';

/** zoe has no account on GitLab: what an import says of her would be the importer's. */

const at = '2014-03-01T08:00:00.000Z';
const making = sampleMaking();

function notesOf(item: TrackerItem): string[] {
  const problems = createProblems();
  const line =
    item.kind === 'pull' ? mergeRequestLine(item, making, problems) : issueLine(item, making, problems);
  expect(lineOf(item, making, problems)).not.toBe(null);
  return line.notes.map(({ note, author_id, system }) => `${author_id}${system ? ' system' : ''}: ${note}`);
}

function comment(id: number, body: string, createdAt: string): TrackerComment {
  return { id, author: 'mika', body, createdAt, updatedAt: createdAt };
}

describe('somebody without an account', () => {
  test('is named in a description, and below a note by GitLab itself', () => {
    const comment = { id: 2, author: 'zoe', body: 'Me too', createdAt: at, updatedAt: at };
    const line = issueLine(issue({ author: 'zoe', comments: [comment] }), making, createProblems());
    expect(line.description).toBe('> *opened by zoe, 2014-01-12*\n\nSee !6');
    expect(line.author_id).toBe(1);
    expect(line.notes[0]).toMatchObject({ note: 'Me too', author_id: 1, author: { name: 'Zoe Lang' } });
  });

  test('is the whole description where there was none', () => {
    const line = issueLine(issue({ author: 'zoe', body: ' \n' }), making, createProblems());
    expect(line.description).toBe('> *opened by zoe, 2014-01-12*');
  });

  test('neither has an item, nor closed or merged it', () => {
    const problems = createProblems();
    const closed = issue({
      state: 'closed',
      closedAt: at,
      closedBy: 'zoe',
      assignees: ['zoe', 'mika', 'mika'],
    });
    expect(issueLine(closed, making, problems)).toMatchObject({
      closed_at: at,
      closed_by_id: null,
      issue_assignees: [{ user_id: 101 }],
    });
    const merged = pull({ state: 'merged', mergedAt: at, mergedBy: 'zoe', assignees: ['zoe'] });
    expect(mergeRequestLine(merged, making, problems)).toMatchObject({
      merge_user_id: null,
      metrics: { merged_at: at, merged_by_id: null },
      merge_request_assignees: [],
    });
    const rejected = pull({ state: 'closed', closedAt: at, closedBy: 'zoe' });
    expect(mergeRequestLine(rejected, making, problems)).toMatchObject({
      metrics: { latest_closed_at: at, latest_closed_by_id: null },
    });
    expect(problems.counts()).toEqual({ 'assignee-left-out': 2 });
    expect(problems.notices('team-a/reader')).toEqual([
      {
        code: 'tracker-assignee-left-out',
        object: 'team-a/reader',
        message: 'assigned to somebody without an account on GitLab: #1 (zoe), !6 (zoe)',
        fix: '',
      },
    ]);
  });

  test('has events as notes of the system, which are no comments', () => {
    const events: TrackerEvent[] = [
      { id: 1, author: 'zoe', at, kind: 'label', added: true, name: 'bug' },
      { id: 2, author: 'zoe', at, kind: 'milestone', from: '', to: '1.0' },
      { id: 3, author: 'zoe', at, kind: 'milestone', from: '1.0', to: '' },
      { id: 4, author: 'zoe', at, kind: 'close' },
      { id: 5, author: 'zoe', at, kind: 'reopen' },
    ];
    const problems = createProblems();
    const line = issueLine(issue({ events }), making, problems);
    expect(line.notes.map(({ note }) => note)).toEqual([
      'added ~"bug" label',
      'changed milestone to %"1.0"',
      'removed milestone %"1.0"',
      'closed',
      'reopened',
    ]);
    expect(line.notes[3]).toMatchObject({
      system: true,
      author_id: 1,
      author: { name: 'Zoe Lang' },
      system_note_metadata: { action: 'closed', created_at: at, updated_at: at },
    });
    expect(line).toMatchObject({
      resource_state_events: [],
      resource_label_events: [],
      resource_milestone_events: [],
    });
    expect(problems.counts()).toEqual({ 'event-as-note': 5 });
    expect(lineOf(issue({ events }), making, createProblems())?.notes).toBe(0);
  });
});

describe('the history', () => {
  test('has notes for what GitLab has no events for', () => {
    const events: TrackerEvent[] = [
      { id: 1, author: 'mika', at, kind: 'title', from: 'Old `x`', to: 'New' },
      { id: 2, author: 'mika', at, kind: 'assignee', added: true, name: 'zoe' },
      { id: 3, author: 'mika', at, kind: 'assignee', added: false, name: 'ren' },
      { id: 4, author: 'mika', at, kind: 'base', from: 'main', to: 'next' },
      { id: 5, author: 'mika', at, kind: 'branch-deleted', name: 'topic/buffer' },
      { id: 6, author: 'zoe', at, kind: 'mention', of: '#7', text: 'Another\none' },
      { id: 7, author: 'mika', at, kind: 'label', added: false, name: 'gone' },
      { id: 8, author: 'mika', at, kind: 'milestone', from: '1.0', to: 'gone "too"' },
    ];
    expect(notesOf(pull({ events }))).toEqual([
      '101 system: changed title from `` Old `x` `` to `New`',
      '101 system: assigned to `zoe`',
      '101 system: unassigned @ren',
      '101 system: changed target branch from `main` to `next`',
      '101 system: deleted source branch `topic/buffer`',
      '1 system: was mentioned in #7: `Another one`',
      '101 system: removed `gone` label',
      '101 system: changed milestone to `gone "too"`',
    ]);
  });

  test('has priorities as labels where they are some', () => {
    const events: TrackerEvent[] = [
      { id: 1, author: 'mika', at, kind: 'priority', from: 'low', to: 'high' },
      { id: 2, author: 'mika', at, kind: 'priority', from: 'high', to: '' },
      { id: 3, author: 'mika', at, kind: 'priority', from: 'low', to: 'lower' },
    ];
    const line = issueLine(issue({ events }), making, createProblems());
    expect(line.resource_label_events.map(({ action, label }) => `${action} ${label.title}`)).toEqual([
      'add priority::high',
      'remove priority::high',
    ]);
    expect(line.notes.map(({ note }) => note)).toEqual(['changed priority from `low` to `lower`']);
  });

  test('says how an item ended where the source does not tell more', () => {
    const closed = issue({ state: 'closed', closedAt: at, closedBy: 'mika', events: null });
    expect(issueLine(closed, making, createProblems()).resource_state_events).toEqual([
      { state: 'closed', user_id: 101, created_at: at },
    ]);
    const merged = pull({ state: 'merged', mergedAt: at, mergedBy: 'zoe', events: null });
    expect(notesOf(merged)).toEqual(['1 system: merged']);
    expect(notesOf(issue({ events: null }))).toEqual([]);
  });

  test('is in order of time, then of the source', () => {
    const events: TrackerEvent[] = [{ id: 6, author: 'zoe', at, kind: 'close' }];
    const comments = [
      comment(8, 'later', '2014-03-02T08:00:00Z'),
      comment(7, 'after it', at),
      comment(5, 'before it', at),
    ];
    const made = notesOf(issue({ comments, events, state: 'closed', closedAt: at, closedBy: 'zoe' }));
    expect(made.map((note) => note.replace(/^.*: /, ''))).toEqual([
      'before it',
      'closed',
      'after it',
      'later',
    ]);
  });
});
