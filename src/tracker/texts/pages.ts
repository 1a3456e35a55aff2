import type { TextWorld } from './world.ts';

type Pages = Omit<TextWorld, 'upload'>;
type Address = { path: string; query: string; hash: string };

/**
 * The page of GitLab in place of one of the source; its URL is null when there is none. Null for what is no page of the
 * source. `relative` when a leading slash stands for the source's base URL, as in links of texts.
 */
export function pageUrl(url: string, world: Pages, relative: boolean): { url: string | null } | null {
  const parts =
    /^(?:(?:https?:)?\/\/(?<host>[^/?#]*))?(?<path>\/[^?#]*)?(?<query>\?[^#]*)?(?<hash>#.*)?$/i.exec(url);
  if (parts === null) return null;
  const { host = '', path = '', query = '', hash = '' } = parts.groups ?? {};
  if (host === '') {
    if (!relative || !path.startsWith('/') || /^\/(?:uploads|-)\//.test(path)) return null;
    // A path that nothing on the source has is one within the repository for GitLab.
    const found = pageOf({ path, query, hash }, world);
    return found === null ? null : { url: found };
  }
  if (path.includes('/-/')) return null;
  for (const base of world.pages.gitbucket) {
    const below = pathBelow(base, host, path);
    if (below !== null) return { url: pageOf({ path: below, query, hash }, world) };
  }
  if (!world.pages.otherHosts || isElsewhere(host, world)) return null;
  const found = onAnotherHost({ path, query, hash }, world);
  return found === null ? null : { url: found };
}

/** What follows the base URL, whatever the scheme; null when the page is not below it. */
function pathBelow(base: string, host: string, path: string): string | null {
  const { host: own, pathname } = new URL(base);
  const root = pathname.replace(/\/+$/, '');
  if (own !== bareHost(host) || !`${path}/`.startsWith(`${root}/`)) return null;
  return path.slice(root.length);
}

function bareHost(host: string): string {
  return host
    .replace(/^.*@/, '')
    .replace(/:(?:80|443)$/, '')
    .toLowerCase();
}

/** Repositories are often mirrors: their names say nothing on the servers that everybody knows, and on GitLab itself. */
function isElsewhere(host: string, { pages }: Pages): boolean {
  const bare = bareHost(host);
  return (
    bare === new URL(pages.gitlab).host ||
    /(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)$/.test(bare)
  );
}

/** A server that nobody has named: the path may begin with a context, and only what tells a page of a tracker counts. */
function onAnotherHost({ path, query, hash }: Address, world: Pages): string | null {
  const segments = path.split('/').slice(1);
  for (let from = 0; from < 2; from += 1) {
    const [owner = '', name = '', page = ''] = segments.slice(from);
    if (!telling.has(page) || world.projectPath(`${owner}/${decodedName(name)}`) === null) continue;
    return pageOf({ path: `/${segments.slice(from).join('/')}`, query, hash }, world);
  }
  return null;
}

const telling = new Set(['issues', 'pull', 'pulls', 'blob', 'tree', 'commit', 'commits', 'wiki', 'releases']);

/** `path` is that below the base URL of the source. */
function pageOf({ path, query, hash }: Address, world: Pages): string | null {
  const gitlab = world.pages.gitlab.replace(/\/+$/, '');
  const clone = /^\/git\/([^/]+)\/([^/]+?)\.git\/?$/.exec(path);
  const [owner = '', name = '', page = '', ...rest] = (clone === null ? path : `/${clone[1]}/${clone[2]}`)
    .replace(/\/+$/, '')
    .split('/')
    .slice(1);
  if (owner === '') return null;
  if (name === '') {
    const account = world.account(owner) ?? world.groupPath(owner);
    return account === null ? null : `${gitlab}/${account}`;
  }
  const repository = `${owner}/${decodedName(name)}`;
  const project = world.projectPath(repository);
  if (project === null) return null;
  if (clone !== null) return `${gitlab}/${project}.git`;
  const below = belowProject({ page, rest, query, hash }, (number) =>
    world.kindOf(repository === world.repository ? null : repository, number),
  );
  return below === null ? null : `${gitlab}/${project}${below}`;
}

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

type Below = { page: string; rest: string[]; query: string; hash: string };

/** Same places under another name; what GitLab calls differently has a function of its own. */
const samePlaces: Readonly<Record<string, string>> = {
  blame: 'blame',
  branches: 'branches',
  commit: 'commit',
  commits: 'commits',
  compare: 'compare',
  raw: 'raw',
  tags: 'tags',
  tree: 'tree',
};

function belowProject(below: Below, kindOf: (number: number) => 'issue' | 'pull' | null): string | null {
  const { page, rest } = below;
  const [first = ''] = rest;
  if (page === '') return '';
  if (page === 'blob') return file(below);
  if (page === 'issues' || page === 'pull') return item(below, kindOf);
  if (page === 'pulls') return '/-/merge_requests';
  if (page === 'wiki') return wiki(rest);
  if (page === 'releases') return first === '' ? '/-/releases' : `/-/releases/${tagOf(rest)}`;
  // Branches of forks and their owners: `owner:branch`.
  if (page === 'compare' && rest.join('/').includes(':')) return null;
  const place = samePlaces[page];
  return place === undefined ? null : ['/-', place, ...rest].join('/');
}

function file({ rest, query, hash }: Below): string {
  const lines = /^#L(\d+)(?:-L(\d+))?$/.exec(hash);
  const [, from, to] = lines ?? [];
  const place = /[?&]raw=true\b/.test(query) ? 'raw' : 'blob';
  const shown = from === undefined ? hash : `#L${from}${to === undefined ? '' : `-${to}`}`;
  return `/-/${place}/${rest.join('/')}${shown}`;
}

function item({ page, rest }: Below, kindOf: (number: number) => 'issue' | 'pull' | null): string | null {
  const [first = '', tab = ''] = rest;
  if (first === '') return '/-/issues';
  if (first === 'labels' || first === 'milestones') return `/-/${first}`;
  if (!/^\d+$/.test(first)) return null;
  // Each of the two pages leads to the other where the number is the other's.
  const kind = kindOf(Number(first)) ?? (page === 'pull' ? 'pull' : 'issue');
  if (kind === 'issue') return `/-/issues/${first}`;
  const tabs: Readonly<Record<string, string>> = { commits: '/commits', files: '/diffs' };
  return `/-/merge_requests/${first}${tabs[tab] ?? ''}`;
}

function wiki([first = '', ...rest]: string[]): string {
  if (first === '') return '/-/wikis/home';
  if (first === '_blob') return `/-/wikis/${rest.join('/')}`;
  if (first.startsWith('_')) return '/-/wikis/pages';
  return `/-/wikis/${first}`;
}

/** Tags may hold slashes; what follows one names a file of the release. */
function tagOf(rest: readonly string[]): string {
  const assets = rest.indexOf('assets');
  return (assets < 0 ? rest : rest.slice(0, assets))
    .map((part) => encodeURIComponent(decodedName(part)))
    .join('%2F');
}
