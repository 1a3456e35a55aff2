import type { RepositoryName } from '../model/source.ts';
import type { Http } from '../net/http.ts';
import { isTurnedAway } from './client.ts';
import { signIn } from './session.ts';

type Pages = { web: Http; username: string | null; password: string | null };

/**
 * What these repositories were forked from, `owner/name` by `owner/name`: null where there is nothing any more, and none
 * of those that the page does not show. Only pages tell (GB-171), and the search page tells of all in one request without
 * opening one (GB-65): of public ones to anybody, of the others to whoever signs in.
 */
export async function readParents(
  { web, username, password }: Pages,
  repositories: readonly RepositoryName[],
): Promise<Map<string, string | null>> {
  const wanted = new Set(repositories.map(({ owner, name }) => `${owner}/${name}`));
  if (wanted.size === 0) return new Map();
  const session = username === null || password === null ? null : await signIn(web, username, password);
  const cookie = session?.accepted === true ? session.cookie : null;
  const answer = await web
    .send({ method: 'GET', path: '/search?query=', ...(cookie === null ? {} : { headers: { cookie } }) })
    .catch((error: unknown) => {
      // Whoever brings no login may be sent to another place (GB-126).
      if (isTurnedAway(error)) return null;
      throw error;
    });
  if (answer?.status !== 200 || typeof answer.body !== 'string') return new Map();
  return new Map([...parentsOn(answer.body)].filter(([id]) => wanted.has(id)));
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
    const parent = unescaped(forkedFrom.exec(block)?.[1] ?? '');
    // Of a parent that is gone the names are empty.
    parents.set(unescaped(id), /^[^/]+\/[^/]+$/.test(parent) ? parent : null);
  }
  return parents;
}

const signs: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
};

function unescaped(text: string): string {
  return text.trim().replaceAll(/&(amp|lt|gt|quot|#x27|#39);/g, (sign) => signs[sign] ?? sign);
}
