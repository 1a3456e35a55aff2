import { isPage } from '../gitlab/rules/wiki-pages.ts';

/** Whose wiki it is, and under which addresses its server is known. */
export type WikiPlace = { id: string; servers: readonly string[] };

type Files = ReadonlyMap<string, Buffer>;

/**
 * Links and pictures that work on GitBucket and will not on GitLab, as `page → target`. Links between pages have the same
 * form on both (GL-278, GB-134); what differs is where a path begins: GitBucket begins at the top of the wiki, or with a
 * slash at that of the server, whatever folder the page is in (GB-137).
 */
export function brokenLinks(files: Files, place: WikiPlace): string[] {
  const found: string[] = [];
  for (const [path, content] of files) {
    if (!/\.md$/i.test(path)) continue;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    for (const target of new Set(targetsIn(content.toString()))) {
      if (isBroken(target, folder, files, place)) found.push(`${path} → ${target}`);
    }
  }
  return found.sort();
}

/** Targets of the links and pictures of a page, code left out. */
function targetsIn(text: string): string[] {
  const prose = text.replaceAll(/^(```|~~~)[^]*?^\1.*$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const inline = [...prose.matchAll(/\]\(\s*<?([^\s<>()]+)>?(?:\s+["'(][^\n]*?["')])?\s*\)/g)];
  const defined = [...prose.matchAll(/^ {0,3}\[[^\]\n]+\]:\s*<?([^\s<>]+)/gm)];
  return [...inline, ...defined].flatMap(([, target]) => target ?? []);
}

function isBroken(target: string, folder: string, files: Files, { servers }: WikiPlace): boolean {
  if (/^https?:/i.test(target)) return servers.some((server) => target.startsWith(`${server}/`));
  if (target.startsWith('/')) return !target.startsWith('//');
  if (/^(?:#|[a-z][a-z+.-]*:)/i.test(target)) return false;
  const path = decoded(target.replace(/[?#].*$/, ''));
  const onGitBucket = [`${path}.md`, path].find((name) => files.has(name));
  if (onGitBucket === undefined) return false;
  // A target with an extension is looked for beside the page, all others from the top.
  const isFile = /\.[^./]+$/.test(path);
  const onGitLab = isFile ? folder + path : path;
  return !files.has(onGitLab) && ![...files.keys()].some((name) => leadsTo(onGitLab, name));
}

/** GitLab looks up pages in any letter case. */
function leadsTo(address: string, path: string): boolean {
  if (!isPage(path)) return false;
  const page = path.replace(/\.[^.]+$/, '').toLowerCase();
  const asked = address.toLowerCase();
  return page === asked || page === asked.replaceAll(' ', '-');
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
