import { Failure } from '../failures/failure.ts';
import { sourceSessionRefused } from '../failures/source.ts';
import type { Notice } from '../model/notice.ts';
import type { Http } from '../net/http.ts';
import { isTurnedAway } from './client.ts';
import { once } from '../net/once.ts';

/** The login of a user for pages that take no token (GB-165): one sign-in, when it is first needed. */
export type GitBucketSession = {
  /** The login it is for; null when no password is configured. */
  readonly user: string | null;
  /** The cookie of the signed-in user; null when there is none. Asks only once. */
  cookie(): Promise<string | null>;
  /** What to say of a sign-in that was refused; [] before one was tried. */
  notices(): Notice[];
  /** A page, with the login where there is one; null when it is not shown, or is none. `session`: the login was sent along. */
  page(path: string): Promise<{ text: string; session: boolean } | null>;
  /** As `page`, only with a login. */
  ownPage(path: string): Promise<string | null>;
};

export type SessionOptions = {
  web: Http;
  username: string | null;
  password: string | null;
  /** Is told the session's id, which opens all that the password does. */
  keepSecret: (secret: string) => void;
};

export function createSession({ web, username, password, keepSecret }: SessionOptions): GitBucketSession {
  const notices: Notice[] = [];

  const cookie = once(async () => {
    if (username === null || password === null) return null;
    const given = await signIn(web, username, password);
    if (given === null) notices.push(sourceSessionRefused(web.server.url, { user: username }).notice);
    else keepSecret(given.slice(given.indexOf('=') + 1));
    return given;
  });

  async function shown(path: string, sent: string | null): Promise<string | null> {
    const headers = sent === null ? {} : { cookie: sent };
    const answer = await web.send({ method: 'GET', path, headers }).catch((error: unknown) => {
      // A bare 401 has nothing that tells whose it is (GB-163).
      if (isTurnedAway(error)) return null;
      throw error;
    });
    return answer?.status === 200 && typeof answer.body === 'string' ? answer.body : null;
  }

  return {
    user: username !== null && password !== null ? username : null,
    cookie,
    notices: () => [...notices],
    async page(path) {
      const sent = await cookie();
      const text = await shown(path, sent);
      return text === null ? null : { text, session: sent !== null };
    },
    async ownPage(path) {
      const sent = await cookie();
      return sent === null ? null : shown(path, sent);
    },
  };
}

/**
 * Signs in by the form, as pages that take no token demand it (GB-160). The answer is 302 in any case, only its Location
 * tells. Gives the cookie; null when the password is refused.
 */
async function signIn(web: Http, username: string, password: string): Promise<string | null> {
  const { place, cookie } = await postForm(web, username, password);
  // A first contact carries the session in the path as well (GB-161).
  const refused = place === null || place.replace(/;jsessionid=[^?]*/, '').endsWith('/signin');
  return refused ? null : cookie;
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
    return { place: headers['location'] ?? null, cookie: cookieIn(headers) };
  } catch (error) {
    if (!isTurnedAway(error)) throw error;
    if (!(error instanceof Failure) || error.code !== 'redirected') return { place: null, cookie: null };
    // It sends us to the address that it believes in, which may be another one than ours; the session is in the path then.
    const place = String(error.words['location']);
    const id = /;jsessionid=([^?;/]+)/.exec(place)?.[1];
    return { place, cookie: id === undefined ? null : `JSESSIONID=${id}` };
  }
}

function cookieIn(headers: Readonly<Record<string, string>>): string | null {
  return /JSESSIONID=[^;,\s]+/.exec(headers['set-cookie'] ?? '')?.[0] ?? null;
}
