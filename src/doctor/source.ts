import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import { hiddenOwners } from '../failures/source.ts';
import type { User } from '../gitbucket/schema.ts';
import type { Source } from '../gitbucket/source.ts';
import type { Http } from '../net/http.ts';
import { check, defineFinding, errorFound, failureFound, type Found } from './finding.ts';
import { gitFindings, repositoryToProve } from './source-git.ts';
import { type Owners, readOwners, versionFindings } from './source-version.ts';

export type SourceReport = { findings: Found[]; owners: Owners | null };

/** Every check of GitBucket: address, credentials on each surface, what they see, version. */
export async function sourceFindings(source: Source, config: Config['source']): Promise<SourceReport> {
  const { url } = source;
  const findings: Found[] = [];
  let user: User | null = null;
  try {
    user = await source.connect();
    findings.push(...accountFindings(user, config, url));
  } catch (error) {
    findings.push(errorFound(error, url));
  }
  if (!answersAsGitBucket(findings)) return { findings, owners: null };
  const open = await isOpen(source);
  if (open !== null) findings.push(open ? sourceAnonymous(url) : sourceLoginDemanded(url));
  const session = await sessionOf(source.web, config).catch((error: unknown) => errorFound(error, url));
  if (session !== null) findings.push('finding' in session ? session.finding : session);
  if (user === null) return { findings, owners: null };
  const cookie = session !== null && 'cookie' in session ? session.cookie : null;
  const { findings: more, owners } = await behindLogin(source, { config, cookie, open: open === true });
  return { findings: [...findings, ...more], owners };
}

/** What only an accepted login can find out. */
async function behindLogin(
  source: Source,
  known: { config: Config['source']; cookie: string | null; open: boolean },
): Promise<SourceReport> {
  const { url } = source;
  try {
    const owners = await readOwners(source);
    const repository = await repositoryToProve(source, owners.logins, known.open);
    const findings = [
      ...(await hiddenOwnerFindings(source)),
      ...(await check(url, () => gitFindings(source, repository))),
      ...(await check(url, () => versionFindings(source, { ...known, repository, owners }))),
    ];
    return { findings, owners };
  } catch (error) {
    return { findings: [errorFound(error, url)], owners: null };
  }
}

type UserWords = { object: string; user: string };

export const sourceToken = defineFinding('source-token', 'ok', (w: UserWords) => ({
  message: `GitBucket answers, and the token belongs to ${w.user}`,
}));

export const sourceLogin = defineFinding('source-login', 'ok', (w: UserWords) => ({
  message: `GitBucket answers and accepts the password of ${w.user}`,
}));

export const sourceAdministrator = defineFinding('source-administrator', 'ok', (w: UserWords) => ({
  message: `${w.user} is an administrator and sees every repository of every enabled account`,
}));

export const sourceNotAdministrator = defineFinding(
  'source-not-administrator',
  'warning',
  (w: UserWords) => ({
    message: `${w.user} is not an administrator: private repositories of others are invisible and will be missing without any trace`,
    fix: 'use a token of a GitBucket administrator, unless everything you want belongs to this user',
  }),
);

export const sourceBaseUrl = defineFinding(
  'source-base-url',
  'note',
  (w: { object: string; reported: string }) => ({
    message: `GitBucket reports its own URL as ${w.reported}, not ${w.object}`,
    fix: 'repositories are read from the configured "url", but LFS objects from the URL that GitBucket reports: if that one cannot be reached from here, correct "Base URL" in its system settings',
  }),
);

/** Whose credentials these are, what they can see, and the URL that the server reports as its own. */
function accountFindings(user: User, config: Config['source'], url: string): Found[] {
  const words = { user: user.login };
  const findings = [
    config.token === null ? sourceLogin(url, words) : sourceToken(url, words),
    user.site_admin === true ? sourceAdministrator(url, words) : sourceNotAdministrator(url, words),
  ];
  const base = baseOf(user.url, '/api/v3/');
  if (base !== null && base !== url) findings.push(sourceBaseUrl(url, { reported: base }));
  return findings;
}

/** The part of an address before the marker; null when it has none. */
function baseOf(address: string | undefined, marker: string): string | null {
  const at = address?.indexOf(marker) ?? -1;
  return address === undefined || at < 0 ? null : address.slice(0, at);
}

/** False when no other check makes sense. A refused token only stops what needs a token. */
function answersAsGitBucket(findings: readonly Found[]): boolean {
  return findings.every(({ level, code }) => level !== 'error' || code === 'token-refused');
}

export const sourceAnonymous = defineFinding('source-anonymous', 'note', () => ({
  message: 'GitBucket shows public repositories to everyone; they become public on GitLab',
  fix: 'to keep them internal, set "visibility": { "public": "internal" } in the config',
}));

export const sourceLoginDemanded = defineFinding('source-login-demanded', 'note', () => ({
  message: 'GitBucket requires a login for everything; its public repositories become internal on GitLab',
  fix: 'to change that, set "visibility": { "public": … } in the config',
}));

/** Does it show anything without a login (gitbucket-contract §4.2)? Null when that could not be found out. */
async function isOpen(source: Source): Promise<boolean | null> {
  try {
    await source.anonymous.users();
    return true;
  } catch (error) {
    return error instanceof Failure && error.code === 'token-refused' ? false : null;
  }
}

async function hiddenOwnerFindings(source: Source): Promise<Found[]> {
  const status = await source.api.publicListStatus();
  if (status < 500) return [];
  return [failureFound(hiddenOwners(source.url, { status }), 'warning')];
}

export const sourceSession = defineFinding('source-session', 'ok', (w: UserWords) => ({
  message: `${w.user} can sign in with the configured password`,
}));

export const sourcePasswordRefused = defineFinding('source-password-refused', 'error', (w: UserWords) => ({
  message: `GitBucket refuses the configured password of ${w.user}, which git uses instead of the token`,
  fix: 'correct "username" and "password" of the source, or remove both: from GitBucket 4.23 on the token is enough',
}));

type Session = { finding: Found; cookie: string | null };

/**
 * Signs in by the form, as pages that take no token demand it (gitbucket-contract §2.4); null when no password is
 * configured. The answer is 302 in any case, only its Location tells.
 */
async function sessionOf(web: Http, config: Config['source']): Promise<Session | null> {
  const { username, password, url } = config;
  if (username === null || password === null) return null;
  const { place, cookie } = await signIn(web, username, password);
  // A first contact carries the session in the path as well (gitbucket-observed A6).
  const refused = place === null || place.replace(/;jsessionid=[^?]*/, '').endsWith('/signin');
  const finding = refused ? sourcePasswordRefused : sourceSession;
  return { finding: finding(url, { user: username }), cookie: refused ? null : cookie };
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
    // It leads to the URL that the server reports as its own, which may differ from ours.
    if (!(error instanceof Failure) || error.code !== 'redirected') throw error;
    return { place: String(error.words['location']), cookie: null };
  }
}
