import { expect, test } from 'vitest';
import { isAtLeast } from '../../../src/text/format.ts';

test.each([
  ['2.39.5', '2.30.0', true],
  ['2.30', '2.30.0', true],
  ['2.9.5', '2.30.0', false],
  ['18.9.0-ee', '18.0', true],
  ['4.47.0', '4.5', true],
])('is %s at least %s?', (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});
