import { describe, expect, test } from 'vitest';
import {
  heldIn,
  heldPatch,
  namesOfHeads,
  pullHeadsIn,
  sortHeads,
  type KnownHeads,
  type SortedHeads,
} from '../../../src/plan/pull-heads.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const main = 'refs/heads/main';
const nothing: KnownHeads = { written: new Map(), contained: new Map() };
const how = { prefix: 'pr/', repository: 'team/app', renames: {}, rules: { notes: true } };

function sort(refs: Record<string, string>, known: Partial<KnownHeads> = {}): SortedHeads {
  return sortHeads({ refs: new Map(Object.entries(refs)), head: null }, how, { ...nothing, ...known });
}

describe('the head of a pull request', () => {
  test('needs no question where a branch or tag has the same commit', () => {
    const sorted = sort({ [main]: A, 'refs/tags/v1': B, 'refs/pull/1/head': A, 'refs/pull/2/head': B });
    expect(Object.fromEntries(sorted.contained)).toEqual({
      [A]: { ref: main, tip: A },
      [B]: { ref: 'refs/tags/v1', tip: B },
    });
    expect(sorted.open.size).toBe(0);
  });

  test('is asked about when only a branch holds it that GitLab refuses', () => {
    const sorted = sort({ 'refs/heads/HEAD': A, 'refs/notes/x': A, 'refs/pull/1/head': A });
    expect(Object.fromEntries(sorted.open)).toEqual({ [A]: ['refs/pull/1/head'] });
  });

  test('keeps its branch as long as it does not move', () => {
    const written = new Map([['refs/heads/pr/1', new Set([A])]]);
    expect([...sort({ [main]: B, 'refs/pull/1/head': A }, { written }).kept]).toEqual([
      ['refs/pull/1/head', A],
    ]);
    expect([...sort({ [main]: B, 'refs/pull/1/head': C }, { written }).open.keys()]).toEqual([C]);
  });

  test('is asked about again when what held it is gone, and its holder when that has moved', () => {
    const contained = new Map([[A, { ref: main, tip: B }]]);
    const pull = { 'refs/pull/1/head': A };
    expect([...sort({ [main]: B, ...pull }, { contained }).contained.keys()]).toEqual([A]);
    expect([...sort({ [main]: C, ...pull }, { contained }).moved.keys()]).toEqual([A]);
    expect([...sort({ 'refs/heads/other': C, ...pull }, { contained }).open.keys()]).toEqual([A]);
  });

  test('is found under its number, whether it travels or not', () => {
    const renamed = new Map([['refs/pull/7/head', 'refs/heads/pr/7']]);
    const refs = new Map([
      ['refs/heads/pr/7', A],
      ['refs/pull/8/head', B],
      ['refs/pull/8/merge', C],
    ]);
    expect(Object.fromEntries(pullHeadsIn({ refs, renamed }))).toEqual({ 7: A, 8: B });
  });
});

test('no branch of a head takes the name of another ref, or lies inside one', () => {
  const heads = ['refs/pull/1/head', 'refs/pull/2/head', 'refs/pull/3/head'];
  const names = (others: string[], prefix = 'pr/'): unknown =>
    namesOfHeads({ refs: new Map([...others, ...heads].map((ref) => [ref, A])), head: null }, heads, {
      prefix,
      renames: { 'refs/heads/x': 'refs/heads/pr/3' },
    });
  expect(names(['refs/heads/pr/1', 'refs/heads/pr/2/x', 'refs/heads/x'])).toEqual({
    'refs/pull/1/head': 'refs/heads/pr/1-head',
    'refs/pull/2/head': 'refs/heads/pr/2-head',
    'refs/pull/3/head': 'refs/heads/pr/3-head',
  });
  expect(names(['refs/heads/pr', 'refs/heads/pr-1', 'refs/heads/pr-1-head-1'])).toEqual({
    'refs/pull/1/head': 'refs/heads/pr-1-head-2',
    'refs/pull/2/head': 'refs/heads/pr-2',
    'refs/pull/3/head': 'refs/heads/pr-3',
  });
  expect(names([], 'pull-')).toMatchObject({ 'refs/pull/3/head': 'refs/heads/pull-3' });
});

test('the journal keeps what holds heads by the ref, and only what is news', () => {
  const held = new Map([
    [A, { ref: main, tip: C }],
    [B, { ref: main, tip: C }],
    [C, { ref: main, tip: C }],
  ]);
  const data = { [main]: { tip: C, ids: [A, B] } };
  expect(heldPatch(held)).toEqual(data);
  expect(heldPatch(held, data)).toBeNull();
  expect(heldPatch(new Map(), data)).toEqual({ [main]: null });
  expect(heldPatch(undefined, data)).toBeNull();
  expect([...heldIn(data)]).toEqual([
    [A, { ref: main, tip: C }],
    [B, { ref: main, tip: C }],
  ]);
});
