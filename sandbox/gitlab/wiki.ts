import type { Context } from './context.ts';
import { runGit } from './git-objects.ts';
import { effectiveDefaultBranch, readRef } from './repository.ts';
import type { Project } from './state.ts';

/** What GitLab takes for a page, wherever it lies (GL-274). */
const PAGE =
  /\.(md|mkdn?|mdown|markdown|rdoc|adoc|asciidoc|org|textile|creole|re?st(\.txt)?|(media)?wiki|pod|txt)$/i;

/** In this order: the first whose extensions fit names the format. */
const FORMATS: readonly [name: string, extensions: RegExp][] = [
  ['markdown', /^(md|mkdn?|mdown|markdown)$/i],
  ['rdoc', /^rdoc$/i],
  ['asciidoc', /^(adoc|asciidoc)$/i],
  ['org', /^org$/i],
  ['textile', /^textile$/i],
  ['creole', /^creole$/i],
  ['rest', /^re?st$/i],
  ['mediawiki', /^(media)?wiki$/i],
  ['pod', /^pod$/i],
  ['plaintext', /^txt$/i],
];

export type WikiPage = { path: string; slug: string; title: string; format: string };

/** Short name of the branch whose pages are shown: what was shown first stays while it exists (GL-273). */
export function shownBranch(context: Context, project: Project): string | null {
  const gitDir = context.wikiDir(project);
  const seen = project.wikiBranch ?? null;
  if (seen !== null && readRef(gitDir, `refs/heads/${seen}`) !== null) return seen;
  const found = effectiveDefaultBranch(gitDir);
  if (found === seen) return found;
  if (found === null) delete project.wikiBranch;
  else project.wikiBranch = found;
  context.changed();
  return found;
}

/** All pages of the branch that is shown, in the order of their paths. */
export async function pagesOf(context: Context, project: Project): Promise<WikiPage[]> {
  const branch = shownBranch(context, project);
  if (branch === null) return [];
  const names = await runGit(context.wikiDir(project), [
    'ls-tree',
    '-rz',
    '--name-only',
    `refs/heads/${branch}`,
  ]);
  return (names ?? '')
    .split('\0')
    .filter((path) => PAGE.test(path))
    .map(pageAt);
}

function pageAt(path: string): WikiPage {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const extension = /\.([^.]*)$/.exec(name)?.[1] ?? '';
  const format = FORMATS.find(([, extensions]) => extensions.test(extension))?.[0] ?? 'markdown';
  const title = name.slice(0, -extension.length - 1).replaceAll('-', ' ');
  return { path, slug: path.replace(/\.[^.]+$/, ''), title, format };
}

/** The page of that title or slug, in any letter case; the first by path hides others (GL-274). */
export async function findPage(
  context: Context,
  project: Project,
  title: string,
): Promise<(WikiPage & { content: string }) | null> {
  const pages = await pagesOf(context, project);
  const wanted = [title, sluggified(title)].map((each) => each.toLowerCase());
  const found = wanted
    .map((each) => pages.find(({ path }) => path.replace(PAGE, '').toLowerCase() === each))
    .find((page) => page !== undefined);
  if (found === undefined) return null;
  const at = `refs/heads/${project.wikiBranch ?? ''}:${found.path}`;
  const content = await runGit(context.wikiDir(project), ['cat-file', 'blob', at]);
  return { ...found, content: content ?? '' };
}

/** As the name of a file: blanks are dashes, `..` leads nowhere. */
export function sluggified(title: string): string {
  const parts: string[] = [];
  for (const part of title.trim().split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/').replaceAll(' ', '-');
}
