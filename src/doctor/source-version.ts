import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import type { Source } from '../gitbucket/source.ts';
import { isAtLeast } from '../text/version.ts';
import { defineFinding, type Found } from './finding.ts';
import type { ProvingRepository } from './source-git.ts';

/** GitBucket's version as far as it can be found out: exactly, or between two releases. */
export type Version = { exact: string | null; atLeast: string; below: string | null };

/** Whether the server has what came with a release; null when that could not be tried. */
type Sign = { since: string; there: boolean | null };

type Known = {
  repository: ProvingRepository | null;
  owners: Owners;
  cookie: string | null;
  config: Config['source'];
};

const Numbered = z.object({ id: z.number().default(0) });

export const sourceVersion = defineFinding(
  'source-version',
  'ok',
  (w: { object: string; version: string }) => ({ message: `GitBucket ${w.version}` }),
);

/** The version and what is known to go wrong with it (gitbucket-contract §2.6, §6.1). */
export async function versionFindings(source: Source, known: Known): Promise<Found[]> {
  const exact = (await versionOnPages(source, known.cookie)) ?? null;
  const version =
    exact === null ? fromSigns(await signs(source, known)) : { exact, atLeast: exact, below: null };
  return [
    sourceVersion(source.url, { version: versionText(version) }),
    ...problemsOf(version, known.config, source.url),
  ];
}

/** Pages of 4.24 and before show it to everybody, later ones only to an administrator who has signed in. */
async function versionOnPages({ web }: Source, cookie: string | null): Promise<string | null> {
  const page = await web.send({ method: 'GET', path: '/signin', tries: 2 });
  const shown = /class="header-version">\s*([\d.]+)/.exec(String(page.body))?.[1];
  if (shown !== undefined || cookie === null) return shown ?? null;
  const system = await web.send({ method: 'GET', path: '/admin/system', headers: { cookie } });
  return /GITBUCKET_VERSION<\/td>\s*<td>([\d.]+)/.exec(String(system.body))?.[1] ?? null;
}

/** Endpoints and fields that came with a release; those of a repository need one that can be read. */
async function signs(source: Source, { repository, owners }: Known): Promise<Sign[]> {
  const { http } = source;
  const ask = (path: string) => http.send({ method: 'GET', path: `/api/v3${path}`, tries: 2 });
  const plugins = await ask('/gitbucket/plugins');
  const found: Sign[] = [
    { since: '4.23', there: plugins.status === 200 },
    { since: '4.30', there: owners.listed },
  ];
  if (repository === null) return found;
  const base = `/repos/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}`;
  const paths = { '4.31': '/releases', '4.35': '/milestones', '4.37': '/git/refs' };
  // One after the other: each of them opens the whole repository (gitbucket-contract T23).
  for (const [since, path] of Object.entries(paths)) {
    // What fails there exists all the same (gitbucket-contract T8).
    found.push({ since, there: (await ask(base + path)).status !== 404 });
  }
  const numbered = Numbered.safeParse((await ask(base)).body);
  return [...found, { since: '4.47', there: numbered.success && numbered.data.id > 0 }];
}

/** The narrowest range that the signs allow; they come in the order of the releases. */
export function fromSigns(signs: readonly Sign[]): Version {
  const last = signs.findLastIndex(({ there }) => there === true);
  const missing = signs.slice(last + 1).find(({ there }) => there === false);
  return { exact: null, atLeast: signs[last]?.since ?? '4.0', below: missing?.since ?? null };
}

export function versionText({ exact, atLeast, below }: Version): string {
  if (exact !== null) return exact;
  return below === null ? `${atLeast} or later` : `between ${atLeast} and ${below}`;
}

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

/** What an administrator should know about this version. */
export function problemsOf(version: Version, config: Config['source'], url: string): Found[] {
  const isOlderThan = (release: string): boolean =>
    version.exact === null
      ? version.below !== null && isAtLeast(release, version.below)
      : !isAtLeast(version.exact, release);
  const findings: Found[] = [];
  if (isOlderThan('4.23') && config.password === null) {
    findings.push(sourceGitWithoutTokens(url));
  }
  if (isOlderThan('4.24')) findings.push(sourceNamesByCase(url));
  if (isOlderThan('4.30')) findings.push(sourceWithoutOwnerList(url));
  if (isAtLeast(version.atLeast, '4.47')) findings.push(sourcePlaceholders(url));
  return findings;
}

/** Logins of all groups and users; `listed` is false before 4.30, where there is no such list. */
export type Owners = { logins: string[]; listed: boolean };

export async function readOwners(source: Source): Promise<Owners> {
  const [groups, users] = await Promise.all([source.api.groups(), source.api.users()]);
  if (groups === null || users === null) {
    return { logins: [(await source.connect()).login], listed: false };
  }
  return { logins: [...groups, ...users].map(({ login }) => login), listed: true };
}
