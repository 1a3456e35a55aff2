import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMarkdown } from '../../../../src/tracker/texts/reading.ts';
import { rewriteText } from '../../../../src/tracker/texts/rewrite.ts';
import { extractActions } from '../../../../sandbox/gitlab.ts';
import { rewritten, told, world } from './made-up-world.ts';

const sha = '0123456789abcdef0123456789abcdef01234567';

describe('references', () => {
  test.each([
    ['see #4 and #3', 'see #4 and !3'],
    ['GH-3, GH-4', '!3, #4'],
    ['team/lib#3 team/lib#4', 'corp/lib!3 corp/lib#4'],
    ['mika#4, mika#3', 'mika.k/app#4, mika.k/app!3'],
    [`team/lib@${sha} mika@${sha} ${sha}`, `corp/lib@${sha} mika.k/app@${sha} ${sha}`],
    ['(#3), foo-#3, #3/#4, **#3**, ~~#3~~', '(!3), foo-!3, !3/#4, **!3**, ~~!3~~'],
    ['# Heading #3', '# Heading !3'],
    ['| a |\n|---|\n| #3 |', '| a |\n|---|\n| !3 |'],
    ['<b>#3</b>', '<b>!3</b>'],
    ['<div>\n#3\n</div>', '<div>\n!3\n</div>'],
    ['> - #3', '> - !3'],
  ])('%j becomes %j', (text, expected) => {
    expect(rewritten(text)).toBe(expected);
  });

  test.each([
    '#99 has no item',
    'a#3b C#3 #3x &#3;',
    'other/repo#3',
    'a/b/c#3',
    '\\#3',
    '`#3` ``#3 ` ``',
    '    #3',
    '```\n#3\n```',
    '~~~~\n#3\n~~~\n#4\n~~~~',
    '> ```\n> #3',
    '[#3](https://foreign.example/)',
    '[text](https://foreign.example/#3)',
    'https://foreign.example/#3',
    '<code>#3</code> <pre>#3</pre>',
    '<a href="x">#3</a>',
  ])('%j stays', (text) => {
    expect(rewritten(text)).toBe(text);
  });

  test('to repositories that did not move are told', () => {
    expect(told('other/repo#3 and #99')).toEqual(['unknown-reference: other/repo#3']);
  });
});

describe('mentions', () => {
  test.each([
    ['@mika, @ren. (@mika)', '@mika.k, @ren. (@mika.k)'],
    ['@all @here @team @Override @Alice.B', '`@all` `@here` `@team` `@Override` `@Alice.B`'],
    ['@types/node', '`@types/node`'],
    ['@dev#3, @dev@mika', '`@dev#3`, `@dev@mika`'],
    ['@low', '@\\_low\\_'],
    ['**@dev**', '**`@dev`**'],
    ['| @dev |\n|---|', '| `@dev` |\n|---|'],
    ['`a`@dev', '`a`<code>@dev</code>'],
    ['a ` b @dev', 'a ` b <code>@dev</code>'],
    ['`a` b @dev', '`a` b `@dev`'],
    ['[a](x`y) @dev', '[a](x`y) <code>@dev</code>'],
    ['<p>\n@dev @mika\n</p>', '<p>\n<code>@dev</code> @mika.k\n</p>'],
  ])('%j becomes %j', (text, expected) => {
    expect(rewritten(text)).toBe(expected);
  });

  test.each([
    'a@b.example',
    'mail a.@b',
    '`@dev`',
    '```\n@dev\n```',
    '[@dev](x)',
    '\\@dev',
    '<mailto:a@b.example>',
  ])('%j stays but for what is outside of code, links and addresses', (text) => {
    expect(rewritten(text).replace('`@b`', '@b')).toBe(text);
  });

  test('of nobody are told', () => {
    expect(told('@dev @mika `@x`')).toEqual(['unknown-mention: @dev']);
  });
});

describe('line breaks', () => {
  test.each([
    ['Street 1\nTown\n\nEnd', 'Street 1  \nTown\n\nEnd'],
    ['> a\n> b\nlazy', '> a  \n> b  \nlazy'],
    ['- a\n  b\n- c\nlazy', '- a  \n  b\n- c  \nlazy'],
    ['a \nb\t\nc   \nd\\\ne', 'a  \nb  \nc   \nd\\\ne'],
    ['**a\nb** [c\nd](x)', '**a  \nb** [c  \nd](x)'],
    ['a\r\nb\rc', 'a  \nb  \nc'],
    ['a<br>\nb', 'a<br>  \nb'],
    ['one\ntwo\nthree\n---', 'one  \ntwo\n\nthree\n---'],
    ['one\n    two\n---', 'one\n\ntwo\n---'],
    ['1. `\n    a', '1. `  \n    a'],
  ])('%j becomes %j', (text, expected) => {
    expect(rewritten(text)).toBe(expected);
  });

  test.each([
    '# a\n# b',
    '| a |\n|---|\n| b |',
    '```\na\nb\n```',
    '    a\n    b',
    '<div>\na\nb\n</div>',
    '`a\nb`',
    '<b title="x\ny">z</b>',
    '![a\nb](x)',
    '[a]: x\n[b]: y',
    'heading\n===',
    'one\ntwo\n-',
  ])('%j stays', (text) => {
    expect(rewritten(text)).toBe(text);
  });

  test('stay blanks where the source shows them so', () => {
    expect(rewritten('a\nb', { lineBreaks: false })).toBe('a\nb');
  });
});

describe('commands', () => {
  test.each([
    ['/close', '\\/close'],
    ['text\n\n/merge\r\n/assign @ren\n/tmp/x', 'text\n\n\\/merge  \n\\/assign @ren  \n\\/tmp/x'],
    ['- item\n/close', '- item  \n\\/close'],
    ['`a\n/close` b', '`a /close` b'],
    ['`` a ` b\n/close ``', '`` a ` b /close ``'],
    ['[a\n/close](x)', '[a  \n\\/close](x)'],
    ['[a](x "t\n/close")', '[a](x "t\n\\/close")'],
    ['a <b title="x\n/close">', 'a <b title="x /close">'],
    ['a <code>x\n/close</code>', 'a <code>x  \n\\/close</code>'],
    ['[a]:\n/close', '[a]:\n\\/close'],
  ])('%j becomes %j on the way that runs them', (text, expected) => {
    expect(rewritten(text, { commands: true })).toBe(expected);
  });

  test.each([
    '```\n/close\n```',
    '    /close',
    ' /close',
    'a /close',
    '> /close',
    '/1',
    '<div>\n/close\n</div>',
  ])('%j stays', (text) => {
    expect(rewritten(text, { commands: true })).toBe(text);
  });

  test('are told, and stay in an import', () => {
    expect(told('/close it\nnow', { commands: true })).toEqual(['command: /close it']);
    expect(rewritten('/close')).toBe('/close');
  });
});

describe('what only GitLab reads', () => {
  test.each([
    ['PATH=$HOME/bin:$PATH', 'PATH=\\$HOME/bin:\\$PATH'],
    ['$$x$$ and `$a`', '\\$\\$x\\$\\$ and `$a`'],
    ['100 %1', '100 \\%1'],
    ['x <code>$A/$B</code>', 'x <code>\\$A/\\$B</code>'],
  ])('%j becomes %j', (text, expected) => {
    expect(rewritten(text)).toBe(expected);
  });

  test.each(['costs $5 and $6', '`$a$`', '50%', '%20x'])('%j stays', (text) => {
    expect(rewritten(text)).toBe(text);
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    '#3',
    '#4',
    'GH-3',
    'team/lib#3',
    '@mika',
    '@dev',
    '@ren',
    'word',
    '\n',
    '\n\n',
    ' ',
    '  ',
    '`',
    '``',
    '```\n',
    '*',
    '**',
    '_',
    '> ',
    '- ',
    '1. ',
    '/close',
    '$a$',
    '$',
    '|',
    '\n|---|\n',
    '<b>',
    '</b>',
    '<div>',
    '</code>',
    '<code>',
    'https://gb.example/gitbucket/team/app/issues/3',
    '[a](',
    ')',
    '![',
    '](/team/app/_attached/1a)',
    '\\',
    '---',
    '===',
    '&',
    'closes ',
    'http://x.example/_attached/9z',
    '    ',
    '\t',
    '<!--',
    '-->',
    '\r\n',
    '~~~\n',
    '%5',
    '[',
    ']',
    '# ',
    'é😀',
  );
  const markdown = fc.array(pieces, { maxLength: 40 }).map((all) => all.join(''));
  // A second look at what was written: logins are the usernames now. A name with a dot could make an address of mail.
  const renamed: Readonly<Record<string, string>> = { mika: 'mika-k', ren: 'ren' };
  const before = { ...world, account: (login: string) => renamed[login] ?? null };
  const after = { ...world, account: (name: string) => (['mika-k', 'ren'].includes(name) ? name : null) };

  test('with signs of a formula behind an unknown name is rewritten once', () => {
    const once = rewriteText('@strange$a$``', before).text;
    expect(once).toBe('<code>@strange\\$a</code>\\$``');
    expect(rewriteText(once, after).text).toBe(once);
  });

  test('without anything special stays as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z ,.;()äöü😀]*$/u), (text) => {
        expect(rewriteText(text, world)).toEqual({ text, notices: [] });
      }),
    );
  });

  test('of any length is read, a block of code in one piece', () => {
    const paragraph = 'See #3 of @mika.\n\n'.repeat(150);
    const block = `\`\`\`\n${'#3 @mika\n'.repeat(3_000)}\`\`\`\n`;
    expect(rewritten(paragraph + block + paragraph)).toBe(
      'See !3 of @mika.k.\n\n'.repeat(150) + block + 'See !3 of @mika.k.\n\n'.repeat(150),
    );
  });

  test('of any length may hold what only seems to open a block of code', () => {
    const lines = `text\n      ~~~\n${'#3 @mika\n'.repeat(3_000)}`;
    expect(rewritten(lines)).toBe(
      `text  \n      ~~~  \n${'!3 @mika.k  \n'.repeat(3_000)}`.replace(/ {2}\n$/, '\n'),
    );
  });

  test('has no command for GitLab on the way that runs them', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        expect(extractActions(rewritten(text, { commands: true })).actions).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('keeps its code', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const clean = text.replaceAll(/\r\n?/g, '\n');
        const [before, afterwards] = [clean, rewritten(text, { commands: true })].map((each) => codeOf(each));
        expect(afterwards?.filter((code) => !/^`@[^`]+`$/.test(code))).toEqual(
          before?.filter((code) => !/^`@[^`]+`$/.test(code)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('is rewritten once', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const options = { commands: true, closing: 'none' } as const;
        const once = rewriteText(text, before, options).text;
        expect(rewriteText(once, after, options).text).toBe(once);
      }),
      { numRuns: 300 },
    );
  });
});

function codeOf(text: string): string[] {
  const { kindAt, raw } = readMarkdown(text);
  const codes: string[] = [];
  // A newline within a span of code is as good as a blank.
  const inSpan = (at: number): boolean =>
    raw.some(({ start, end, inline }) => inline && start <= at && at < end);
  let code = '';
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && kindAt(at) === 'code') code += inSpan(at) && text[at] === '\n' ? ' ' : text[at];
    else if (code !== '') codes.push(code);
    if (kindAt(at) !== 'code') code = '';
  }
  return codes;
}
