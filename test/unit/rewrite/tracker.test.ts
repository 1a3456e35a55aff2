import { expect, test } from 'vitest';
import type { LineComment, TrackerItem, TrackerReader } from '../../../src/model/tracker.ts';
import { withNewIds } from '../../../src/rewrite/tracker.ts';

const comment: LineComment = {
  id: 1,
  author: 'ann',
  body: 'see old-1',
  createdAt: '',
  updatedAt: '',
  commit: 'old-1',
  path: 'file',
  oldLine: null,
  newLine: 1,
  replyTo: null,
  now: { commit: 'old-2', oldLine: null, newLine: 2 },
};

const pull = {
  kind: 'pull',
  number: 1,
  body: 'of old-1',
  events: [
    { id: 1, author: 'ann', at: '', kind: 'mention', of: 'old-1', text: '' },
    { id: 2, author: 'ann', at: '', kind: 'mention', of: '#1', text: '' },
  ],
  head: { repository: null, branch: 'topic', commit: 'old-2' },
  base: { branch: 'main', commit: 'kept' },
  lineComments: [comment],
} as unknown as TrackerItem;

const issue = { kind: 'issue', number: 2, body: 'of old-1', events: null } as unknown as TrackerItem;

test('pull requests, comments and mentions name the commits of the rewritten history', async () => {
  const reader = {
    async *items() {
      yield pull;
      yield issue;
    },
    commitComments: () => Promise.resolve([comment]),
  } as unknown as TrackerReader;
  const ids = new Map([
    ['old-1', 'new-1'],
    ['old-2', 'new-2'],
  ]);
  const renamed = withNewIds(reader, () => Promise.resolve(ids));
  const items: TrackerItem[] = [];
  for await (const item of renamed.items([1, 2])) items.push(item);
  const moved = { ...comment, commit: 'new-1', now: { commit: 'new-2', oldLine: null, newLine: 2 } };
  expect(items[0]).toMatchObject({
    body: 'of old-1',
    events: [{ of: 'new-1' }, { of: '#1' }],
    head: { commit: 'new-2' },
    base: { commit: 'kept' },
    lineComments: [moved],
  });
  expect(items[1]).toEqual(issue);
  expect(await renamed.commitComments()).toEqual([moved]);
});
