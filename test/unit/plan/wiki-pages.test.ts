import { expect, test } from 'vitest';
import { pageList, slugsOf, wikiNotices } from '../../../src/plan/wiki-pages.ts';

function filesOf(files: Record<string, string>): Map<string, Buffer> {
  return new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
}

const place = { id: 'team/docs', servers: ['https://gitbucket.example.com'] };

/** The message of each notice by its code. */
function noticesOf(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(wikiNotices(filesOf(files), place).map(({ code, message }) => [code, message]));
}

/** What the notice about links names. */
function linksIn(files: Record<string, string>): string[] {
  const message = noticesOf(files)['wiki-links'];
  return message === undefined ? [] : message.slice(message.indexOf(': ') + 2).split(', ');
}

test('pages are what GitLab takes for them, by their addresses', () => {
  const files = filesOf({
    'b/A-B.rst': '',
    'Home.md': '',
    'A B.markdown': '',
    'logo.svg': '',
    'x.rst.txt': '',
    README: '',
  });
  expect(slugsOf(files)).toEqual(['A B', 'Home', 'b/A-B', 'x.rst']);
  expect(pageList(['b', 'a'])).toEqual(pageList(['a', 'b']));
  expect(pageList(['a'])).not.toEqual(pageList(['b']));
});

test('an ordinary wiki gives nothing to say', () => {
  expect(noticesOf({ 'Home.md': '# Home\n\n---\n\n[[Guide]]\n', 'Guide.md': 'x', 'logo.png': '' })).toEqual(
    {},
  );
});

test('pages that GitLab cannot tell apart are named together (W04)', () => {
  const found = noticesOf({
    'Home.md': '',
    'home.md': '',
    'Home.txt': '',
    'A B.md': '',
    'A-B.md': '',
    'dir/A B.md': '',
  });
  expect(found).toEqual({
    'wiki-page-hidden':
      'GitLab finds only one of the wiki pages that differ in letter case or extension: Home.md and Home.txt and home.md',
    'wiki-page-alike': 'wiki pages get the same title on GitLab: A B.md and A-B.md',
  });
});

test('names that mean something else on GitLab are named, one kind after the other (W06)', () => {
  const found = noticesOf({
    '_Footer.md': '',
    '_Header.md': '',
    '_Sidebar.md': '* [[Home]]',
    'templates/bug.md': '',
    'Settings.md': '---\ntitle: Other\n---\n# Text\n',
    '.gitlab/redirects.yml': 'a: b\n',
    'new.md': '',
    'pages/x.md': '',
    'Home.md': '',
  });
  expect(Object.keys(found)).toEqual([
    'wiki-page-reserved',
    'wiki-template',
    'wiki-footer',
    'wiki-sidebar',
    'wiki-front-matter',
    'wiki-redirects',
  ]);
  expect(found['wiki-footer']).toContain('_Footer.md, _Header.md');
  expect(found['wiki-template']).toContain('templates/bug.md');
  expect(found['wiki-front-matter']).toContain('Settings.md');
  expect(found['wiki-page-reserved']).toContain('new.md, pages/x.md');
});

test.each([
  ['---\nkey: value\n---\ntext', true],
  ['\n---yaml\nkey: value\n...\ntext', true],
  ['\uFEFFno\n---\nkey: value\n---\n', false],
  ['# Title\n---\nkey: value\n---\n', false],
  ['---\njust a line between rules\n---\n', false],
  ['---\nkey: value\nwithout an end', false],
])('YAML at the top is told from rules across the page: %j', (text, expected) => {
  expect('wiki-front-matter' in noticesOf({ 'A.md': text })).toBe(expected);
});

test('links between pages have the same form on both sides', () => {
  const files = {
    'Home.md':
      '[[How to|Guide]] [[Guide]] [text](Guide) ![logo](logo.png) [top](#top) [out](https://example.com/x)',
    'Guide.md': '[home](Home#anchor) [nowhere](Missing) <mailto:a@example.com>',
    'logo.png': '',
  };
  expect(linksIn(files)).toEqual([]);
});

test('links that begin at the old server, or at the top from within a folder, are listed', () => {
  const files = {
    'Home.md':
      '[a](/team/docs/wiki/Guide) [b](https://gitbucket.example.com/team/docs/wiki/Guide "title")\n\n[c]: /team/x\n',
    'dir/Page.md': '![picture](logo.png) [page](Guide) [beside](dir/other.png)',
    'dir/other.png': '',
    'Guide.md': '```\n[code](/not/a/link)\n```\nand `[code](/neither)`',
    'logo.png': '',
  };
  expect(linksIn(files)).toEqual([
    'Home.md → /team/docs/wiki/Guide',
    'Home.md → /team/x',
    'Home.md → https://gitbucket.example.com/team/docs/wiki/Guide',
    'dir/Page.md → dir/other.png',
    'dir/Page.md → logo.png',
  ]);
});

test('of many names the first are shown', () => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`templates/${index + 10}.md`, '']),
  );
  expect(noticesOf(many)['wiki-template']).toMatch(/29\.md and 10 more$/);
});
