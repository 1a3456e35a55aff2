import type { RepositoryName } from '../model/source.ts';
import { unescapeHtml } from './html.ts';
import type { GitBucketSession } from './session.ts';

/**
 * What these repositories were forked from, `owner/name` by `owner/name`: null where there is nothing any more, and none
 * of those that the page does not show. Only pages tell (GB-171), and the search page tells of all in one request without
 * opening one (GB-65): of public ones to anybody, of the others to whoever signs in.
 */
export async function readParents(
  session: GitBucketSession,
  repositories: readonly RepositoryName[],
): Promise<Map<string, string | null>> {
  const wanted = new Set(repositories.map(({ owner, name }) => `${owner}/${name}`));
  if (wanted.size === 0) return new Map();
  const page = await session.page('/search?query=');
  return new Map([...parentsOn(page?.text ?? '')].filter(([id]) => wanted.has(id)));
}

const header = /<div class="block-header">\s*<a href="[^"]*">([^<]*)<\/a>/;
/** Descriptions come after it, and their signs are escaped. */
const forkedFrom = /<div class="small muted">forked from <a href="[^"]*">([^<]*)<\/a>/;

/** The parents on a page that lists repositories, each in a block. */
function parentsOn(page: string): Map<string, string | null> {
  const parents = new Map<string, string | null>();
  for (const block of page.split('<div class="block"').slice(1)) {
    const id = header.exec(block)?.[1];
    if (id === undefined) continue;
    const parent = unescapeHtml(forkedFrom.exec(block)?.[1] ?? '').trim();
    // Of a parent that is gone the names are empty.
    parents.set(unescapeHtml(id).trim(), /^[^/]+\/[^/]+$/.test(parent) ? parent : null);
  }
  return parents;
}
