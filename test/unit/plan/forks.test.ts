import { expect, test } from 'vitest';
import { parentsFirst } from '../../../src/plan/forks.ts';

function order(parents: Record<string, string>): string {
  const items = Object.entries(parents).map(([id, parent]) => (parent === '' ? { id } : { id, parent }));
  return parentsFirst(items)
    .map(({ id }) => id)
    .join(' ');
}

test('parents come before their forks, and nothing else changes its place', () => {
  expect(order({ a: '', b: 'd', c: '', d: 'e', e: '' })).toBe('a e d b c');
  expect(order({ a: 'gone', b: '' })).toBe('a b');
});

test('a circle of parents is cut, and everything comes once', () => {
  expect(order({ a: 'b', b: 'c', c: 'a', d: 'd' }).split(' ').sort()).toEqual(['a', 'b', 'c', 'd']);
});
