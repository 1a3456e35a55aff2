import { describe, expect, test } from 'vitest';
import { decideBranches, isOnSource, type Around, type Wish } from '../../../src/plan/pull-branches.ts';

const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];

function wish(number: number, more: Partial<Wish> = {}): Wish {
  return { number, open: false, ref: 'refs/heads/topic', id: one, ...more };
}

function decide(wishes: Wish[], more: Partial<Around> = {}) {
  const around = {
    repository: 'team/app',
    source: { refs: new Map([['refs/heads/main', three]]) },
    there: new Map([['refs/heads/main', three]]),
    ours: {},
    inUse: new Map<string, number>(),
    ...more,
  };
  const { pushed, kept, refused } = decideBranches(wishes, around);
  return {
    pushed: pushed.map(({ number, ref, old }) => [number, ref.slice('refs/heads/'.length), old]),
    kept: kept.map(({ number }) => number),
    refused: refused.map(({ number, kind, why }) => `!${number} ${kind} ${why}`),
  };
}

function having(id: string): Map<string, string> {
  return new Map([['refs/heads/topic', id]]);
}

describe('of several requests from one branch', () => {
  test('the newest has it', () => {
    expect(decide([wish(3), wish(7), wish(5)])).toEqual({
      pushed: [[7, 'topic', null]],
      kept: [],
      refused: ['!5 branch-shared topic: that of !7', '!3 branch-shared topic: that of !7'],
    });
  });

  test('an open one goes before a newer one: GitLab would close it with the branch', () => {
    expect(decide([wish(3, { open: true }), wish(7)])).toMatchObject({
      pushed: [[3, 'topic', null]],
      refused: ['!7 branch-shared topic: that of !3'],
    });
  });

  test('one that is open on GitLab already keeps it, with and without the branch, unless it is sent itself', () => {
    const inUse = new Map([['refs/heads/topic', 3]]);
    expect(decide([wish(7)], { inUse }).refused).toEqual(['!7 branch-shared topic: that of !3']);
    expect(decide([wish(7), wish(3)], { inUse }).pushed).toEqual([[7, 'topic', null]]);
    const ours = { 'refs/heads/topic': { number: 3, open: true, ids: [one] } };
    expect(decide([wish(7, { id: two })], { there: having(one), ours })).toMatchObject({
      pushed: [],
      refused: ['!7 branch-shared topic: that of !3'],
    });
  });
});

describe('a branch that GitLab has', () => {
  test('of ours stays where it is, or is moved', () => {
    const ours = { 'refs/heads/topic': { number: 3, open: false, ids: [one] } };
    expect(decide([wish(3)], { there: having(one), ours })).toEqual({ pushed: [], kept: [3], refused: [] });
    expect(decide([wish(7, { id: two })], { there: having(one), ours }).pushed).toEqual([[7, 'topic', one]]);
  });

  test('of somebody else is left alone, and told where it is elsewhere', () => {
    const ours = { 'refs/heads/topic': { number: 3, open: false, ids: [two] } };
    expect(decide([wish(3)], { there: having(one) })).toEqual({ pushed: [], kept: [], refused: [] });
    expect(decide([wish(3)], { there: having(three), ours })).toEqual({
      pushed: [],
      kept: [],
      refused: ['!3 branch-taken topic'],
    });
  });
});

test.each([
  ['topic/a', 'refname conflict: git cannot have it beside another branch'],
  ['topic', 'refname conflict: git cannot have it beside another branch'],
  ['HEAD', 'You cannot create a branch with an invalid name.'],
  [`${one}-fix`, 'You cannot create a branch with a SHA-1 or SHA-256 branch name.'],
])('a branch %s is not pushed where git or GitLab cannot have it', (name, why) => {
  const source = { refs: new Map([['refs/heads/topic/a/b', three]]) };
  const there = new Map([['refs/heads/topic/a/c', three]]);
  expect(decide([wish(3, { ref: `refs/heads/${name}` })], { source, there })).toEqual({
    pushed: [],
    kept: [],
    refused: [`!3 branch-refused ${name}: ${why}`],
  });
});

test('two wishes cannot stand in the way of each other, and the open one comes first', () => {
  const inside = wish(3, { ref: 'refs/heads/topic/more', open: true });
  expect(decide([wish(7), inside])).toMatchObject({
    pushed: [[3, 'topic/more', null]],
    refused: [expect.stringMatching(/^!7 branch-refused topic: refname conflict/)],
  });
});

test('a ref is on the source also when it cannot be read, and under its own name when it has another one', () => {
  const source = {
    refs: new Map([['refs/heads/new', one]]),
    renamed: new Map([['refs/heads/old', 'refs/heads/new']]),
    unreadable: [{ ref: 'refs/heads/lost', detail: '' }],
  };
  const names = ['new', 'old', 'lost', 'other'].filter((name) => isOnSource(`refs/heads/${name}`, source));
  expect(names).toEqual(['new', 'old', 'lost']);
});
