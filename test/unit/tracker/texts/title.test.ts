import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rewriteTitle, textWithTitle, titleOf } from '../../../../src/tracker/texts/title.ts';
import { world } from './made-up-world.ts';

describe('titles', () => {
  test('that GitLab takes stay as they are', () => {
    expect(titleOf('Fix *this*')).toEqual({ title: 'Fix *this*', rest: null, changed: false, notices: [] });
    expect(titleOf('😀'.repeat(255)).changed).toBe(false);
  });

  test('are cut between characters, and the whole title is kept for the text', () => {
    const family = '👨‍👩‍👧';
    const { title, rest, notices } = titleOf(family.repeat(300));
    expect(title).toBe(`${family.repeat(50)}…`);
    expect(rest).toBe(family.repeat(300));
    expect(notices.map(({ what }) => what)).toEqual(['title-cut']);
    expect(titleOf(`a${'\u0301'.repeat(400)}`).title).toHaveLength(255);
    expect(textWithTitle('a *b* #3', 'Text')).toBe('**a \\*b\\* \\#3**\n\nText');
    expect(textWithTitle(null, 'Text')).toBe('Text');
    expect(textWithTitle('a', '')).toBe('**a**');
  });

  test.each(['', '  ', '\0', '\u3000'])('that are blank (%j) have a name in their place', (blank) => {
    expect(titleOf(blank).title).toBe('(no title)');
    expect(titleOf(blank).notices.map(({ what }) => what)).toContain('title-blank');
  });

  test('are one line without blanks at their ends', () => {
    expect(titleOf(' a\r\nb\u0000 ')).toMatchObject({ title: 'a b', rest: null, changed: true });
  });

  test('say whether it is a draft', () => {
    expect(titleOf('a', true).title).toBe('Draft: a');
    expect(titleOf('[Draft] a', true).title).toBe('[Draft] a');
    expect(titleOf('draft: a', false)).toMatchObject({
      title: '\u2060draft: a',
      notices: [{ what: 'title-draft', of: 'draft: a' }],
    });
    expect(titleOf('Draft: a').title).toBe('Draft: a');
    expect(titleOf('x'.repeat(255), true)).toMatchObject({
      title: `Draft: ${'x'.repeat(247)}…`,
      rest: 'x'.repeat(255),
    });
  });

  test('of any kind fit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), fc.option(fc.boolean()), (any, draft) => {
        const { title } = titleOf(any, draft);
        expect(Array.from(title).length).toBeLessThanOrEqual(255);
        expect(title.trim()).toBe(title);
        expect(title).not.toBe('');
      }),
    );
  });

  test('have their references and mentions in GitLab’s words, without marks', () => {
    expect(rewriteTitle('#3 breaks GH-4 for @mika, not @dev or a@b.example', world)).toEqual({
      title: '!3 breaks #4 for @mika.k, not @\u2060dev or a@b.example',
      notices: [{ what: 'unknown-mention', of: '@dev' }],
    });
    expect(rewriteTitle('Closes team/lib#4', world, { closing: 'own' }).title).toBe(
      'Closes \u2060corp/lib#4',
    );
  });
});
