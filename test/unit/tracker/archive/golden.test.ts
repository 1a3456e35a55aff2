import { expect, test } from 'vitest';
import { lineOf, milestoneMade } from '../../../../src/tracker/archive/lines.ts';
import { createProblems } from '../../../../src/tracker/archive/problems.ts';
import {
  base,
  head,
  issue,
  merge,
  pull,
  sampleMaking,
  sampleMembers,
} from '../../../helpers/tracker-items.ts';

/** The lines that a real GitLab 18.9 took as they are. */

const bug = { title: 'bug', color: '#d73a4a', description: null, type: 'ProjectLabel' };
const milestone = {
  iid: 1,
  title: '1.0',
  description: 'First *delivery*',
  state: 'closed',
  start_date: null,
  due_date: '2014-02-28',
  updated_at: '2014-03-01T08:00:00.000Z',
};

test('members are guests with their primary address', () => {
  expect(sampleMembers().lines([102, 7])).toEqual([
    {
      access_level: 10,
      source_type: 'Project',
      user_id: 102,
      notification_level: 3,
      user: { id: 102, public_email: 'ren@corp.example', username: 'ren.abe' },
    },
  ]);
});

test('a milestone', () => {
  const line = sampleMaking().milestone('1.0');
  expect(line && JSON.parse(milestoneMade(line).text)).toEqual(milestone);
});

test('an issue with all that may hang on it', () => {
  const problems = createProblems();
  const made = lineOf(
    issue({
      state: 'closed',
      closedAt: '2014-02-12T16:00:00Z',
      closedBy: 'ren',
      labels: ['bug'],
      milestone: '1.0',
      assignees: ['ren'],
      comments: [
        {
          id: 4,
          author: 'ren',
          body: 'Text',
          createdAt: '2014-01-13T08:00:00Z',
          updatedAt: '2014-01-13T08:00:00Z',
        },
      ],
      events: [
        { id: 5, kind: 'label', added: true, name: 'bug', author: 'mika', at: '2014-01-14T08:00:00Z' },
        { id: 6, kind: 'milestone', from: '', to: '1.0', author: 'mika', at: '2014-01-15T08:00:00Z' },
        { id: 7, kind: 'close', author: 'ren', at: '2014-02-12T16:00:00Z' },
      ],
    }),
    sampleMaking(),
    problems,
  );
  expect(problems.notices('o/r')).toEqual([]);
  expect(made).toMatchObject({ relation: 'issues', number: 1, people: [101, 102], notes: 1 });
  expect(JSON.parse(made?.text ?? '')).toEqual({
    iid: 1,
    title: 'Stops',
    description: 'See !6',
    author_id: 101,
    state: 'closed',
    created_at: '2014-01-12T10:20:30.000Z',
    updated_at: '2014-02-12T16:00:00.000Z',
    closed_at: '2014-02-12T16:00:00.000Z',
    closed_by_id: 102,
    issue_type: 'issue',
    confidential: false,
    milestone,
    label_links: [{ target_type: 'Issue', label: bug }],
    issue_assignees: [{ user_id: 102 }],
    notes: [
      {
        note: 'Text',
        noteable_type: 'Issue',
        author_id: 102,
        author: { name: 'Ren Abe' },
        system: false,
        created_at: '2014-01-13T08:00:00.000Z',
        updated_at: '2014-01-13T08:00:00.000Z',
      },
    ],
    resource_state_events: [{ state: 'closed', user_id: 102, created_at: '2014-02-12T16:00:00.000Z' }],
    resource_label_events: [
      { action: 'add', user_id: 101, created_at: '2014-01-14T08:00:00.000Z', label: bug },
    ],
    resource_milestone_events: [
      { action: 'add', user_id: 101, created_at: '2014-01-15T08:00:00.000Z', state: 'opened', milestone },
    ],
  });
});

test('a merged request with a comment on a line', () => {
  const problems = createProblems();
  const at = '2014-02-12T09:00:00.000Z';
  const made = lineOf(
    pull({
      state: 'merged',
      mergedAt: '2014-02-12T09:00:00Z',
      mergedBy: 'mika',
      closedAt: '2014-02-12T09:00:00Z',
      closedBy: 'mika',
      assignees: ['ren'],
      events: [
        { id: 1, kind: 'merge', author: 'mika', at },
        { id: 2, kind: 'close', author: 'mika', at },
      ],
      lineComments: [
        {
          id: 3,
          author: 'mika',
          body: 'Why?',
          createdAt: at,
          updatedAt: at,
          commit: head,
          path: 'src/a.txt',
          oldLine: null,
          newLine: 12,
          replyTo: null,
        },
      ],
    }),
    sampleMaking(),
    problems,
  );
  expect(problems.notices('o/r')).toEqual([]);
  expect(made).toMatchObject({ relation: 'merge_requests', number: 6, people: [101, 102], notes: 1 });
  const position = {
    position_type: 'text',
    base_sha: base,
    start_sha: base,
    head_sha: head,
    old_path: 'src/a.txt',
    new_path: 'src/a.txt',
    old_line: null,
    new_line: 12,
  };
  expect(JSON.parse(made?.text ?? '')).toEqual({
    iid: 6,
    title: 'Reset',
    description: 'Closes #1',
    author_id: 102,
    state: 'merged',
    source_project_id: 1,
    target_project_id: 1,
    source_branch: 'topic/buffer',
    target_branch: 'main',
    source_branch_sha: head,
    target_branch_sha: base,
    merge_commit_sha: merge,
    merge_user_id: 101,
    merge_status: 'can_be_merged',
    created_at: '2014-02-11T09:30:00.000Z',
    updated_at: at,
    metrics: { merged_at: at, merged_by_id: 101, created_at: '2014-02-11T09:30:00.000Z', updated_at: at },
    label_links: [],
    merge_request_assignees: [{ user_id: 102, created_at: '2014-02-11T09:30:00.000Z' }],
    notes: [
      {
        type: 'DiffNote',
        note: 'Why?',
        noteable_type: 'MergeRequest',
        author_id: 101,
        author: { name: 'Mika Sato' },
        system: false,
        created_at: at,
        updated_at: at,
        discussion_id: expect.stringMatching(/^[\da-f]{40}$/),
        line_code: '0d8b587aceb3b3b0f251c5b40310f8c772942dd6_12_12',
        position,
        original_position: position,
      },
    ],
    resource_state_events: [{ state: 'merged', user_id: 101, created_at: at }],
    resource_label_events: [],
    resource_milestone_events: [],
  });
});
