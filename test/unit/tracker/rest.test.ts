import { describe, expect, test } from 'vitest';
import { lineOf } from '../../../src/tracker/archive/lines.ts';
import { createProblems } from '../../../src/tracker/archive/problems.ts';
import { restIssueOf, type RestIssue } from '../../../src/tracker/rest.ts';
import { issue, sampleMaking } from '../../helpers/tracker-items.ts';

function sent(changes: Parameters<typeof issue>[0]): RestIssue {
  const line = lineOf(issue(changes), sampleMaking(), createProblems());
  if (line === null) throw new Error('GitLab would not take it');
  return restIssueOf(line.text);
}

const comment = {
  id: 1,
  author: 'ren',
  body: 'Words',
  createdAt: '2014-01-13T08:00:00Z',
  updatedAt: '2014-01-14T09:30:00Z',
};

describe('an issue in requests', () => {
  test('has the line of GitLab below each comment, with the date of its last change (GL-434)', () => {
    expect(sent({ comments: [comment] }).comments).toEqual([
      { text: 'Words\n\n *By Ren Abe on 2014-01-14T09:30:00*', createdAt: '2014-01-13T08:00:00.000Z' },
    ]);
  });

  test('tells its history in comments, which GitLab counts', () => {
    const { comments, facts } = sent({
      comments: [comment],
      events: [{ id: 2, kind: 'title', author: 'mika', at: '2014-01-15T08:00:00Z', from: 'a', to: 'b' }],
    });
    expect(comments.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Words/),
      'changed title from `a` to `b`\n\n *By Mika Sato on 2014-01-15T08:00:00*',
    ]);
    expect(facts.comments).toBe(2);
  });

  test.each([
    ['2014-02-12T16:00:00Z', '2014-02-12T16:00:00.000Z'],
    [null, '2014-03-01T00:00:00.000Z'],
  ])('that was closed at %s is closed as of %s', (closedAt, expected) => {
    const { facts } = sent({ state: 'closed', closedAt, updatedAt: '2014-03-01T00:00:00Z' });
    expect(facts).toMatchObject({ state: 'closed', closedAt: expected });
  });

  test('that is open is closed at no time', () => {
    expect(sent({}).facts.closedAt).toBe(null);
  });

  test.each([
    ['text \r\n\t\0', 'text'],
    ['text\u2028', 'text\u2028'],
    ['  text', '  text'],
  ])('shows %j as %j (GL-385)', (body, expected) => {
    const making = sampleMaking({ texts: { ...sampleMaking().texts, text: () => [body.replace('\0', '')] } });
    const line = lineOf(issue({ body }), making, createProblems());
    expect(restIssueOf(line?.text ?? '').facts.text).toBe(expected);
  });
});
