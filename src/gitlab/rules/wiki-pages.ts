/** What GitLab takes for a page of a wiki, and what it reads otherwise (GL-274, GL-275). */

const page =
  /\.(?:md|mkdn?|mdown|markdown|rdoc|adoc|asciidoc|org|textile|creole|re?st(?:\.txt)?|(?:media)?wiki|pod|txt)$/i;

/** Is the file a page, wherever it lies? */
export function isPage(path: string): boolean {
  return page.test(path);
}

/** The address of a page: its path without the extension. */
export function slugOf(path: string): string {
  return path.replace(/\.[^.]+$/, '');
}

/** Pages with the same one have one address: only the first is found. */
export function addressOf(path: string): string {
  return slugOf(path).toLowerCase();
}

/** Pages with the same one have the same title in the same folder. */
export function titleOf(path: string): string {
  return addressOf(path).replaceAll('-', ' ');
}

const usedByGitLab: ReadonlySet<string> = new Set(['pages', 'new', 'git_access', '-']);

/** True for a page at whose address GitLab has a page of its own (app/models/wiki_page.rb RESERVED_SLUGS). */
export function isReserved(path: string): boolean {
  return usedByGitLab.has(slugOf(path).split('/', 1)[0] ?? '');
}

/** True for a page that is a template for others. */
export function isTemplate(path: string): boolean {
  return path.startsWith('templates/');
}

/** GitLab looks up addresses in it before it looks for pages. */
export const redirects = '.gitlab/redirects.yml';

/** A block of YAML at the top is read as settings of the page, and not shown (lib/gitlab/front_matter.rb). */
export function hasFrontMatter(text: string): boolean {
  const block = frontMatter.exec(text.slice(0, longestBlock))?.[1];
  return block !== undefined && /^[\w"'][^\n]*:/m.test(block);
}

const frontMatter =
  /(?<![^])(?:[^\r\n]*coding:[^\r\n]*\r?\n)?(?:\s*\n)?---[ \t]*(?:yaml)?\r?\n([^]*?)^(?:---|\.{3})[^\S\r\n]*$/m;
const longestBlock = 20_000;
