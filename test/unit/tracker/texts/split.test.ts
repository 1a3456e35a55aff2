import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText } from '../../../../src/tracker/texts/clean.ts';
import {
  cuts,
  descriptionLimit,
  fitText,
  noteLimit,
  sizeOf,
  splitText,
  type Limit,
} from '../../../../src/tracker/texts/split.ts';

const of = (most: number, unit: Limit['unit'] = 'characters'): Limit => ({ unit, most });

describe('a text that is too long', () => {
  test('is cut where a paragraph ends, else a line, else a word', () => {
    expect(splitText('aaaa\n\nbbbb\n\ncc', of(13))).toEqual(['aaaa\n\nbbbb\n\n', 'cc']);
    expect(splitText('aaaa\nbbbb\ncccc', of(12))).toEqual(['aaaa\nbbbb\n', 'cccc']);
    expect(splitText('aaaa bbbb cccc', of(12))).toEqual(['aaaa bbbb ', 'cccc']);
    expect(splitText('😀😀😀', of(5, 'bytes'))).toEqual(['😀', '😀', '😀']);
  });

  test('closes a block of code and opens it again', () => {
    const lines = 'line 1\nline 2\nline 3\nline 4\n';
    expect(splitText(`\`\`\`sh\n${lines}\`\`\`\nend`, of(30))).toEqual([
      '```sh\nline 1\nline 2\n```',
      '```sh\nline 3\nline 4\n```\nend',
    ]);
    expect(splitText(`> ~~~\n> ${'x'.repeat(20)}\n> ${'y'.repeat(20)}\n> ~~~`, of(40))).toEqual([
      `> ~~~\n> ${'x'.repeat(20)}\n> ~~~`,
      `> ~~~\n> ${'y'.repeat(20)}\n> ~~~`,
    ]);
  });

  test('is one piece where it fits, even an empty one', () => {
    expect(splitText('', of(5))).toEqual(['']);
    expect(splitText('12345', of(5))).toEqual(['12345']);
    expect(fitText('short', descriptionLimit)).toEqual({ text: 'short', following: [], notices: [] });
  });

  test('of Japanese is measured in bytes as a description, in characters as a comment', () => {
    const text = '日本語の長い文章。\n'.repeat(44_000);
    const { text: first, following, notices } = fitText(text, descriptionLimit);
    expect(new TextEncoder().encode(first).length).toBeLessThanOrEqual(1_048_576);
    expect([first, ...following].join('')).toBe(text);
    expect(following).toHaveLength(1);
    expect(notices).toEqual([{ what: 'split', of: '日本語の長い文章。' }]);
    expect(fitText(text, noteLimit).following).toEqual([]);
  });

  test('is whole when its pieces are put together, each within its limit', () => {
    const pieces = fc.constantFrom(
      'a',
      'word ',
      '\n',
      '\n\n',
      '```\n',
      '~~~~ sh\n',
      '> ```\n',
      '😀',
      'é',
      '日本',
      '    ',
    );
    const texts = fc.array(pieces, { maxLength: 120 }).map((all) => all.join(''));
    const unit = fc.constantFrom<Limit['unit']>('bytes', 'characters');
    fc.assert(
      fc.property(
        texts,
        unit,
        fc.integer({ min: 60, max: 120 }),
        fc.integer({ min: 60, max: 120 }),
        (text, unit, a, b) => {
          const all = cuts(text, of(a, unit), of(b, unit));
          expect(all.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
          for (const [index, { lead, start, end, tail }] of all.entries()) {
            const piece = lead + text.slice(start, end) + tail;
            expect(sizeOf(piece, unit)).toBeLessThanOrEqual(index === 0 ? a : b);
            expect(piece).not.toMatch(/\p{Surrogate}/u);
          }
        },
      ),
    );
  });
});

describe('characters that nothing stores', () => {
  test('go, or are replaced, and are told', () => {
    expect(cleanText('a\0b\0 \uD800c \uFFFEd \uDC00 😀\r\ne\rf')).toEqual({
      text: 'ab \uFFFDc \uFFFDd \uFFFD 😀\ne\nf',
      notices: [
        { what: 'characters', of: '2 × NUL' },
        { what: 'characters', of: '1 × U+D800' },
        { what: 'characters', of: '1 × U+FFFE' },
        { what: 'characters', of: '1 × U+DC00' },
      ],
    });
  });
});
