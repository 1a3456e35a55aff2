import { describe, expect, it } from 'vitest';
import { issueCount } from '../../../src/gitbucket/counts.ts';

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('issues', () => {
  it('are counted by looking when the pages are not full', () => {
    expect(issueCount([[7, 2], [3]], [1, 4, 5, 6])).toBe(3);
    expect(issueCount([[], []], [1, 2])).toBe(0);
  });

  it('are all numbers that are no pull requests when they are', () => {
    expect(issueCount([range(36, 60), []], [10, 20, 61, 62])).toBe(58);
    expect(issueCount([[4], range(40, 64)], [])).toBe(64);
  });

  it('are at least those that were seen', () => {
    expect(issueCount([range(1, 25), []], range(1, 24))).toBe(25);
  });
});
