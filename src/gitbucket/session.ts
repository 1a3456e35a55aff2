import { Failure } from '../failures/failure.ts';
import type { Http } from '../net/http.ts';

/**
 * Signs in by the form, as pages that take no token demand it (GB-160). The answer is 302 in any case,
 * only its Location tells.
 */
export async function signIn(
  web: Http,
  username: string,
  password: string,
): Promise<{ accepted: boolean; cookie: string | null }> {
  const { place, cookie } = await postForm(web, username, password);
  // A first contact carries the session in the path as well (GB-161).
  const refused = place === null || place.replace(/;jsessionid=[^?]*/, '').endsWith('/signin');
  return { accepted: !refused, cookie };
}

async function postForm(
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
    if (!(error instanceof Failure) || error.code !== 'redirected') throw error;
    return { place: String(error.words['location']), cookie: null };
  }
}
