import { MigrationError } from '../errors.ts';
import type { Server } from '../net/http-failure.ts';

/**
 * Where the repository is, as git itself concludes from a redirect: the new address must end as the asked one did
 * (git-config "http.followRedirects"). Given as a path below the server's URL.
 * @throws redirected when that is another place than below the configured URL
 */
export function placeAfterRedirect(
  { name, side, url }: Server,
  headers: Readonly<Record<string, string>>,
  path: string,
  ending: string,
): string {
  const given = headers['location'] ?? '';
  const base = new URL(url);
  const target = URL.canParse(given, url + path) ? new URL(given, url + path) : null;
  const whole = target === null ? '' : target.pathname + target.search;
  const root = base.pathname.replace(/\/$/, '');
  const below = target?.origin === base.origin && whole.startsWith(`${root}/`) && whole.endsWith(ending);
  if (below) return whole.slice(root.length, whole.length - ending.length);
  const location = target === null ? given : `${target.origin}${target.pathname}`;
  throw new MigrationError('redirected', url + path, { server: name, side, location });
}
