import { createHash } from 'node:crypto';
import {
  addressOf,
  hasFrontMatter,
  isPage,
  isReserved,
  isTemplate,
  redirects,
  slugOf,
  titleOf,
} from '../gitlab/rules/wiki-pages.ts';
import type { Notice } from '../model/notice.ts';
import type { WikiContent } from '../model/source.ts';
import { brokenLinks, type WikiPlace } from './wiki-links.ts';

type Files = ReadonlyMap<string, Buffer>;

/** One commit with one page is what GitBucket makes with every repository (GB-130); a fork has its parent's name in it. */
export function isGenerated({ files, message, parents }: WikiContent): boolean {
  const home = files.get('Home.md')?.toString() ?? '';
  return parents === 0 && files.size === 1 && message === 'Initial Commit' && welcome.test(home);
}

const welcome = /^Welcome to the \S+ wiki!!$/;

/** What GitLab's list of pages is compared with. */
export type PageList = { count: number; hash: string };

/** Addresses of the pages, as GitLab will list them. */
export function slugsOf(files: Files): string[] {
  return [...files.keys()].filter(isPage).map(slugOf).sort();
}

/** How many pages there are, and one hash over their addresses. */
export function pageList(slugs: readonly string[]): PageList {
  const text = [...slugs].sort().join('\n');
  return { count: slugs.length, hash: createHash('sha256').update(text).digest('hex') };
}

/** Names that one notice has. */
const mostNamed = 20;

/** What a reader will find otherwise on GitLab, each kind in one notice that names its pages. */
export function wikiNotices(files: Files, place: WikiPlace): Notice[] {
  const pages = [...files.keys()].filter(isPage).sort();
  const texts = pages.filter((path) => hasFrontMatter(textOf(files, path)));
  const hidden = clashes(pages, addressOf);
  const alike = clashes(pages, titleOf).filter((group) => !hidden.includes(group));
  const kinds: [code: string, names: readonly string[], message: (names: string) => string][] = [
    [
      'wiki-page-hidden',
      hidden,
      (names) => `GitLab finds only one of the wiki pages that differ in letter case or extension: ${names}`,
    ],
    ['wiki-page-alike', alike, (names) => `wiki pages get the same title on GitLab: ${names}`],
    [
      'wiki-page-reserved',
      pages.filter(isReserved),
      (names) => `GitLab has pages of its own at the addresses of these wiki pages: ${names}`,
    ],
    [
      'wiki-template',
      pages.filter(isTemplate),
      (names) => `on GitLab the wiki pages below templates/ are templates for others: ${names}`,
    ],
    [
      'wiki-footer',
      pages.filter((path) => /^_(footer|header)\.\w+$/i.test(path)),
      (names) => `GitLab shows no footer and no header, so these are ordinary wiki pages: ${names}`,
    ],
    [
      'wiki-sidebar',
      pages.filter((path) => /^_sidebar\.\w+$/i.test(path)),
      (names) => `${names} is shown above GitLab's own list of the wiki pages`,
    ],
    [
      'wiki-front-matter',
      texts,
      (names) =>
        `GitLab reads the YAML at the top of wiki pages as their settings and does not show it: ${names}`,
    ],
    [
      'wiki-redirects',
      [...files.keys()].filter((path) => path === redirects),
      (names) => `GitLab follows what ${names} in the wiki says instead of looking for the page`,
    ],
    [
      'wiki-links',
      brokenLinks(files, place),
      (names) => `links in the wiki that do not lead there any more on GitLab: ${names}`,
    ],
  ];
  return kinds.flatMap(([code, names, message]) =>
    names.length === 0 ? [] : [{ code, object: place.id, message: message(shortened(names)), fix: '' }],
  );
}

function textOf(files: Files, path: string): string {
  return files.get(path)?.toString() ?? '';
}

function shortened(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return names.slice(0, mostNamed).join(', ') + more;
}

/** Pages that have the same key, each group as one text. */
function clashes(pages: readonly string[], keyOf: (path: string) => string): string[] {
  const groups = new Map<string, string[]>();
  for (const path of pages) groups.set(keyOf(path), [...(groups.get(keyOf(path)) ?? []), path]);
  return [...groups.values()].filter(({ length }) => length > 1).map((group) => group.join(' and '));
}
