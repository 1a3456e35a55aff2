/** Tags in a piece of HTML, with what lies between them. */

/** Offsets are those of the text that the piece was cut from. */
export type HtmlLink = {
  /** The value of the attribute, without its quotes. */
  start: number;
  end: number;
  url: string;
  image: boolean;
  /** What the page shows in its place: the alternative text of an image, the text up to the next tag of a link. */
  name: string;
};

export type HtmlPiece = { links: HtmlLink[]; texts: { start: number; end: number }[] };

const tag =
  /<!--[^]*?(?:-->|$)|<\?[^]*?(?:\?>|$)|<!\[CDATA\[[^]*?(?:\]\]>|$)|<(?<close>\/?)(?<name>[A-Za-z][\w-]*)(?<attributes>(?:"[^"]*"|'[^']*'|[^'">])*)(?:>|$)|<![A-Za-z][^>]*(?:>|$)/g;
const attribute =
  /(?<before>\b(?<name>href|src|alt)\s*=\s*)(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s"'=<>`]+))/gi;

// GitLab looks for no reference within the first four (lib/banzai/filter/references/reference_filter.rb), and nobody sees the rest.
const silent = new Set(['pre', 'code', 'a', 'style', 'script', 'textarea', 'title']);

const longestName = 1_000;

/** The elements that are open and of which GitLab leaves the text alone, outermost first. */
export type OpenElements = string[];

/**
 * Reads the HTML between two offsets of a text. `open` is carried on from piece to piece: in Markdown one element may begin in
 * one paragraph and end in another, as in the page that comes of it.
 */
export function readHtml(text: string, from: number, to: number, open: OpenElements): HtmlPiece {
  const links: HtmlLink[] = [];
  const texts: HtmlPiece['texts'] = [];
  let done = from;
  const between = (end: number): void => {
    if (end > done && open.length === 0) texts.push({ start: done, end });
  };
  for (const { 0: whole, index, groups = {} } of text.slice(from, to).matchAll(tag)) {
    const at = from + index;
    between(at);
    done = at + whole.length;
    const name = groups['name']?.toLowerCase();
    if (name === undefined) continue;
    if (groups['close'] === '/') close(open, name);
    else {
      links.push(...linksOf(whole, at, name, text.slice(done, done + longestName)));
      if (silent.has(name) && !whole.endsWith('/>')) open.push(name);
    }
  }
  between(to);
  return { links, texts };
}

function close(open: OpenElements, name: string): void {
  const at = open.lastIndexOf(name);
  if (at >= 0) open.splice(at, 1);
}

function linksOf(whole: string, offset: number, element: string, after: string): HtmlLink[] {
  const links: Omit<HtmlLink, 'name'>[] = [];
  let alternative = '';
  for (const { index, groups = {} } of whole.matchAll(attribute)) {
    const { before = '', bare } = groups;
    const value = groups['double'] ?? groups['single'] ?? bare ?? '';
    const start = offset + index + before.length + (bare === undefined ? 1 : 0);
    if (groups['name']?.toLowerCase() === 'alt') alternative = decoded(value);
    else links.push({ start, end: start + value.length, url: decoded(value), image: element === 'img' });
  }
  const shown = /^[^<]*/.exec(after)?.[0] ?? '';
  return links.map((link) => ({ ...link, name: link.image ? alternative : decoded(shown).trim() }));
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
};

/** The characters behind the few entities that names and addresses contain. */
export function decoded(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|apos|#39);/g, (whole, name: string) => entities[name] ?? whole);
}

/** A value as it stands within quotes, and a text between tags. */
export function escapedHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
