import type { Config } from '../config/schema.ts';
import { sourceNotAdministrator } from '../failures/source.ts';
import type { Account, RepositoryName, Source, SourceProbes, SourceQuirk } from '../model/source.ts';
import { normalAddress } from '../text/format.ts';
import { check, defineFinding, errorFound, failureFound, type FindingType, type Found } from './finding.ts';
import { gitFindings, repositoryToProve } from './source-git.ts';

/** `owners`: logins of all groups and users, as far as they are listed. */
export type SourceReport = { findings: Found[]; owners: string[] | null };

/** Every check of GitBucket: address, credentials on each surface, what they see, version. */
export async function sourceFindings(source: Source, config: Config['source']): Promise<SourceReport> {
  const { url, probes } = source;
  const findings: Found[] = [];
  let account: Account | null = null;
  try {
    account = await source.connect();
    findings.push(...accountFindings(account, config, url));
  } catch (error) {
    findings.push(errorFound(error, url));
  }
  if (!answersAsGitBucket(findings)) return { findings, owners: null };
  const open = await probes.anonymousAccess();
  if (open !== null) findings.push(open ? sourceAnonymous(url) : sourceLoginDemanded(url));
  findings.push(...(await check(url, () => sessionFindings(probes, url))));
  if (account === null) return { findings, owners: null };
  const { findings: more, owners } = await behindLogin(source, account, open === true);
  return { findings: [...findings, ...more], owners };
}

/** What only an accepted login can find out. */
async function behindLogin(source: Source, account: Account, open: boolean): Promise<SourceReport> {
  const { url, probes } = source;
  try {
    const owners = (await probes.owners()) ?? [account.login];
    const repository = await repositoryToProve(source, owners, open);
    const findings = [
      ...(await hiddenOwnerFindings(probes)),
      ...(await check(url, () => gitFindings(source, repository))),
      ...(await check(url, () => versionFindings(source, repository))),
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

export const sourceBaseUrl = defineFinding(
  'source-base-url',
  'note',
  (w: { object: string; reported: string }) => ({
    message: `GitBucket reports its own URL as ${w.reported}, not ${w.object}`,
    fix: 'repositories and LFS objects are read from the configured "url" all the same; correct "Base URL" in its system settings if people reach it there too',
  }),
);

/** Whose credentials these are, what they can see, and the URL that the server reports as its own. */
function accountFindings(
  { login, admin, serverUrl }: Account,
  config: Config['source'],
  url: string,
): Found[] {
  const words = { user: login };
  const findings = [
    config.token === null ? sourceLogin(url, words) : sourceToken(url, words),
    admin === true
      ? sourceAdministrator(url, words)
      : failureFound(sourceNotAdministrator(url, words), 'warning'),
  ];
  if (serverUrl !== null && !isSameAddress(serverUrl, url))
    findings.push(sourceBaseUrl(url, { reported: serverUrl }));
  return findings;
}

/** As they are spelled; another scheme leads elsewhere. */
function isSameAddress(one: string, other: string): boolean {
  return URL.canParse(one) && normalAddress(one) === normalAddress(other);
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

async function hiddenOwnerFindings(probes: SourceProbes): Promise<Found[]> {
  const failure = await probes.hiddenOwners();
  return failure === null ? [] : [failureFound(failure, 'warning')];
}

export const sourceSession = defineFinding('source-session', 'ok', (w: UserWords) => ({
  message: `${w.user} can sign in with the configured password`,
}));

export const sourcePasswordRefused = defineFinding('source-password-refused', 'error', (w: UserWords) => ({
  message: `GitBucket refuses the configured password of ${w.user}, which git uses instead of the token`,
  fix: 'correct "username" and "password" of the source, or remove both: from GitBucket 4.23 on the token is enough',
}));

async function sessionFindings(probes: SourceProbes, url: string): Promise<Found[]> {
  const session = await probes.signIn();
  if (session === null) return [];
  const finding = session.accepted ? sourceSession : sourcePasswordRefused;
  return [finding(url, { user: session.user })];
}

export const sourceVersion = defineFinding(
  'source-version',
  'ok',
  (w: { object: string; version: string }) => ({ message: `GitBucket ${w.version}` }),
);

export const sourceGitWithoutTokens = defineFinding('source-git-without-tokens', 'error', () => ({
  message: 'GitBucket before 4.23 does not accept tokens for git, and no password is configured',
  fix: 'set "username" and "password" of the source',
}));

export const sourceNamesByCase = defineFinding('source-names-by-case', 'note', () => ({
  message:
    'GitBucket before 4.24 allowed names that differ only in letter case; GitLab does not, so one of two such repositories gets another path',
  fix: 'gb2gl plan shows each new path and the reason; "map" in the config chooses others',
}));

export const sourceWithoutOwnerList = defineFinding('source-without-owner-list', 'warning', () => ({
  message: 'GitBucket before 4.30 cannot list its users and groups, so --all does not find them',
  fix: 'name what to migrate: --group NAME, --user NAME or --repo OWNER/NAME',
}));

export const sourcePlaceholders = defineFinding('source-placeholders', 'note', () => ({
  message:
    'a server that was upgraded to GitBucket 4.47 may have an empty private repository in place of each deleted parent of a fork; these are migrated like any other',
  fix: 'if you know them, leave them out with "select": { "exclude": [ … ] }',
}));

const quirkFindings = {
  'git-without-tokens': sourceGitWithoutTokens,
  'names-by-case': sourceNamesByCase,
  'without-owner-list': sourceWithoutOwnerList,
  placeholders: sourcePlaceholders,
} satisfies { [Quirk in SourceQuirk]: FindingType<`source-${Quirk}`> };

/** The version and what is known to go wrong with it. */
async function versionFindings({ url, probes }: Source, repository: RepositoryName | null): Promise<Found[]> {
  const { text, quirks } = await probes.version(repository);
  return [sourceVersion(url, { version: text }), ...quirks.map((quirk) => quirkFindings[quirk](url))];
}
