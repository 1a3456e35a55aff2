import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignPaths, type PathEntry } from '../../../src/plan/path-assignment.ts';
import { repositoryName } from '../../helpers/legal-names.ts';

function paths(entries: readonly PathEntry[]): Record<string, string> {
  const context = { level: 'top-group' as const, parent: null, taken: new Set<string>() };
  const assigned = assignPaths(entries, { ...context, remembered: new Map() });
  return Object.fromEntries([...assigned].map(([key, { path }]) => [key, path]));
}

function entry(original: string, made?: number): PathEntry {
  return { key: original, original, made };
}

test('of names that differ in letter case only the oldest keeps its own, whatever comes first by name', () => {
  const old = paths([entry('platform', 10)]);
  const now = paths([entry('PLATFORM', 30), entry('Platform', 20), entry('platform', 10)]);
  expect(now['platform']).toBe(old['platform']);
  expect(new Set(Object.values(now).map((path) => path.toLowerCase())).size).toBe(3);
});

test('of names that are cleaned to the same path the oldest gets it', () => {
  expect(paths([entry('A--b', 20), entry('a--b', 10)])['a--b']).toBe('a-b');
  expect(paths([entry('A--b', 10), entry('a--b', 20)])['A--b']).toBe('A-b');
});

test('without ages the order is that of the names, and whoever has none comes after those that have one', () => {
  expect(paths([entry('team'), entry('Team')])['Team']).toBe('Team');
  expect(paths([entry('team', 10), entry('Team')])['team']).toBe('team');
});

test('what is made later takes no name away, not even one that it could keep as it is', () => {
  expect(paths([entry('a--b', 10), entry('a-b', 20)])).toMatchObject({ 'a--b': 'a-b' });
  const names = fc.uniqueArray(
    repositoryName.filter((name) => !name.toLowerCase().endsWith('.wiki')),
    { minLength: 2, maxLength: 12, comparator: 'SameValue' },
  );
  fc.assert(
    fc.property(names, fc.nat(), (all, count) => {
      const entries = all.map((name, index) => entry(name, index));
      const earlier = paths(entries.slice(0, 1 + (count % (all.length - 1))));
      expect(paths(entries)).toMatchObject(earlier);
    }),
    { numRuns: 500 },
  );
});
