import { describe, expect, test } from 'vitest';
import { createRequestSize, type RequestSize } from '../../../src/transfer/request-size.ts';

type Server = {
  request: number;
  perRef: number;
  /** Works on two pushes of one repository at the same time. */
  sideBySide: boolean;
};
type Pushed = { sizes: number[][]; ms: number; longest: number };

const real: Server = { request: 1500, perRef: 15, sideBySide: true };

/** Time that the server takes for pushes that arrive together. */
function together({ request, perRef, sideBySide }: Server, sizes: readonly number[]): number {
  const each = sizes.map((refs) => request + perRef * refs);
  return sideBySide ? Math.max(...each) : each.reduce((sum, ms) => sum + ms, 0);
}

/** Pushes a repository by the clock of such a server. */
function push(refs: number, server: Server, size: RequestSize = createRequestSize()): Pushed {
  const sizes: number[][] = [];
  let [left, ms, longest] = [refs, 0, 0];
  function send(round: number[]): void {
    const took = together(server, round);
    size.learn(round, took);
    sizes.push(round);
    left -= round.reduce((sum, count) => sum + count, 0);
    ms += took;
    longest = Math.max(longest, took);
  }
  send([size.first(left)]);
  while (left > 0) send(size.next(left, 2));
  return { sizes, ms, longest };
}

function requests({ sizes }: Pushed): number {
  return sizes.flat().length;
}

test('all refs are sent, and no more', () => {
  for (const refs of [1, 2, 49, 50, 51, 411, 412, 2000, 20_000]) {
    expect(
      push(refs, real)
        .sizes.flat()
        .reduce((sum, size) => sum + size, 0),
    ).toBe(refs);
  }
});

test('up to 400 refs go in one push before anything is known', () => {
  expect(push(400, real).sizes).toEqual([[400]]);
});

describe('2,000 refs on a server of which nothing is known', () => {
  test('take few pushes within the bound, and less time than one push of all', () => {
    const pushed = push(2000, real);
    expect(requests(pushed)).toBeLessThanOrEqual(7);
    expect(pushed.longest).toBeLessThanOrEqual(20_000);
    expect(31_500 / pushed.ms).toBeGreaterThan(1.4);
  });

  test.each([
    { ...real, request: 6000 },
    { ...real, perRef: 25 },
    { ...real, perRef: 45 },
    { ...real, sideBySide: false },
    { ...real, perRef: 25, sideBySide: false },
  ])(
    'end before a proxy of 30 s loses its patience at $request ms and $perRef ms, side by side: $sideBySide',
    (server) => {
      const pushed = push(2000, server);
      // What is dearer than on every known server shows with the first pushes only.
      expect(pushed.longest).toBeLessThanOrEqual(28_000);
      expect(requests(pushed)).toBeLessThanOrEqual(14);
    },
  );

  test('go on one connection once the second gained nothing', () => {
    const { sizes } = push(4000, { ...real, sideBySide: false });
    expect(sizes.filter((round) => round.length > 1)).toHaveLength(1);
  });
});

test('on a known server a repository that fits goes in one push when a second connection gains nothing', () => {
  const server = { ...real, sideBySide: false };
  const size = createRequestSize();
  push(4000, server, size);
  expect(push(1000, server, size).sizes).toEqual([[1000]]);
  expect(push(1200, server, size).sizes).toEqual([[1200]]);
});

test('on a fast server all goes in one push as soon as it is known', () => {
  const fast = { request: 20, perRef: 0.1, sideBySide: true };
  const size = createRequestSize();
  push(400, fast, size);
  expect(push(1600, fast, size).sizes).toEqual([[1600]]);
});

test('a bound of its own is kept', () => {
  const pushed = push(2000, real, createRequestSize(8000));
  expect(pushed.longest).toBeLessThanOrEqual(8000);
});

test('where a push costs more than the bound, it is not cut into tiny ones', () => {
  const pushed = push(600, { request: 30_000, perRef: 15, sideBySide: false });
  expect(requests(pushed)).toBeLessThanOrEqual(600 / 50);
});

test('a push that was lost after a long wait is not sent as large again', () => {
  const size = createRequestSize();
  size.lost(400, 15_000);
  expect(size.first(400)).toBe(200);
});

test('a push that was cut at once says nothing about its size', () => {
  const size = createRequestSize();
  size.lost(400, 40);
  expect(size.first(400)).toBe(400);
});
