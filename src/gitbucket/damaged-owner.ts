import type { Failure } from '../failures/failure.ts';
import { isServerTrouble, noticeOf } from '../failures/index.ts';
import { ownerUnreadable, repositoryBroken } from '../failures/source.ts';
import type { Notice } from '../model/notice.ts';
import type { Http } from '../net/http.ts';
import { isTurnedAway } from './client.ts';
import type { Surfaces } from './inventory.ts';
import type { Repo } from './schema.ts';

/**
 * One damaged repository makes the owner's whole list fail (GB-64): asks for each one that can be known of, by these names
 * (`owner/name`) and by the search page. The first problem is that of the owner.
 */
export async function isolate(
  { api, web }: Pick<Surfaces, 'api' | 'web'>,
  owner: string,
  known: readonly string[],
  failure: Failure,
): Promise<{ found: Repo[]; problems: Notice[] }> {
  const prefix = `${owner}/`;
  const own = known.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const names = new Set([...own, ...(await repositoriesFoundBySearch(web, owner))]);
  const problems: Notice[] = [];
  const found: Repo[] = [];
  await Promise.all(
    [...names].map(async (name) => {
      try {
        const repo = await api.repository({ owner, name });
        if (repo !== null) found.push(repo);
      } catch (error) {
        if (!isServerTrouble(error)) throw error;
        const object = `${owner}/${name}`;
        const detail = `the API returns ${error.words['status']}`;
        problems.push(about(object, error, repositoryBroken(object, { detail })));
      }
    }),
  );
  const context = { detail: failure.message, found: found.length };
  return { found, problems: [about(owner, failure, ownerUnreadable(owner, context)), ...problems] };
}

/** What the server's own failure means; what stood in front of it says nothing of what it holds. */
function about(object: string, failure: Failure, meaning: Failure): Notice {
  return failure.code === 'server-error' ? noticeOf(meaning, object) : { ...failure.notice, object };
}

/**
 * Names of an owner's repositories from GitBucket's search page, which does not open them: the way round a damaged
 * repository that makes the API's list fail (GB-64, GB-65). Sees public repositories only; [] when the page
 * cannot be had.
 */
async function repositoriesFoundBySearch(web: Http, owner: string): Promise<string[]> {
  const answer = await web.send({ method: 'GET', path: '/search?query=' }).catch((error: unknown) => {
    // Whoever brings no login may be sent to another place (GB-126).
    if (isTurnedAway(error)) return null;
    throw error;
  });
  if (answer?.status !== 200 || typeof answer.body !== 'string') return [];
  const base = new URL(web.server.url).pathname.replace(/\/$/, '');
  const names = new Set<string>();
  for (const [, href = ''] of answer.body.matchAll(/href="([^"#?]+)"/g)) {
    const path = decoded(href);
    if (path === null || !path.startsWith(`${base}/${owner}/`)) continue;
    const name = path.slice(`${base}/${owner}/`.length);
    if (/^[A-Za-z0-9\-+_.]+$/.test(name)) names.add(name);
  }
  return [...names];
}

function decoded(href: string): string | null {
  try {
    return decodeURIComponent(new URL(href, 'http://x/').pathname);
  } catch {
    return null;
  }
}
