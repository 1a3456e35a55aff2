import { expect, test } from 'vitest';
import type { RefListing } from '../../../src/model/forge.ts';
import { planWikiRefs, type WikiSides } from '../../../src/plan/wiki-refs.ts';

const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];

function listing(refs: Record<string, string>, head: string | null = null): RefListing {
  const named = Object.entries(refs).map(([ref, id]): [string, string] => [`refs/${ref}`, id]);
  return { refs: new Map(named), head: head === null ? null : `refs/heads/${head}` };
}

function planned(sides: Partial<WikiSides>) {
  const none = listing({});
  const { shown, refs } = planWikiRefs({
    source: none,
    target: none,
    written: new Map(),
    moved: null,
    prune: false,
    ...sides,
  });
  return { shown, outcomes: refs.map(({ ref, outcome, force }) => `${outcome}${force ? '!' : ''} ${ref}`) };
}

function written(id: string): Map<string, Set<string>> {
  return new Map(['refs/heads/master', 'refs/tags/v1'].map((ref) => [ref, new Set([id])]));
}

test('all branches and tags go, the one that HEAD names first, and nothing else', () => {
  const source = listing(
    { 'heads/a': one, 'heads/master': two, 'heads/HEAD': one, 'tags/v1': one, 'pull/1/head': one },
    'master',
  );
  expect(planned({ source })).toEqual({
    shown: { from: 'refs/heads/master', to: 'refs/heads/master' },
    outcomes: [
      'create refs/heads/master',
      'create refs/heads/HEAD',
      'create refs/heads/a',
      'create refs/tags/v1',
    ],
  });
});

test.each([
  ['an empty wiki', {}, 'master'],
  ['one that has the branch', { 'heads/main': one, 'heads/master': one }, 'master'],
  ['one that shows another branch', { 'heads/trunk': one }, 'trunk'],
  ['one with branches of which GitLab shows main', { 'heads/a': one, 'heads/main': one }, 'main'],
])('to %s', (_what, target, to) => {
  const source = listing({ 'heads/master': two }, 'master');
  expect(planned({ source, target: listing(target) }).shown?.to).toBe(`refs/heads/${to}`);
});

test('a branch that the source has itself is not taken for another one', () => {
  const source = listing({ 'heads/master': two, 'heads/trunk': one }, 'master');
  expect(planned({ source, target: listing({ 'heads/trunk': one }) })).toEqual({
    shown: { from: 'refs/heads/master', to: 'refs/heads/master' },
    outcomes: ['create refs/heads/master', 'unchanged refs/heads/trunk'],
  });
});

test('what this tool wrote may be rewritten, what others wrote only be gone on with', () => {
  const source = listing({ 'heads/master': three, 'tags/v1': three }, 'master');
  const target = listing({ 'heads/master': two, 'tags/v1': two });
  expect(planned({ source, target, written: written(two) }).outcomes).toEqual([
    'update! refs/heads/master',
    'update! refs/tags/v1',
  ]);
  expect(planned({ source, target, written: written(one) }).outcomes).toEqual([
    'update refs/heads/master',
    'diverged refs/tags/v1',
  ]);
  // A run that was killed before its push has written nothing yet.
  expect(planned({ source, target, written: written(three) }).outcomes[0]).toBe('update refs/heads/master');
  expect(planned({ source, target, written: written(three), moved: three }).outcomes).toEqual([
    'diverged refs/heads/master',
    'diverged refs/tags/v1',
  ]);
});

test('what is only on GitLab stays, but for what this tool wrote and --prune', () => {
  const source = listing({ 'heads/master': one }, 'master');
  const target = listing({ 'heads/master': one, 'heads/old': two, 'heads/theirs': three });
  const ours = new Map([['refs/heads/old', new Set([two])]]);
  expect(planned({ source, target, written: ours }).outcomes).toEqual([
    'unchanged refs/heads/master',
    'kept refs/heads/old',
    'kept refs/heads/theirs',
  ]);
  expect(planned({ source, target, written: ours, prune: true }).outcomes).toContain(
    'delete! refs/heads/old',
  );
});

test('a name that another one is in the way of is refused, or waits until that is gone', () => {
  const source = listing({ 'heads/a/b': one }, 'a/b');
  const target = listing({ 'heads/a': two, 'heads/a2': two });
  const ours = new Map([['refs/heads/a', new Set([two])]]);
  const both = { source, target };
  expect(
    planned({ ...both, source: listing({ 'heads/a/b': one, 'heads/a2': two }, 'a2') }).outcomes,
  ).toContain('refused refs/heads/a/b');
  const pruned = {
    ...both,
    source: listing({ 'heads/a/b': one, 'heads/a2': two }, 'a2'),
    written: ours,
    prune: true,
  };
  expect(planned(pruned).outcomes).toContain('create refs/heads/a/b');
});
