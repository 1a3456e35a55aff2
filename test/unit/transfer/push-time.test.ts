import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedMs, fitPushTime, usualPushTime, type Timing } from '../../../src/transfer/request-size.ts';

/** Pushes of these sizes on a server with these prices; `factors` are what chance makes of each. */
function timings(
  prices: { request: number; perRef: number },
  sizes: readonly number[],
  factors = [1],
): Timing[] {
  return sizes.map((refs, index) => ({
    refs,
    ms: expectedMs(prices, refs) * (factors[index % factors.length] ?? 1),
  }));
}

const sizes = [1, 3, 40, 400, 900, 5, 2, 1100, 60];

test('without a push the usual prices hold', () => {
  const { request, perRef } = fitPushTime([]);
  expect(request).toBeCloseTo(usualPushTime.request);
  expect(perRef).toBeCloseTo(usualPushTime.perRef);
});

test.each([
  { request: 1500, perRef: 15 },
  { request: 6000, perRef: 15 },
  { request: 300, perRef: 2 },
  { request: 2000, perRef: 60 },
])('$request ms a push and $perRef ms a ref are found', (prices) => {
  const fitted = fitPushTime(timings(prices, sizes, [1, 1.1, 0.9, 1.05]));
  expect(Math.abs(fitted.request / prices.request - 1)).toBeLessThan(0.2);
  expect(Math.abs(fitted.perRef / prices.perRef - 1)).toBeLessThan(0.2);
});

test('pauses of the server are no price', () => {
  const prices = { request: 1500, perRef: 15 };
  const seen = timings(prices, [...sizes, ...sizes, ...sizes]);
  const paused = seen.map((timing, index) => (index % 9 === 4 ? { ...timing, ms: timing.ms * 10 } : timing));
  const fitted = fitPushTime(paused);
  expect(expectedMs(fitted, 1000) / expectedMs(prices, 1000)).toBeLessThan(1.25);
});

test('small pushes tell what a push costs, and leave the price of a ref as it was', () => {
  const fitted = fitPushTime(timings({ request: 6000, perRef: 15 }, [1, 2, 1, 4, 3, 2]));
  expect(fitted.request).toBeGreaterThan(5000);
  expect(fitted.perRef).toBeGreaterThan(10);
  expect(fitted.perRef).toBeLessThan(30);
});

test('a server that costs nothing is soon known as one', () => {
  const fitted = fitPushTime([{ refs: 400, ms: 30 }]);
  expect(expectedMs(fitted, 400)).toBeLessThan(100);
});

test('neither price is ever negative or no number', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ refs: fc.integer({ min: 1, max: 8000 }), ms: fc.nat(300_000) }), {
        maxLength: 60,
      }),
      (seen) => {
        const { request, perRef } = fitPushTime(seen);
        expect(request).toBeGreaterThanOrEqual(0);
        expect(perRef).toBeGreaterThan(0);
        expect(Number.isFinite(request + perRef)).toBe(true);
      },
    ),
  );
});
