import { expect, test } from 'vitest';
import { fromSigns, quirksOf, versionText } from '../../../src/gitbucket/version.ts';

function signs(...there: (boolean | null)[]) {
  return ['4.23', '4.30', '4.37', '4.47'].map((since, index) => ({ since, there: there[index] ?? null }));
}

test('the signs narrow the version down, and one that cannot be tried says nothing', () => {
  expect(versionText(fromSigns(signs(true, true, true, false)))).toBe('between 4.37 and 4.47');
  expect(versionText(fromSigns(signs(true, true, true, true)))).toBe('4.47 or later');
  expect(versionText(fromSigns(signs(true, true)))).toBe('4.30 or later');
  expect(versionText(fromSigns(signs(false)))).toBe('between 4.0 and 4.23');
});

test.each([
  ['4.22.0', ['git-without-tokens', 'names-by-case', 'without-owner-list']],
  ['4.29.0', ['without-owner-list']],
  ['4.38.4', []],
  ['4.47.0', ['placeholders']],
])('GitBucket %s has these quirks', (exact, quirks) => {
  expect(quirksOf({ exact, atLeast: exact, below: null }, false)).toEqual(quirks);
});

test('what is only perhaps older has no quirk of older versions', () => {
  const perhaps = { exact: null, atLeast: '4.23', below: null };
  expect(quirksOf(perhaps, false)).toEqual([]);
  const surely = { exact: null, atLeast: '4.0', below: '4.23' };
  expect(quirksOf(surely, true)).toEqual(['names-by-case', 'without-owner-list']);
});
