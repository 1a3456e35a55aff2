import { describe, expect, test } from 'vitest';
import {
  attributed,
  attributionLine,
  placeLine,
  type Attribution,
} from '../../../../src/tracker/texts/attribution.ts';
import { attributionProblem, usualAttribution } from '../../../../src/tracker/texts/template.ts';

const mika: Attribution = {
  action: 'opened',
  login: 'mika',
  name: 'Mika Abe',
  url: 'https://gb.example/mika',
  at: '2014-01-12T10:20:30Z',
};

describe('the line of attribution', () => {
  test('names who, where and when', () => {
    expect(attributionLine(usualAttribution, mika)).toBe(
      '> *Opened by [Mika Abe](https://gb.example/mika) (`@mika`) on GitBucket, 2014-01-12 10:20 UTC*',
    );
    expect(attributed('> *x*', 'Text')).toBe('> *x*\n\nText');
    expect(attributed('> *x*', '')).toBe('> *x*');
  });

  test('calls nobody and marks nothing, whatever the name', () => {
    const odd = {
      ...mika,
      name: '*A* [b](c) @all #3 <i> `x`\ny',
      login: 'o`dd one',
      url: 'https://gb.example/o dd)',
    };
    expect(attributionLine(usualAttribution, odd)).toBe(
      '> *Opened by [\\*A\\* \\[b\\]\\(c\\) \\@all \\#3 \\<i\\> \\`x\\` y](https://gb.example/o%20dd%29) (`@o dd one`) on GitBucket, 2014-01-12 10:20 UTC*',
    );
  });

  test('has the login where there is no name, and no link where there is no profile', () => {
    expect(attributionLine(usualAttribution, { ...mika, action: 'merged', name: null, url: null })).toBe(
      '> *Merged by mika (`@mika`) on GitBucket, 2014-01-12 10:20 UTC*',
    );
  });

  test('may be another one', () => {
    expect(attributionLine('{action}: {name}, {login} <{url}>', { ...mika, login: 'm_k' })).toBe(
      'Opened: Mika Abe, m\\_k <https://gb.example/mika>',
    );
  });

  test.each([
    [usualAttribution, null],
    ['{name}', null],
    ['by {who} {login}', '{who} is not known; there are {name}, {login}, {url}, {date}, {action}'],
    ['{date}', 'it names nobody: {login} or {name} is missing'],
    ['@{login}', 'it would call people: put @ into code marks'],
    ['/close {name}', 'GitLab would read a line of it as a command'],
    ['```\n{name}', 'it opens a block of code'],
    [`{name}${' '.repeat(1000)}`, 'it has more than 1000 characters'],
  ])('%j has the problem %j', (template, problem) => {
    expect(attributionProblem(template)).toBe(problem);
  });
});

describe('the place of a comment', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';

  test('is its path, its line and the line itself', () => {
    expect(placeLine({ path: 'src/a.ts', oldLine: null, newLine: 13, commit, quote: 'let a = `@x`;' })).toBe(
      `> *On \`src/a.ts:13\` in ${commit}*\n>\n> \`\`\`\n> let a = \`@x\`;\n> \`\`\``,
    );
  });

  test('is told as far as it is known', () => {
    expect(placeLine({ path: 'a', oldLine: 2, newLine: null, commit, quote: null })).toBe(
      `> *On \`a:2\` in ${commit} (before the change)*`,
    );
    expect(placeLine({ path: 'a`b', oldLine: null, newLine: null, commit, quote: null })).toBe(
      `> *On \`\`a\`b\`\` in ${commit}*`,
    );
    expect(placeLine({ path: null, oldLine: null, newLine: null, commit, quote: null })).toBe(
      `> *On in ${commit}*`,
    );
  });
});
