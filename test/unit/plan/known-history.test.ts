import { describe, expect, test } from 'vitest';
import { emptyHistory, apply } from '../../../src/journal/history.ts';
import type { RefListing } from '../../../src/model/forge.ts';
import {
  foreignProject,
  isPartOf,
  questionsOf,
  unknownIds,
  type Sides,
  writtenRefs,
} from '../../../src/plan/known-refs.ts';
import { keepPlanDecisions, planRefs } from '../../../src/plan/refs.ts';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
];

function listing(refs: Record<string, string>): RefListing {
  return { refs: new Map(Object.entries(refs)), head: null };
}

function sides(
  source: Record<string, string>,
  target: Record<string, string>,
  more: Partial<Sides> = {},
): Sides {
  return {
    source: listing(source),
    target: listing(target),
    written: new Map(),
    ours: false,
    notes: true,
    ...more,
  };
}

describe('the source is asked', () => {
  test('nothing when the target holds nothing but what the source shows', () => {
    const same = { 'refs/heads/main': A, 'refs/tags/v1': B };
    expect(questionsOf(sides(same, same))).toEqual({ moved: [], others: [] });
  });

  test('whether a moved branch goes on, and whether it ever had the rest', () => {
    const source = { 'refs/heads/main': A, 'refs/tags/v1': A };
    const target = {
      'refs/heads/main': B,
      'refs/heads/extra': C,
      'refs/tags/v1': D,
      'refs/merge-requests/1/head': D,
    };
    expect(questionsOf(sides(source, target))).toEqual({ moved: [B], others: [C, D] });
  });

  test('nothing about what the journal says that we wrote', () => {
    const history = emptyHistory();
    const data = { refs: { 'refs/heads/main': [C, B] } };
    const entry = { v: 1, type: 'step', at: '', run: '', item: 'team/app', step: 'code' } as const;
    apply(history, { ...entry, status: 'started', data });
    const known = { written: writtenRefs(history.items.get('team/app')), ours: true };
    for (const id of [B, C]) {
      const both = sides({ 'refs/heads/main': A }, { 'refs/heads/main': id }, known);
      expect(questionsOf(both)).toEqual({ moved: [], others: [] });
    }
    const moved = sides({ 'refs/heads/main': A }, { 'refs/heads/main': D }, known);
    expect(questionsOf(moved)).toEqual({ moved: [D], others: [] });
  });

  test('only about moved branches in a project that is ours', () => {
    const source = { 'refs/heads/main': A };
    const target = { 'refs/heads/main': B, 'refs/heads/extra': C };
    expect(questionsOf(sides(source, target, { ours: true }))).toEqual({ moved: [B], others: [] });
    expect(unknownIds(sides(source, target, { ours: true }))).toEqual([]);
  });
});

test('an object is part of a branch only when the source says so; who does not know says nothing', () => {
  const objects = new Map([
    [A, { known: true, tips: new Set([B]) }],
    [C, { known: false, tips: null }],
    [D, { known: true, tips: null }],
  ]);
  expect(isPartOf(objects, A, B)).toBe(true);
  expect(isPartOf(objects, A, D)).toBe(false);
  expect(isPartOf(objects, C, B)).toBe(false);
  expect(isPartOf(objects, D, B)).toBe(null);
  expect(isPartOf(objects, B, A)).toBe(null);
  expect(isPartOf(undefined, A, B)).toBe(null);
});

test('a foreign project is blocked with its foreign refs and a path to paste', () => {
  const refs = Array.from({ length: 7 }, (_, index): [string, string] => [`refs/heads/b${index}`, B]);
  const target = { refs: new Map([['refs/heads/main', A], ...refs]), head: null };
  const place = { repository: 'team/app', fullPath: 'team/app' };
  expect(foreignProject(place, target, [])).toBe(null);
  const blocked = foreignProject(place, target, [B]);
  expect(blocked?.code).toBe('path-taken');
  expect(blocked?.message).toContain('refs/heads/b0 (bbbbbbbbbbbb)');
  expect(blocked?.message).toContain('and 2 more');
  expect(blocked?.message).not.toContain('refs/heads/main');
  expect(blocked?.fix).toContain('"team/app": "team/app-gitbucket"');
});

test.each([
  [true, 'update'],
  [null, 'update'],
  [false, 'diverged'],
] as const)('a branch of the target that is part of the source: %s, so %s', (part, outcome) => {
  const [change] = planRefs({
    repository: 'team/app',
    source: { refs: new Map([['refs/heads/main', A]]), head: null },
    target: new Map([['refs/heads/main', B]]),
    written: new Map(),
    defaultBranch: 'main',
    initialBranch: 'main',
    notes: true,
    prune: false,
    isPartOf: () => part,
  });
  expect(change).toMatchObject({ outcome, old: B, new: A, force: false });
});

test('a second try goes no further than the plan, unless one of the sides has moved', () => {
  const change = { ref: 'refs/heads/main', old: B, new: A, force: false, afterOthers: false };
  const diverged = { ...change, outcome: 'diverged', reason: 'asked the source' } as const;
  const update = { ...change, outcome: 'update' } as const;
  expect(keepPlanDecisions([diverged], [update])).toEqual([diverged]);
  expect(keepPlanDecisions([diverged], [{ ...update, new: C }])).toEqual([{ ...update, new: C }]);
  expect(keepPlanDecisions([update], [update])).toEqual([update]);
});
