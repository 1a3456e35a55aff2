import { describe, expect, test } from 'vitest';
import { attachmentsIn } from '../../../../src/tracker/texts/attachments.ts';
import { rewriteText } from '../../../../src/tracker/texts/rewrite.ts';
import { rewritten, told, world } from './made-up-world.ts';

const source = 'https://gb.example/gitbucket';
const target = 'https://gl.example';
const sha = '0123456789abcdef0123456789abcdef01234567';

describe('links to pages of the source', () => {
  test.each([
    ['team/app', 'corp/app'],
    ['team/app/', 'corp/app'],
    ['team/app/issues', 'corp/app/-/issues'],
    ['team/app/issues/4#comment-7', 'corp/app/-/issues/4'],
    ['team/app/issues/3', 'corp/app/-/merge_requests/3'],
    ['team/app/pull/4', 'corp/app/-/issues/4'],
    ['team/lib/pull/3/files', 'corp/lib/-/merge_requests/3/diffs'],
    ['team/lib/pull/3/commits', 'corp/lib/-/merge_requests/3/commits'],
    ['team/app/pulls', 'corp/app/-/merge_requests'],
    ['team/app/issues/labels', 'corp/app/-/labels'],
    ['team/app/blob/feature/x/src/a%20b.ts#L3-L9', 'corp/app/-/blob/feature/x/src/a%20b.ts#L3-9'],
    ['team/app/blob/main/a.png?raw=true', 'corp/app/-/raw/main/a.png'],
    ['team/app/tree/main/src', 'corp/app/-/tree/main/src'],
    [`team/app/commit/${sha}`, `corp/app/-/commit/${sha}`],
    ['team/app/compare/v1...main', 'corp/app/-/compare/v1...main'],
    ['team/app/wiki', 'corp/app/-/wikis/home'],
    ['team/app/wiki/Set%20up', 'corp/app/-/wikis/Set%20up'],
    ['team/app/wiki/_pages', 'corp/app/-/wikis/pages'],
    ['team/app/releases', 'corp/app/-/releases'],
    ['team/app/releases/v1.0/assets/17a', 'corp/app/-/releases/v1.0'],
    ['team/app/releases/a/b', 'corp/app/-/releases/a%2Fb'],
    ['git/team/app.git', 'corp/app.git'],
    ['mika', 'mika.k'],
    ['team', 'corp'],
  ])('%s → %s', (path, expected) => {
    expect(rewritten(`[x](${source}/${path})`)).toBe(`[x](${target}/${expected})`);
  });

  test.each([
    'signin',
    'other/repo',
    'other/repo/issues/3',
    'team/app/settings',
    'team/app/compare/a:b...c',
    'nobody',
  ])('%s has no page there, and is told', (path) => {
    expect(rewritten(`[x](${source}/${path})`)).toBe(`[x](${source}/${path})`);
    expect(told(`[x](${source}/${path})`)).toEqual([`link-left: ${source}/${path}`]);
  });

  test.each([
    [`${source}/team/app/issues/3.`, `${target}/corp/app/-/merge_requests/3.`],
    [`<${source}/team/app>`, `<${target}/corp/app>`],
    [`[a]: ${source}/team/app 'b'`, `[a]: ${target}/corp/app 'b'`],
    [`[a](<${source}/team/app> "b")`, `[a](<${target}/corp/app> "b")`],
    [`![a](${source}/team/app/raw/main/a.png)`, `![a](${target}/corp/app/-/raw/main/a.png)`],
    [`<a href='${source}/team/app'>x</a>`, `<a href='${target}/corp/app'>x</a>`],
    [`<p>\n${source}/team/app\n</p>`, `<p>\n${target}/corp/app\n</p>`],
    ['[a](/team/app/issues/4)', `[a](${target}/corp/app/-/issues/4)`],
    ['HTTP://GB.EXAMPLE/gitbucket/team/app', `${target}/corp/app`],
    ['http://old.example:8080/x/team/app/issues/4', `${target}/corp/app/-/issues/4`],
    ['http://old.example/team/app/pull/3', `${target}/corp/app/-/merge_requests/3`],
  ])('%s becomes %s', (text, expected) => {
    expect(rewritten(text)).toBe(expected);
  });

  test.each([
    'https://github.com/team/app/issues/4',
    'http://old.example/team/app',
    'https://gl.example/team/app/issues/4',
    'https://gb.example/gitbucket/corp/app/-/issues/4',
    'https://gb.example/gitbucketeer/team/app/x',
    '[a](/docs/a.md) [b](docs/b.md) [c](#d) [e](/uploads/1/a.png)',
    '`https://gb.example/gitbucket/team/app`',
    'x <code>https://gb.example/gitbucket/team/app</code>',
  ])('%s stays', (text) => {
    expect(rewritten(text)).toBe(text);
    expect(told(text)).toEqual([]);
  });

  test('on hosts that nobody has named are left when they may not count', () => {
    const text = 'http://old.example/team/app/issues/4';
    const careful = { ...world, pages: { ...world.pages, otherHosts: false } };
    expect(rewriteText(text, careful).text).toBe(text);
  });
});

describe('attachments', () => {
  const texts = [
    '[log.txt](http://old.example/team/app/_attached/1a) ![shot \\[1\\]](https://gb.example/gitbucket/gone/x/_attached/2b)',
    '| file |\n|---|\n| [zip](http://h/r/_attached/3c) http://h/r/_attached/4d |',
    '<img alt="a &amp; b" src="http://h/r/_attached/5e"> <a href=http://h/r/_attached/6f>six</a>',
    '<div>\nhttp://h/r/_attached/7g\n</div>\n\n[r]: http://h/r/_attached/8h',
    '<http://h/r/_attached/9i> [x](/o/r/_attached/10)',
    '`http://h/_attached/no` [x](http://h/_attached/) [y](http://h/_attached/a/b)',
  ];

  test('are found in links, images, HTML, tables and as bare addresses, but not in code', () => {
    expect(attachmentsIn(texts.join('\n\n')).map(({ id, name }) => `${id} ${name}`)).toEqual([
      '1a log.txt',
      '2b shot [1]',
      '3c zip',
      '4d ',
      '5e a & b',
      '6f six',
      '7g ',
      '8h r',
      '9i ',
      '10 x',
    ]);
    expect(attachmentsIn('nothing')).toEqual([]);
  });

  test('are linked where they were uploaded', () => {
    expect(texts.slice(0, 5).map((text) => rewritten(text))).toEqual([
      '[log.txt](/uploads/0a1b/1a.png) ![shot \\[1\\]](/uploads/0a1b/2b.png)',
      '| file |\n|---|\n| [zip](/uploads/0a1b/3c.png) [4d.png](/uploads/0a1b/4d.png) |',
      '<img alt="a &amp; b" src="/uploads/0a1b/5e.png"> <a href=/uploads/0a1b/6f.png>six</a>',
      '<div>\n<a href="/uploads/0a1b/7g.png">7g.png</a>\n</div>\n\n[r]: /uploads/0a1b/8h.png',
      '[9i.png](/uploads/0a1b/9i.png) [x](/uploads/0a1b/10.png)',
    ]);
  });

  test('that were not uploaded stay and are told', () => {
    const text = '![x](http://h/r/_attached/lost1) http://h/r/_attached/lost2';
    expect(rewritten(text)).toBe(text);
    expect(told(text)).toEqual([
      'attachment-left: http://h/r/_attached/lost1',
      'attachment-left: http://h/r/_attached/lost2',
    ]);
  });
});
