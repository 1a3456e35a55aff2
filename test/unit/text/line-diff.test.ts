import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { changesIn, lineDiff } from '../../../src/text/line-diff.ts';

const lines = array(constantFrom('a', 'b', 'c', ''), { maxLength: 12 });

test('what is not gone is the new text, what is not new is the old one', () => {
  assert(
    property(lines, lines, (before, after) => {
      const diff = lineDiff(before, after);
      expect(diff.filter(({ mark }) => mark !== '-').map(({ line }) => line)).toEqual(after);
      expect(diff.filter(({ mark }) => mark !== '+').map(({ line }) => line)).toEqual(before);
    }),
  );
});

test('a changed line is shown with its neighbours, and what lies between changes is left out', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7', '8'];
  const after = ['1', '2', 'x', '4', '5', '6', '7', '8', '9'];
  const shown = changesIn(lineDiff(before, after), 1).map((each) => each && each.mark + each.line);
  expect(shown).toEqual([' 2', '-3', '+x', ' 4', null, ' 8', '+9']);
});

function big(word: string): string[] {
  return Array.from({ length: 2500 }, (_, index) => `${word}${index}`);
}

test('texts too big to compare line by line are all gone and all new', () => {
  const diff = lineDiff(big('a'), big('b'));
  expect(diff).toHaveLength(5000);
  expect(diff[0]).toEqual({ mark: '-', line: 'a0' });
});
