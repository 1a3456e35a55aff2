import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueDay } from '../../../../src/gitbucket/tracker/due-day.ts';
import { createServerZone } from '../../../../src/gitbucket/tracker/zone.ts';

/** As a database in that zone has it. */
function wall(time: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return `${format.format(time)}.25`;
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'America/Lima',
];

test('a time in each quarter of a year is enough to know all times of that year', () => {
  const year = Date.UTC(2024, 0, 1);
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.array(fc.integer({ min: 0, max: 366 * 86_400 }), { minLength: 1, maxLength: 5 }),
      (timeZone, seconds) => {
        const zone = createServerZone();
        for (const month of [1, 4, 7, 10]) {
          const time = Date.UTC(2024, month, 3, 4, 5, 6);
          expect(zone.knows(wall(time, timeZone))).toBe(false);
          zone.learn(wall(time, timeZone), iso(time));
          expect(zone.knows(wall(time, timeZone))).toBe(true);
        }
        for (const time of seconds.map((each) => year + each * 1000)) {
          const local = wall(time, timeZone);
          const told = zone.toUtc(local);
          // Of the hour that comes twice in autumn the other one may be meant, and zones differ in the days between.
          const off = Math.abs(Date.parse(told) - time) / 3_600_000;
          expect(off === 0 || off === 1, `${local} in ${timeZone}: ${told}`).toBe(true);
          expect(wall(Date.parse(told), 'UTC').length).toBe(local.length);
        }
      },
    ),
    { numRuns: 6 },
  );
});

test('in the middle of a season nothing is off', () => {
  for (const timeZone of zones) {
    const zone = createServerZone();
    for (const month of [1, 7]) {
      const time = Date.UTC(2024, month, 3, 4, 5, 6);
      zone.learn(wall(time, timeZone), iso(time));
    }
    for (const month of [0, 1, 5, 6, 7, 11]) {
      const time = Date.UTC(2024, month, 20, 22, 59, 58);
      expect([timeZone, zone.toUtc(wall(time, timeZone))]).toEqual([timeZone, iso(time)]);
    }
  }
});

test('a server that has moved to another zone is believed, time by time', () => {
  const zone = createServerZone();
  zone.learn('2020-01-01 12:00:00.0', '2020-01-01T12:00:00Z');
  zone.learn('2021-01-01 12:00:00.0', '2021-01-01T03:00:00Z');
  expect(zone.toUtc('2020-02-01 12:00:00.0')).toBe('2020-02-01T12:00:00Z');
  expect(zone.toUtc('2020-12-01 12:00:00.0')).toBe('2020-12-01T03:00:00Z');
});

test.each([
  ['2026-12-24T00:00:00Z', 'UTC'],
  ['2026-12-23T15:00:00Z', 'Tokyo'],
  ['2026-12-23T11:00:00Z', 'Auckland in summer'],
  ['2026-12-23T12:00:00Z', 'Auckland in winter'],
  ['2026-12-23T23:00:00Z', 'Berlin'],
  ['2026-12-24T05:00:00Z', 'New York'],
  ['2026-12-24T10:00:00Z', 'Honolulu'],
])('a due time of %s is the same day in %s', (time) => {
  expect(dueDay(time)).toBe('2026-12-24');
});
