import { belowContext, decoded, oldUrl, withoutPassword, type Places } from './old-addresses.ts';

/** An address of the old server in a text, and what leads to the same on the new one; null when nobody knows. */
export type OldAddress = { address: string; to: string | null };

/** As far as an address is looked for around the name of its host: nobody writes longer ones by hand. */
const reach = { before: 120, after: 500 };

const prefix = /(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^\s/@"'`<>=(:,]+(?::[^\s/@"'`<>]*)?@)?$/i;
const rest = /^(?::\d+(?!\w))?(?:[/:][^\s"'`<>()[\]{}|\\^,;]*)?/;

/**
 * Addresses of the old server in a text, each once, without passwords: clone addresses of every kind, links to pages, and
 * its bare name before a path, as modules and images are named.
 */
export function addressesIn(text: string, id: string, places: Places): OldAddress[] {
  const found = new Map<string, OldAddress>();
  for (const source of places.source) {
    const base = new URL(source);
    const small = text.toLowerCase();
    for (
      let at = small.indexOf(base.hostname);
      at >= 0;
      at = small.indexOf(base.hostname, at + base.hostname.length)
    ) {
      const written = around(text, at, base.hostname.length);
      if (written === null) continue;
      const to = newAddress(written, id, base, places);
      const address = withoutPassword(written);
      if (to !== undefined && !found.has(address)) found.set(address, { address, to });
    }
  }
  return [...found.values()];
}

/** The whole address around the name of a host; null when the name is part of another one, or names nothing. */
function around(text: string, at: number, length: number): string | null {
  const before = prefix.exec(text.slice(Math.max(0, at - reach.before), at))?.[0] ?? '';
  const after = rest.exec(text.slice(at + length, at + length + reach.after))?.[0] ?? '';
  if (before === '' && /[\w.-]$/.test(text.slice(Math.max(0, at - 1), at))) return null;
  if (after === '' && /^(?:[\w-]|\.\w)/.test(text.slice(at + length, at + length + 2))) return null;
  const tail = after.replace(/[.:]+$/, '');
  const scheme = before.includes('://');
  // A name alone is a host for many things; `host: value` is a line of a config.
  if (!scheme && !/^(?::\d+)?\/\w/.test(tail) && !(before.endsWith('@') && /^:[\w~/]/.test(tail)))
    return null;
  return before + text.slice(at, at + length) + tail;
}

/** Undefined: it does not lead to the old server after all. */
function newAddress(written: string, id: string, base: URL, places: Places): string | null | undefined {
  const bare = !written.includes('://') && !/^[^/]*@/.test(written);
  const url = bare ? `${base.protocol}//${written}` : written;
  const old = oldUrl(url, places, id);
  if (old === null) return undefined;
  const page = old.repository === null && URL.canParse(url) ? pageOf(new URL(url), base) : null;
  const repository = old.repository ?? page?.repository ?? null;
  const path = repository === null ? undefined : places.paths.get(repository.toLowerCase());
  if (path === undefined) return null;
  const [clean = '', hash] = url.split('#');
  const cloned = old.way !== 'http' || /\.git\/?$|\/git\/[^/]+\/[^/]+\/?$/.test(clean);
  const version = hash === undefined ? '' : `#${hash}`;
  const address = `${places.target}/${path}${page?.ending ?? (cloned ? `.git${version}` : '')}`;
  if (bare) return address.replace(/^\w+:\/\//, '');
  // As package managers write it: git behind the way to it.
  return url.startsWith('git+') ? `git+${address}` : address;
}

/** Where GitLab has the pages of a repository, by GitBucket's word for them. */
const pages: Readonly<Record<string, string>> = {
  blob: '/-/blob',
  tree: '/-/tree',
  raw: '/-/raw',
  blame: '/-/blame',
  commit: '/-/commit',
  commits: '/-/commits',
  issues: '/-/issues',
  pull: '/-/merge_requests',
  pulls: '/-/merge_requests',
  wiki: '/-/wikis',
  releases: '/-/releases',
  tags: '/-/tags',
  branches: '/-/branches',
  archive: '/-/archive',
};

/** A page of a repository; `ending` is what follows the project's path on GitLab. */
function pageOf(url: URL, base: URL): { repository: string; ending: string } | null {
  const path = belowContext(url, base);
  const [, owner, name, word, more = ''] =
    /^\/(?:git\/)?([^/]+)\/([^/]+?)(?:\.git)?\/([^/]+)(\/.*)?$/.exec(path ?? '') ?? [];
  if (owner === undefined || name === undefined || word === undefined || owner === 'api') return null;
  const repository = `${decoded(owner)}/${decoded(name)}`;
  if (word === 'info') return { repository, ending: `.git/info${more}` };
  const page = Object.hasOwn(pages, word) ? (pages[word] ?? '') : null;
  return { repository, ending: page === null ? '' : `${page}${more}${url.hash}` };
}
