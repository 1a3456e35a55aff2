import type { RepositoryName, SourceQuirk } from '../model/source.ts';
import type { HttpAnswer } from '../net/answers.ts';
import type { Http } from '../net/http.ts';
import { isAtLeast } from '../text/format.ts';
import { isTurnedAway, pathOf } from './client.ts';
import { RepoId } from './schema.ts';

/** GitBucket's version as far as it can be told: exactly, or between two releases. */
export type Version = { exact: string | null; atLeast: string; below: string | null };

/** Whether the server has what came with a release; null when that could not be tried. */
type Sign = { since: string; there: boolean | null };

export type VersionOptions = {
  http: Http;
  web: Http;
  /** Cookie of a session; null when there is none. */
  cookie: string | null;
  /** One that can be read; null when there is none. */
  repository: RepositoryName | null;
  owners: () => Promise<string[] | null>;
};

/** The version as pages show it, else as narrow as endpoints and fields tell it (GB-250). */
export async function readVersion(options: VersionOptions): Promise<Version> {
  const exact = await versionOnPages(options.web, options.cookie);
  return exact === null ? fromSigns(await signs(options)) : { exact, atLeast: exact, below: null };
}

/** Pages of 4.24 and before show it to everybody, later ones only to an administrator who has signed in. */
async function versionOnPages(web: Http, cookie: string | null): Promise<string | null> {
  const page = await web.send({ method: 'GET', path: '/signin', tries: 2 }).catch((error: unknown) => {
    // Whoever brings no login may be sent to another place (GB-126).
    if (isTurnedAway(error)) return null;
    throw error;
  });
  const shown = /class="header-version">\s*([\d.]+)/.exec(String(page?.body))?.[1];
  if (shown !== undefined || cookie === null) return shown ?? null;
  const system = await web.send({ method: 'GET', path: '/admin/system', headers: { cookie } });
  return /GITBUCKET_VERSION<\/td>\s*<td>([\d.]+)/.exec(String(system.body))?.[1] ?? null;
}

/** Endpoints and fields that came with a release; those of a repository need one that can be read. */
async function signs({ http, repository, owners }: VersionOptions): Promise<Sign[]> {
  const ask = (path: string): Promise<HttpAnswer> =>
    http.send({ method: 'GET', path: `/api/v3${path}`, tries: 2 });
  const plugins = await ask('/gitbucket/plugins');
  const found: Sign[] = [
    { since: '4.23', there: plugins.status === 200 },
    { since: '4.30', there: (await owners()) !== null },
  ];
  if (repository === null) return found;
  const base = pathOf(repository);
  const paths = { '4.31': '/releases', '4.35': '/milestones', '4.37': '/git/refs' };
  // One after the other: each of them opens the whole repository (GB-24).
  for (const [since, path] of Object.entries(paths)) {
    // What fails there exists all the same (GB-251).
    found.push({ since, there: (await ask(base + path)).status !== 404 });
  }
  const numbered = RepoId.safeParse((await ask(base)).body);
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

/** What is known to go wrong with this version (GB-252). */
export function quirksOf(version: Version, withPassword: boolean): SourceQuirk[] {
  const isOlderThan = (release: string): boolean =>
    version.exact === null
      ? version.below !== null && isAtLeast(release, version.below)
      : !isAtLeast(version.exact, release);
  const quirks: SourceQuirk[] = [];
  if (isOlderThan('4.23') && !withPassword) quirks.push('git-without-tokens');
  if (isOlderThan('4.24')) quirks.push('names-by-case');
  if (isOlderThan('4.30')) quirks.push('without-owner-list');
  if (isAtLeast(version.atLeast, '4.47')) quirks.push('placeholders');
  return quirks;
}
