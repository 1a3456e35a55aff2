import type { Http } from '../net/http.ts';

/**
 * Names of an owner's repositories from GitBucket's search page, which does not open them: the way round a damaged
 * repository that makes the API's list fail (gitbucket-contract T10). Sees public repositories only; [] when the page
 * cannot be had.
 */
export async function repositoriesFoundBySearch(web: Http, owner: string): Promise<string[]> {
  const answer = await web.send({ method: 'GET', path: '/search?query=' });
  if (answer.status !== 200 || typeof answer.body !== 'string') return [];
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
