import { expect, it } from 'vitest';
import { stuckRefs } from '../../../src/inspect/stuck-refs.ts';

/** `c: a b` is a commit with its parents, oldest first. */
function historyOf(...lines: string[]): Map<string, string[]> {
  return new Map(
    lines.map((line) => {
      const [id = '', parents = ''] = line.split(':');
      return [id, parents.split(' ').filter(Boolean)];
    }),
  );
}

function stuck(
  history: Map<string, string[]>,
  refs: Record<string, string>,
  sizes: Record<string, number> = {},
): string[] {
  const bytes = new Map([...history.keys()].map((id) => [id, sizes[id] ?? 6]));
  const wanted = Object.entries(refs).map(([ref, commit]) => ({ ref, commit }));
  return stuckRefs(history, bytes, wanted, 10).map(({ ref, commit }) => `${ref} ${commit}`);
}

const merged = historyOf('r:', 'a:r', 'b:a', 'c:r', 'd:c', 'm:b d');

it('a straight history can be cut anywhere, one commit cannot', () => {
  const history = historyOf('a:', 'b:a', 'c:b', 'd:c');
  expect(stuck(history, { 'refs/heads/main': 'd' })).toEqual([]);
  expect(stuck(history, { 'refs/heads/main': 'd' }, { c: 11 })).toEqual(['refs/heads/main c']);
});

it('a merge brings the whole of one side, unless that is short or on a ref of its own', () => {
  expect(stuck(merged, { 'refs/heads/main': 'm' })).toEqual(['refs/heads/main m']);
  expect(stuck(merged, { 'refs/heads/main': 'm' }, { c: 1, d: 1, m: 1 })).toEqual([]);
  expect(stuck(merged, { 'refs/heads/main': 'm', 'refs/heads/side': 'd' })).toEqual([]);
});

it('goes along the longer line when the usual one does not do', () => {
  const history = historyOf('r:', 'a:r', 'c:r', 'd:c', 'e:d', 'm:a e');
  expect(stuck(history, { 'refs/heads/main': 'm' }, { m: 1 })).toEqual([]);
});

it('a tag is moved whole, but what a branch brought is spared, in whatever order', () => {
  const history = historyOf('a:', 'b:a', 'c:b');
  expect(stuck(history, { 'refs/tags/v1': 'c' })).toEqual(['refs/tags/v1 c']);
  expect(stuck(history, { 'refs/tags/v1': 'c', 'refs/heads/main': 'b' })).toEqual([]);
});

it('part of a stuck branch helps others', () => {
  const history = historyOf('a:', 'b:a', 'c:b', 'x:c');
  expect(stuck(history, { 'refs/tags/v1': 'c', 'refs/heads/main': 'x' }, { x: 99 })).toEqual([
    'refs/heads/main x',
  ]);
});
