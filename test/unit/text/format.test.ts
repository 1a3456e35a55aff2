import * as fc from 'fast-check';
import { describe, expect, it, test, vi } from 'vitest';
import {
  clean,
  countOf,
  formatBytes,
  formatCount,
  formatDay,
  when,
  formatDaysUntil,
  formatDuration,
  formatEstimate,
  formatMebibytes,
  formatRate,
  formatLocalTime,
  formatMoment,
  formatShare,
  formatZone,
  isSameServer,
  listed,
  plural,
} from '../../../src/text/format.ts';
import { displayWidth, hang, hangFix, truncate, wrap } from '../../../src/text/lines.ts';

const anyText = fc.string({ unit: 'grapheme' });

describe('numbers', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
  ])('%d is counted as %s', (value, text) => expect(formatCount(value)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [99_951, '100 kB'],
    [999_499, '999 kB'],
    [999_600, '1.0 MB'],
    [383_000_000, '383 MB'],
    [1_250_000_000, '1.3 GB'],
    [5e20, '500000 PB'],
  ])('%d bytes are %s', (value, text) => expect(formatBytes(value)).toBe(text));

  it.each([
    [0, '0 MiB'],
    [5000, '0.005 MiB'],
    [1_258_291, '1.2 MiB'],
    [50 * 1024 ** 2, '50 MiB'],
    [2 * 1024 ** 3, '2048 MiB'],
  ])('%d bytes of a limit are %s', (value, text) => expect(formatMebibytes(value)).toBe(text));

  it.each([
    [-5, '0 ms'],
    [85, '85 ms'],
    [99.6, '0.1 s'],
    [4200, '4.2 s'],
    [9960, '10 s'],
    [59_600, '1 min 00 s'],
    [184_300, '3 min 04 s'],
    [3_599_700, '1 h 00 min'],
    [7_500_000, '2 h 05 min'],
  ])('%d ms are %s', (value, text) => expect(formatDuration(value)).toBe(text));

  it.each([
    [400, 'about 5 s'],
    [41_000, 'about 45 s'],
    [55_000, 'about 1 min'],
    [424_000, 'about 7 min'],
    [5_400_000, 'about 1.5 h'],
  ])('%d ms to go are %s', (value, text) => expect(formatEstimate(value)).toBe(text));

  it('have a unit in the right number', () => {
    expect([plural(1, 'ref'), plural(2, 'ref'), plural(0, 'repository', 'repositories')]).toEqual([
      '1 ref',
      '2 refs',
      '0 repositories',
    ]);
    expect(formatRate(2_000_000)).toBe('2.0 MB/s');
    vi.stubEnv('TZ', 'Asia/Kolkata');
    expect(formatLocalTime('2026-03-01T23:05:09.123Z')).toBe('2026-03-02 04:35:09');
    expect(formatMoment('2026-03-01T23:05:09.123Z')).toBe('2026-03-02 04:35:09 UTC+05:30');
    vi.stubEnv('TZ', 'America/St_Johns');
    expect(formatZone('2026-03-01T23:05:09.123Z')).toBe('UTC-03:30');
    vi.stubEnv('TZ', 'UTC');
    expect(formatZone('2026-03-01T23:05:09.123Z')).toBe('UTC');
    vi.unstubAllEnvs();
    expect(formatDay(Date.UTC(2026, 2, 1, 23, 59))).toBe('2026-03-01');
  });

  it.each([
    [0.5, 'today'],
    [1, 'in 1 day'],
    [5, 'in 5 days'],
    [-1, '1 day ago'],
  ])('%d days from now are %s', (days, text) => expect(formatDaysUntil(days * 86_400_000, 0)).toBe(text));
});

describe('counts and moments', () => {
  it.each([
    [1, 'Refs', '1 ref'],
    [2, 'Refs', '2 refs'],
    [1, 'Wiki entries', '1 wiki entry'],
    [1, 'Protected branches', '1 protected branch'],
    [1, 'Profile pictures', '1 profile picture'],
    [1, 'Group members', '1 group member'],
    [1, 'Issues and merge requests', '1 issue or merge request'],
    [2, 'Issues and merge requests', '2 issues and merge requests'],
    [1, 'Comments on commits', '1 comment on commits'],
    [2, 'Comments on commits', '2 comments on commits'],
  ])('%d of %s are %s', (count, title, text) => expect(countOf(count, title)).toBe(text));

  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j are listed as %j', (parts, text) => expect(listed(parts)).toBe(text));
});

describe('width of text', () => {
  it.each([
    ['abc', 3],
    ['日本語', 6],
    ['e\u0301', 1],
    ['한글', 4],
    ['🚀', 2],
    ['Ａ', 2],
    ['…→', 2],
    ['', 0],
  ])('%j takes %d cells', (text, cells) => expect(displayWidth(text)).toBe(cells));

  it('never grows over what was asked for, and shorter text stays as it is', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 30 }), (text, width) => {
        const cut = truncate(text, width);
        expect(displayWidth(cut)).toBeLessThanOrEqual(width);
        expect(cut === text).toBe(displayWidth(text) <= width && !(width === 0 && text !== ''));
      }),
    );
  });

  it('breaks lines at spaces and loses nothing', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a-long-word x', 4)).toEqual(['a-long-word', 'x']);
    fc.assert(fc.property(anyText, (text) => wrap(text, 10).join(' ') === text));
  });

  it('never breaks a path, or a piece of JSON, which are there to be copied', () => {
    expect(
      wrap('to keep them internal, set "visibility": { "public": "internal" } in the config', 30),
    ).toEqual(['to keep them internal, set', '"visibility": { "public": "internal" }', 'in the config']);
    const answer = 'it said ({"message":"Internal Server Error"}), twice';
    expect(wrap(answer, 40)).toEqual(['it said', '({"message":"Internal Server Error"}),', 'twice']);
    expect(wrap(answer, 36)).toEqual(['it said ({"message":"Internal Server', 'Error"}), twice']);
    expect(wrap('see /home/me/.gb2gl/reports/report.html now', 10)).toEqual([
      'see',
      '/home/me/.gb2gl/reports/report.html',
      'now',
    ]);
    expect(wrap('an open { brace is no JSON', 10)).toEqual(['an open {', 'brace is', 'no JSON']);
  });

  it('hangs behind its lead, and a command stays whole', () => {
    expect(hang('  - ', 'one two three four five', 24)).toEqual(['  - one two three four', '    five']);
    expect(hangFix('  ', 'repair it, then run this again', 24)).toEqual([
      '  → repair it, then run',
      '    this again',
    ]);
    expect(hangFix('  ', 'git branch --move -- -x branch-x\nor leave it', 20)).toEqual([
      '  → git branch --move -- -x branch-x',
      '    or leave it',
    ]);
    expect(hangFix('  ', '', 20)).toEqual([]);
  });
});

describe('text from servers', () => {
  it('reaches the terminal in one line without control characters', () => {
    expect(clean('a\u001B[31mb\r\nc\u202Ed')).toBe('a\uFFFD[31mb c\uFFFDd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(clean(text)).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
      }),
    );
  });
});

test.each([
  ['http://lab.example.com', 'https://lab.example.com', true],
  ['http://lab.example.com:80/', 'https://LAB.example.com.:443', true],
  ['http://lab.example.com:8080', 'https://lab.example.com:8080', true],
  ['http://lab.example.com/gitlab/', 'https://lab.example.com/gitlab', true],
  ['http://lab.example.com:8080', 'https://lab.example.com', false],
  ['https://lab.example.com/gitlab', 'https://lab.example.com', false],
  ['https://lab.example.com', 'https://lab.example.org', false],
])('%s and %s are one server: %s', (one, other, same) => {
  expect(isSameServer(one, other)).toBe(same);
});

test('the time of something is local, with how long ago it was, and with the day when it was another', () => {
  const time = new Date(2026, 2, 1, 6, 38, 47);
  const after = (ms: number): string => when(time.toISOString(), time.getTime() + ms);
  expect(after(20_000)).toBe('06:38:47 (just now)');
  expect(after(200_000)).toBe('06:38:47 (3 min ago)');
  expect(after(3_600_000)).toBe('06:38:47 (1 h ago)');
  expect(after(20 * 3_600_000)).toBe('2026-03-01 06:38:47 (20 h ago)');
  expect(after(49 * 3_600_000)).toBe('2026-03-01 06:38:47 (2 days ago)');
});

test('a share is never told as whole while something is missing', () => {
  expect([formatShare(9999, 10_000), formatShare(3, 3), formatShare(0, 0), formatShare(1, 3)]).toEqual([
    '99 %',
    '100 %',
    '100 %',
    '33 %',
  ]);
});
