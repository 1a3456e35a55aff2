import { hiddenOwners } from '../failures/source.ts';
import type { Config } from '../config/schema.ts';
import { Failure } from '../failures/failure.ts';
import type { User } from '../gitbucket/schema.ts';
import type { Source } from '../gitbucket/source.ts';
import type { Http } from '../net/http.ts';
import { attempted, failed, found, type CheckFinding } from './finding.ts';
import { gitFindings, readOwners, repositoryToProve, type Owners, versionFindings } from './source-probes.ts';

export type SourceReport = { findings: CheckFinding[]; owners: Owners | null };

/** Every check of GitBucket: address, credentials on each surface, what they see, version. */
export async function sourceFindings(source: Source, config: Config['source']): Promise<SourceReport> {
  const { url } = source;
  const findings: CheckFinding[] = [];
  let user: User | null = null;
  try {
    user = await source.connect();
    findings.push(...accountFindings(user, config, url));
  } catch (error) {
    findings.push(failed(error, 'source'));
  }
  if (!answersAsGitBucket(findings)) return { findings, owners: null };
  const open = await isOpen(source);
  if (open !== null) findings.push(found(open ? 'source-anonymous' : 'source-login-demanded', 'source', url));
  const session = await sessionOf(source.web, config).catch((error: unknown) => failed(error, 'source'));
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
  try {
    const owners = await readOwners(source);
    const repository = await repositoryToProve(source, owners, known.open);
    const findings = [
      ...(await hiddenOwnerFindings(source)),
      ...(await attempted('source', () => gitFindings(source, repository))),
      ...(await attempted('source', () => versionFindings(source, { ...known, repository, owners }))),
    ];
    return { findings, owners };
  } catch (error) {
    return { findings: [failed(error, 'source')], owners: null };
  }
}

/** Whose credentials they are, what he sees, and the address that the server believes in. */
function accountFindings(user: User, config: Config['source'], url: string): CheckFinding[] {
  const context = { user: user.login };
  const findings = [
    found(config.token === null ? 'source-login' : 'source-token', 'source', url, context),
    found(
      user.site_admin === true ? 'source-administrator' : 'source-not-administrator',
      'source',
      url,
      context,
    ),
  ];
  const base = baseOf(user.url, '/api/v3/');
  if (base !== null && base !== url) findings.push(found('source-base-url', 'source', url, { found: base }));
  return findings;
}

/** The part of an address before the marker; null when it has none. */
function baseOf(address: string | undefined, marker: string): string | null {
  const at = address?.indexOf(marker) ?? -1;
  return address === undefined || at < 0 ? null : address.slice(0, at);
}

/** False when nothing else can be asked. A refused token only stops what needs a token. */
function answersAsGitBucket(findings: readonly CheckFinding[]): boolean {
  return findings.every(({ level, id }) => level !== 'error' || id === 'token-refused');
}

/** Does it show anything without a login (gitbucket-contract §4.2)? Null when that could not be found out. */
async function isOpen(source: Source): Promise<boolean | null> {
  try {
    await source.anonymous.users();
    return true;
  } catch (error) {
    return error instanceof Failure && error.code === 'token-refused' ? false : null;
  }
}

async function hiddenOwnerFindings(source: Source): Promise<CheckFinding[]> {
  const status = await source.api.publicListStatus();
  if (status < 500) return [];
  return [failed(hiddenOwners(source.url, { status }), 'source', 'warning')];
}

type Session = { finding: CheckFinding; cookie: string | null };

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
    if (!(error instanceof Failure) || error.code !== 'redirected') throw error;
    return { place: String(error.words['location']), cookie: null };
  }
}
