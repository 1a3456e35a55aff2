import type { Config } from '../config/schema.ts';
import { MigrationError } from '../errors.ts';
import type { Http } from '../net/http.ts';
import { found, type CheckFinding } from './finding.ts';

export type Session = { finding: CheckFinding; cookie: string | null };

/**
 * Signs in by the form, as pages that take no token demand it (gitbucket-contract §2.4); null when no password is
 * configured. The answer is 302 in any case, only its Location tells.
 */
export async function sessionOf(web: Http, config: Config['source']): Promise<Session | null> {
  const { username, password, url } = config;
  if (username === null || password === null) return null;
  const { place, cookie } = await signIn(web, username, password);
  // A first contact carries the session in the path as well (gitbucket-observed A6).
  const refused = place === null || place.replace(/;jsessionid=[^?]*/, '').endsWith('/signin');
  const id = refused ? 'source-password-refused' : 'source-session';
  return { finding: found(id, 'source', url, { user: username }), cookie: refused ? null : cookie };
}

async function signIn(
  web: Http,
  username: string,
  password: string,
): Promise<{ place: string | null; cookie: string | null }> {
  try {
    const { headers } = await web.send({
      method: 'POST',
      path: '/signin',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ userName: username, password }).toString(),
      tries: 1,
    });
    const cookie = /JSESSIONID=[^;,\s]+/.exec(headers['set-cookie'] ?? '')?.[0] ?? null;
    return { place: headers['location'] ?? null, cookie };
  } catch (error) {
    // It sends us to the address that it believes in, which may be another one than ours.
    if (!(error instanceof MigrationError) || error.code !== 'redirected') throw error;
    return { place: String(error.context['location']), cookie: null };
  }
}
