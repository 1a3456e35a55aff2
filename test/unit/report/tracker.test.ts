import { expect, test } from 'vitest';
import type { ItemResult } from '../../../src/model/result.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { trackerRemarks, trackerRows } from '../../../src/report/tracker.ts';
import { remarkLine } from '../../../src/ui/tracker-messages.ts';
import { project, result as resultOf } from './samples.ts';

function withTracker(id: string, messages: [code: string, message: string][]): ItemResult {
  const item = project({ id });
  const notices = messages.map(([code, message]) => ({ code, object: id, message, fix: '' }));
  const contents = { issues: 59, requests: 6, comments: 1234 };
  const step = {
    step: 'tracker',
    title: 'Issues and merge requests',
    state: 'proven' as const,
    changed: true,
    ms: 1,
    bytes: 0,
    counts: { create: 65 },
    notices,
    check: { state: 'proven' as const, compared: 65, hash: null, contents, differences: [] },
  };
  return { ...item, steps: [...item.steps, step] };
}

const result = resultOf([
  withTracker('team/web', [
    ['tracker-text-unknown-mention', 'a mention of somebody is in code marks: #1, !7'],
    ['tracker-gap', 'pull-request #65: GitBucket has no branches for it'],
    ['tracker-kept', '#3 was changed on GitLab since it was moved, which is kept'],
  ]),
  withTracker('team/api', [['tracker-text-unknown-mention', 'a mention of somebody is in code marks: #2']]),
  project({ id: 'team/docs' }),
]);

test('the report has the numbers of each project, and what is otherwise once for each kind', () => {
  expect(
    trackerRows(result).map(({ item, issues, requests, comments }) => [item.id, issues, requests, comments]),
  ).toEqual([
    ['team/web', 59, 6, 1234],
    ['team/api', 59, 6, 1234],
  ]);
  expect(trackerRemarks(result).map((remark) => remarkLine(remark))).toEqual([
    'a mention of somebody is in code marks: team/web (#1, !7), team/api (#2)',
    'GitBucket has no branches for it: team/web (pull-request #65)',
    'was changed on GitLab since it was moved, which is kept: team/web (#3)',
  ]);
  const text = renderMarkdown(result);
  expect(text).toContain('## Issues and merge requests');
  expect(text).toContain('compared by number, state, dates, title, text');
  // Nothing is said of trackers where none moves.
  expect(renderMarkdown(resultOf([project()]))).not.toContain('compared by number');
  expect(text).toMatch(/\| \[`team\/web`\].* \| 59 \| 6 \| 1,234 \| proven \|/);
  expect(text.match(/a mention of somebody/g)).toHaveLength(1);
});

test('of many places the terminal names a few', () => {
  const places = ['a/a', 'a/b', 'a/c', 'a/d', 'a/e'].map((id) => ({ id, detail: '' }));
  expect(remarkLine({ head: 'an end', places })).toBe('an end: a/a, a/b, a/c and 2 more');
});
