import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../../src/net/answers.ts';
import { createLimiter } from '../../../src/net/connections.ts';

const noon = Date.UTC(2026, 0, 1, 12, 0, 0);

describe('how long a server wants to be left alone', () => {
  test('in seconds', () => {
    expect(retryAfterMs(429, '7', noon)).toBe(7000);
    expect(retryAfterMs(503, ' 2 ', noon)).toBe(2000);
    expect(retryAfterMs(429, '0', noon)).toBe(0);
  });

  test('as a date, which may have passed', () => {
    expect(retryAfterMs(429, new Date(noon + 5000).toUTCString(), noon)).toBe(5000);
    expect(retryAfterMs(503, new Date(noon - 5000).toUTCString(), noon)).toBe(0);
  });

  test('never longer than an hour', () => {
    expect(retryAfterMs(429, '999999', noon)).toBe(3_600_000);
    expect(retryAfterMs(429, new Date(noon + 86_400_000).toUTCString(), noon)).toBe(3_600_000);
  });

  test('without a usable header a 429 lasts until the next minute and others are not told', () => {
    expect(retryAfterMs(429, undefined, noon + 20_000)).toBe(41_000);
    expect(retryAfterMs(429, 'soon', noon + 59_000)).toBe(2000);
    expect(retryAfterMs(503, undefined, noon)).toBe(null);
    expect(retryAfterMs(502, 'soon', noon)).toBe(null);
  });
});

/** A clock that only sleeping moves. */
function clock() {
  let time = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    sleep: async (ms: number) => {
      slept.push(ms);
      time += ms;
    },
  };
}

describe('the number of places', () => {
  test('is halved when the server is overloaded, never to nothing, and grows again one by one', () => {
    const limiter = createLimiter(8, clock());
    limiter.note('overloaded');
    expect(limiter.places()).toBe(4);
    for (let time = 0; time < 5; time += 1) limiter.note('overloaded');
    expect(limiter.places()).toBe(1);
    for (let answer = 0; answer < 19; answer += 1) limiter.note('good');
    expect(limiter.places()).toBe(1);
    limiter.note('good');
    expect(limiter.places()).toBe(2);
    for (let answer = 0; answer < 1000; answer += 1) limiter.note('good');
    expect(limiter.places()).toBe(8);
  });

  test('is never exceeded', async () => {
    const limiter = createLimiter(3, clock());
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, () =>
        limiter.run(async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 1));
          running -= 1;
        }),
      ),
    );
    expect(most).toBe(3);
  });
});

test('a pause holds back what has not begun, and the longest of several counts', async () => {
  const time = clock();
  const limiter = createLimiter(2, time);
  limiter.pause(500);
  limiter.pause(2000);
  limiter.pause(100);
  expect(await limiter.run(async () => time.now())).toBe(2000);
  expect(await limiter.run(async () => time.now())).toBe(2000);
});
