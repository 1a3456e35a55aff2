/** Which paths of one namespace are spoken for, and by whom; one case-insensitive space (gitlab-contract R7). */
export type PathClaims = {
  claim(path: string, key: string): void;
  /** Who else has this very path; null when nobody. */
  holder(path: string, key: string): string | null;
  /** Why GitLab would not give the path to this key; null when it would. */
  conflict(path: string, key: string): string | null;
};

const FOREIGN = Symbol('foreign');
const WIKI_END = '.wiki';

/** Starts with the paths that belong to others. */
export function createPathClaims(foreign: ReadonlySet<string>): PathClaims {
  const holders = new Map<string, string | typeof FOREIGN>();
  for (const path of foreign) holders.set(path.toLowerCase(), FOREIGN);

  function holder(path: string, key: string): string | null {
    const found = holders.get(path.toLowerCase());
    if (found === undefined || found === key) return null;
    return found === FOREIGN ? 'something on the target that this tool did not make' : `"${found}"`;
  }

  function conflict(path: string, key: string): string | null {
    const other = holder(path, key);
    if (other !== null) return `"${path}" has already been taken by ${other} (letter case does not count)`;
    const neighbour = wikiNeighbour(path);
    const owner = holder(neighbour, key);
    if (owner === null) return null;
    return `"${path}" cannot stand beside "${neighbour}" of ${owner}: one is the address of the other's wiki`;
  }

  return {
    claim(path, key) {
      holders.set(path.toLowerCase(), key);
    },
    holder,
    conflict,
  };
}

/** Does the path look like the address of a wiki? */
export function looksLikeWiki(path: string): boolean {
  return path.toLowerCase().endsWith(WIKI_END);
}

/** GitLab refuses `foo` beside `foo.wiki` (gitbucket-contract §4.3), newer versions for groups too. */
function wikiNeighbour(path: string): string {
  return looksLikeWiki(path) ? path.slice(0, -WIKI_END.length) : `${path}${WIKI_END}`;
}
