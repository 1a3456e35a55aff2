import { expect, it } from 'vitest';
import { argumentPortions } from '../../../src/transfer/arguments.ts';

it('portions fit on a command line, keep the order and lose nothing', () => {
  const refs = Array.from({ length: 8000 }, (_, index) => `refs/heads/${'ä'.repeat(100)}${index}`);
  const portions = argumentPortions(refs, (ref) => [ref, `+${ref}`]);
  expect(portions.length).toBeGreaterThan(2);
  expect(portions.flat()).toEqual(refs);
  for (const portion of portions) expect(Buffer.byteLength(portion.join())).toBeLessThan(500_000);
  expect(argumentPortions(refs.slice(0, 10), (ref) => [ref])).toHaveLength(1);
  expect(argumentPortions(['x'.repeat(600_000), 'y'], (word) => [word])).toHaveLength(2);
  expect(argumentPortions([], () => [])).toEqual([]);
});
