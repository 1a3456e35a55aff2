import { expect, test } from 'vitest';
import { sharing } from '../../../src/plan/sharing.ts';

const main = ['refs/heads/main', 'a'.repeat(40)] as const;
const tag = ['refs/tags/v1', 'b'.repeat(40)] as const;
const source = { refs: new Map([main, tag]), head: 'refs/heads/main' };

test('equal listings share one map and keep their own head', () => {
  const shared = sharing({ refs: new Map([tag, main]), head: null }, source);
  expect(shared.refs).toBe(source.refs);
  expect(shared.head).toBeNull();
});

test('listings that differ in any way keep what they hold', () => {
  const others = [
    [main],
    [main, tag, ['refs/heads/more', tag[1]]],
    [main, [tag[0], main[1]]],
    [main, ['refs/tags/v2', tag[1]]],
    [],
  ] as [string, string][][];
  for (const refs of others) {
    const listing = { refs: new Map(refs), head: null };
    expect(sharing(listing, source)).toEqual(listing);
    expect(sharing(listing, source).refs).not.toBe(source.refs);
  }
  expect(sharing(source, undefined)).toBe(source);
});
