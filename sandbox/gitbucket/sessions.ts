import { randomBytes } from 'node:crypto';

/** A servlet session; lives in memory only and is lost when the server restarts. */
type Session = { readonly id: string; login?: string };

/** The session of one request. */
export type OpenedSession = {
  session: Session;
  /** True when the answer has to set the cookie. */
  created: boolean;
  /** True when the request sent a JSESSIONID, valid or not; without one, redirects carry `;jsessionid=` (GB-161). */
  carriedCookie: boolean;
};

export type Sessions = {
  open(cookieHeader: string | undefined): OpenedSession;
};

const COOKIE = /(?:^|;\s*)JSESSIONID=([^;\s]*)/;

export function createSessions(): Sessions {
  const byId = new Map<string, Session>();
  return {
    open(cookieHeader) {
      const sent = COOKIE.exec(cookieHeader ?? '')?.[1];
      const known = sent === undefined ? undefined : byId.get(sent);
      if (known) return { session: known, created: false, carriedCookie: true };
      const session: Session = { id: `node0${randomBytes(15).toString('hex')}.node0` };
      byId.set(session.id, session);
      return { session, created: true, carriedCookie: sent !== undefined };
    },
  };
}
